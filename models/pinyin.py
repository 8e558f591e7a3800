"""The sounds of a name, by which phone keyboards have taught us to find it.

Keys are made once, when a name is stored: "baiyun by" for 白云. Asking costs nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

# What these characters sound like in names of places; dictionaries put others first.
_PLACE_SOUNDS = {
    "佛": "fó",
    "圩": "xū",
    "幢": "zhuàng",
    "涌": "chōng",
    "都": "dū",
    "长": "cháng",
}


def pinyin_keys(name: str) -> str:
    """Give the full pinyin and the initials of a name, lower case, without tones."""
    sounds = _to_sounds()(_plain(name))
    full = "".join(sound.removeprefix("=") for sound in sounds)
    initials = "".join(s.removeprefix("=") if s[0] == "=" else s[0] for s in sounds)
    return f"{full} {initials}".strip()


@cache
def _to_sounds() -> Callable[[str], list[str]]:
    """Load the dictionary, which takes half a second, when a first name needs it."""
    from pypinyin import lazy_pinyin, load_single_dict

    load_single_dict({ord(char): sound for char, sound in _PLACE_SOUNDS.items()})
    return lambda name: lazy_pinyin(name, errors=lambda rest: f"={rest}")


def _plain(text: str) -> str:
    """Keep letters and digits only, in lower case."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())
