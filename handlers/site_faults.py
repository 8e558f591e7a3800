"""Faults of sites: a worker tells, the union's social workers put right and say so."""

from typing import Annotated, Any, ClassVar

from sqlmodel import Session, col

from handlers.answers import Photo, words_up_to
from handlers.dossier import ByPress, Dossier, State, settled
from handlers.flow import Flow
from handlers.matter import Matter
from handlers.question import Shown, Submit, ask, label
from handlers.queued import Source, days_since, own_words
from handlers.reminders import Remind, Skip, nothing
from handlers.say import Choice, Say, Text, Word, say
from handlers.sites import SITES
from handlers.turn import Turn
from models.chat import newest_chat
from models.columns import long
from models.message import Kind
from models.reminder import Reminder
from models.site import Site, site_at
from models.site_fault import (
    MOST_OPEN,
    QUEUE,
    SETTLED,
    SiteFault,
    What,
    open_faults,
    report,
    settle,
)
from models.staff import Staff
from models.worker import Worker

LONGEST = 300
"""How many characters a story about a site may have."""


Story = Annotated[str, words_up_to(LONGEST), Shown(str)]


class ReportFault(Flow):
    """Tell what is wrong with a site; the subject is its code."""

    name: ClassVar[str] = "site_fault"
    has_subject: ClassVar[bool] = True

    what: What = ask()
    story: Story | None = ask(optional=True, private=True)
    photo: Photo | None = ask(optional=True, wish="photo")
    sure: Submit = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Turn away who names no site, or has told of enough already."""
        if site_at(turn.session, subject) is None:
            return [say("sites", "gone").offering(SITES)]
        if open_faults(turn.session, turn.worker.id) >= MOST_OPEN:
            return [say("site_fault", "enough", most=MOST_OPEN).offering(SITES)]
        return None

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Say which site."""
        site = site_at(turn.session, subject)
        return Word(cls.name, "title", {"site": turn.named(site) if site else ""})

    def finish(self, turn: Turn) -> Say:
        """Hand it to the union of the site."""
        site = turn.session.get_one(Site, self.subject)
        photo = long(self.photo) if self.photo else None
        words = self.story or ""
        told = (site, self.what, words, photo, turn.now)
        report(turn.session, turn.keys, turn.worker, *told)
        said = {
            "site": turn.named(site),
            "what": label(self.what),
            "union": turn.named(turn.atlas.unions[site.union_code]),
        }
        done = Say(Word("site_fault", "done", said), kind=Kind.RECEIPT)
        return done.offering(SITES)


def _line(turn: Turn, row: SiteFault) -> Word:
    waits = _named(turn, row) | {"days": days_since(turn, row.at)}
    return Word("site_fault", "line", waits)


SOURCE = Source(QUEUE, "v:fault", _line)


def _named(turn: Turn, row: SiteFault) -> dict[str, Any]:
    """Return which fault it is: where, what, and when it was reported."""
    return {"site": name_of(turn, row), "what": label(row.what), "at": row.at}


MATTER = Matter(
    SiteFault,
    others=Word("site_fault", "not_yours"),
    settled=Word("site_fault", "settled_already"),
    waits=lambda turn, row: row.settled_at is None,
)


def _shown(turn: Turn, row: SiteFault) -> Say:
    """Show what somebody found wrong with a site."""
    return Say(
        Word("site_fault", "look") if MATTER.waits(turn, row) else MATTER.settled,
        title=Word("site_fault", "title", {"site": name_of(turn, row)}),
        rows=tuple(_facts(turn, row)),
    )


def name_of(turn: Turn, row: SiteFault) -> str:
    """Return the name of the site."""
    return turn.named(turn.session.get_one(Site, row.site_code))


def _facts(turn: Turn, row: SiteFault) -> list[tuple[Text, Text]]:
    reporter = turn.session.get_one(Worker, row.worker_id)
    words = row.read(turn.keys, reporter, "words")
    told = (Word("site_fault", "label_story"), own_words(turn, words))
    return [
        (Word("site_fault", "label_what"), label(row.what)),
        *((told,) if words else ()),
        (Word("my_data", "when"), Word("my_data", "moment", {"at": row.at})),
    ]


def _settle(turn: Turn, staff: Staff, row: SiteFault) -> Say:
    """Note that it was put right; who told it is told."""
    settle(turn.session, turn.atlas, staff, row, turn.now)
    return say("site_fault", "settled")


def _state(row: SiteFault) -> Word:
    is_open = row.settled_at is None
    return Word("site_fault", "is_open" if is_open else "is_settled")


DOSSIER = Dossier(
    name="faults",
    noun="site_fault",
    source=SOURCE,
    matter=MATTER,
    show=_shown,
    called=lambda turn, row: (name_of(turn, row), label(row.what)),
    ways=(ByPress("settle_fault", lambda row: Word("site_fault", "settle"), _settle),),
    state=_state,
    states={
        "settled": State(
            Word("site_fault", "is_settled"), col(SiteFault.settled_at).is_not(None)
        )
    },
    history=lambda turn, row: settled(row.settled_at),
    photo=lambda row: row.photo_id,
)


def _chat_of_reporter(session: Session, row: Reminder) -> int | None:
    found = session.get(SiteFault, int(row.subject))
    return newest_chat(session, found.worker_id) if found else None


def _tell(turn: Turn, row: Reminder) -> list[Say] | Skip:
    found = turn.session.get_one(SiteFault, int(row.subject))
    words = Word("site_fault", "put_right", _named(turn, found))
    again = Choice(Word("site_fault", "again"), f"f:site_fault:{found.site_code}")
    return [Say(words, choices=(again, SITES), kind=Kind.RECEIPT)]


PUT_RIGHT = Remind(SETTLED, nothing, _chat_of_reporter, _tell)
