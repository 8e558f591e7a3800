"""Kinds of cases, as the hotline 12351 has them: 咨询 求助 维权/信访 法律援助 意见建议.

One more is a line in KINDS; its words are in labels.txt.
"""

from dataclasses import dataclass
from enum import StrEnum


class CaseKind(StrEnum):
    """What somebody turns to the union with."""

    QUESTION = "question"
    HELP = "help"
    RIGHTS = "rights"
    LEGAL_AID = "legal_aid"
    OPINION = "opinion"


@dataclass(frozen=True)
class Dealing:
    """How a kind is dealt with: whether it is a dispute with who gives the work.

    A `swift` one is answered within half the usual time, at least a working day.
    """

    dispute: bool = False
    swift: bool = False

    def days(self, usual: int) -> int:
        """Return within how many working days it is answered."""
        return max(1, usual // 2) if self.swift else usual


KINDS: dict[CaseKind, Dealing] = {
    CaseKind.QUESTION: Dealing(),
    CaseKind.HELP: Dealing(swift=True),
    CaseKind.RIGHTS: Dealing(dispute=True, swift=True),
    CaseKind.LEGAL_AID: Dealing(dispute=True),
    CaseKind.OPINION: Dealing(),
}
"""How each kind is dealt with, in the order in which they are offered."""

DISPUTES = frozenset(kind for kind, dealing in KINDS.items() if dealing.dispute)
