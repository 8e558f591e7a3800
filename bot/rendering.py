"""Rendering: one letter put into words for many readers; what reads alike, once."""

from datetime import datetime
from typing import Any

from bot.kit import Kit
from bot.words import Reader, draw
from handlers.notices import Reads, letter, values_of
from handlers.say import Say
from models.letter import blanks_in
from models.message import Body
from models.notice import Notice

AT_WORK = 20
"""How many letters are remembered."""


class Rendering:
    """A notice as its readers see it."""

    def __init__(self, kit: Kit, notice: Notice) -> None:
        self.kit, self.notice_id, self.content = kit, notice.id, notice.content
        content = self.content
        every = (content.words("zh-CN"), content.words("en"))
        self.blanks = sorted(blanks_in(*(text for words in every for text in words)))
        self._drawn: dict[Any, Body] = {}

    @property
    def needs_name(self) -> bool:
        """Whether a person's name must be opened for it."""
        return "name" in self.blanks

    @property
    def is_personal(self) -> bool:
        """Whether it says to each what it says to nobody else."""
        return not {"name", "member_no"}.isdisjoint(self.blanks)

    def say(self, person: Reads, name: str | None, language: str) -> Say:
        """Return what one person is told."""
        values = values_of(self.kit.atlas, self.kit.vocabulary, person, name, language)
        return letter(self.content, self.notice_id, language, values)

    def body(self, person: Reads, name: str | None, language: str) -> Body:
        """Return what one person is told, in words."""
        seen = {"name": name, "union": person.union_code, "group": person.group}
        seen["member_no"] = person.member_no
        key = (language, *(seen[blank] for blank in self.blanks))
        if key not in self._drawn:
            reader = Reader(language, self.kit.rules.zone, self.kit.config.address)
            said = self.say(person, name, language)
            self._drawn[key] = draw(said, reader).body
        return self._drawn[key]


class Renderings:
    """The letters going out, each kept from one group to the next unless personal."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self._kept: dict[tuple[int, datetime], Rendering] = {}

    def of(self, notice: Notice) -> Rendering:
        """Return a notice as its readers see it since it was changed last."""
        key = (notice.id, notice.changed_at)
        if key in self._kept:
            return self._kept[key]
        made = Rendering(self.kit, notice)
        if not made.is_personal:
            if len(self._kept) >= AT_WORK:
                self._kept.clear()
            self._kept[key] = made
        return made
