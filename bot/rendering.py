"""Rendering: one letter put into words for many readers; what reads alike, once."""

from typing import Any

from bot.kit import Kit
from bot.words import Reader, draw
from handlers.notices import Reads, letter, values_of
from handlers.say import Say
from models.letter import blanks_in
from models.message import Body
from models.notice import Notice


class Rendering:
    """A notice as its readers see it; made anew for each group of them."""

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
