"""Urgent words (伤亡 堵门 轻生 …): emergency numbers at once, and a person is called.

The words are in each language's spoken.toml.  What is said where somebody fills in a
form about others, such as a note, is no call for help.
"""

from handlers.asking_help import first_union, union_of
from handlers.cases import MY_CASES
from handlers.offers import plain
from handlers.say import Say, Word
from handlers.talk import open_talk, pause, with_resume
from handlers.turn import Turn
from models.case_docket import urgent_case
from models.case_filing import Told, open_case
from models.case_following import add
from models.case_kind import CaseKind
from models.message import Kind
from models.review import who_is


def called(turn: Turn, typed: str) -> list[Say] | None:
    """Call a person where words are urgent; None where they are not."""
    if not turn.vocabulary.is_urgent(plain(typed)):
        return None
    talk = open_talk(turn)
    if talk is not None and talk.flow.about_others:
        return None
    _call(turn, typed)
    pause(turn)
    message = Say(
        Word("urgent", "numbers"),
        after=Word("urgent", "called"),
        choices=(MY_CASES,),
        kind=Kind.RECEIPT,
    )
    return [with_resume(turn, message)]


def _call(turn: Turn, typed: str) -> None:
    """Open an urgent case, or add to the one that is open."""
    row = urgent_case(turn.session, turn.worker.id)
    if row is not None:
        add(turn.session, turn.keys, row, typed, None, turn.now)
        return
    told = Told(
        kind=CaseKind.HELP,
        union_code=union_of(turn) or first_union(turn),
        story=typed,
        mobile=who_is(turn.session, turn.keys, turn.worker)["mobile"],
        urgent=True,
    )
    by = (turn.session, turn.keys, turn.worker, turn.chat.id)
    open_case(*by, told, turn.rules, turn.now, turn.today)
