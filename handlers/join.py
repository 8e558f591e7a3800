"""Joining the union: the form a worker fills in; a staff member approves.

Asked by 《工会会员登记表》 as far as a chat needs it: no wage, no family; sex and birth
date come from the ID number.
"""

from typing import Any, ClassVar

from sqlmodel import col, delete

from handlers.answers import (
    Born,
    Key,
    Mobile,
    Name,
    OtherId,
    Photo,
    Plate,
    ResidentId,
)
from handlers.choices import (
    Belong,
    Consent,
    IdType,
    Sex,
    Skill,
    Vehicle,
    WorkForm,
    YesNo,
)
from handlers.flow import AskAgain, Flow, questions
from handlers.my_application import (
    MY_APPLICATION,
    as_told,
    my_application,
    reason_text,
)
from handlers.offers import plain
from handlers.places import (
    CITIES,
    DISTRICTS,
    EMPLOYERS,
    GROUPS,
    HOME_DISTRICTS,
    PLATFORMS,
    POOL,
    STREETS,
    UNIONS,
    employer_union,
    nearest,
    no_city,
    reviewer,
)
from handlers.question import Submit, ask
from handlers.say import Say, Word
from handlers.turn import Turn
from models import application as applications
from models.application import Application, Standing, new_number, record
from models.attachment import Attachment
from models.columns import long, new_id
from models.consent import agree
from models.message import Kind
from models.place import Source
from models.workdays import add_workdays

CONSENT_VERSION = "2026-11-22"
"""The version of the blocks `consent_text` in join.txt; change both together."""

DRIVERS = ("truck_driver", "ride_hailing_driver")


def _driver(a: Any) -> bool:
    return str(a.group) in DRIVERS


def _domestic(a: Any) -> bool:
    return str(a.group) == "domestic_worker"


def _resident(a: Any) -> bool:
    return a.id_type is IdType.RESIDENT


def _foreign(a: Any) -> bool:
    return a.id_type in (IdType.PASSPORT, IdType.PERMIT)


def _who_we_are(turn: Turn, typed: str) -> Word | None:
    """Answer a doubt about us, told by its words or its question mark."""
    doubts = turn.vocabulary.doubts
    if not typed.endswith("?") and not any(word in plain(typed) for word in doubts):
        return None
    return Word("join", "who_we_are", {"product": turn.rules.product(turn.language)})


class Join(Flow):
    """Enrol a worker; a social worker approves."""

    name: ClassVar[str] = "join"

    consent: Consent = ask(shown=False, unknown=_who_we_are)
    full_name: Name = ask()
    id_type: IdType = ask()
    resident_id: ResidentId = ask(private=True, when=_resident, also=("id_type",))
    other_id: OtherId = ask(private=True, when=_foreign, also=("id_type",))
    born: Born = ask(when=_foreign)
    sex: Sex = ask(when=_foreign)
    mobile: Mobile = ask(wish="phone")
    group: Key = ask(offer=GROUPS)
    work_form: WorkForm = ask()
    platform: Key | None = ask(
        offer=PLATFORMS,
        own_words=60,
        optional=True,
        when=lambda a: a.work_form is WorkForm.PLATFORM,
    )
    employer: Key | None = ask(
        offer=EMPLOYERS,
        own_words=60,
        optional=True,
        when=lambda a: a.work_form is WorkForm.EMPLOYER,
    )
    city: Key = ask(offer=CITIES, wish="location", locate=nearest, unknown=no_city)
    district: Key = ask(offer=DISTRICTS, locate=nearest)
    street: Key | None = ask(offer=STREETS, optional=True)
    migrant: YesNo = ask()
    belong: Belong = ask(when=lambda a: not employer_union(a))
    home_district: Key = ask(
        offer=HOME_DISTRICTS, when=lambda a: a.belong is Belong.HOME
    )
    wished_union: Key = ask(offer=UNIONS)
    plate: Plate | None = ask(optional=True, when=_driver)
    vehicle: Vehicle | None = ask(optional=True, when=_driver)
    skills: list[Skill] | None = ask(optional=True, many=True, when=_domestic)
    certificate: Photo | None = ask(optional=True, wish="photo", when=_domestic)
    sure: Submit = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Show where one stands to who is a member, or whose application is waiting."""
        latest = turn.latest
        waits = latest is not None and as_told(turn, latest) in applications.WAITING
        is_member = turn.worker.member_no is not None
        return my_application(turn, "") if waits or is_member else None

    @classmethod
    def prefill(cls, turn: Turn, subject: str) -> dict[str, Any]:
        """Fill in what a poster's code tells, or all that a reviewer found right."""
        returned = _returned(turn)
        if returned is not None:
            return _still_right(turn, returned)
        return {"id_type": IdType.RESIDENT.value, **_from_source(turn)}

    @classmethod
    def remarks(cls, turn: Turn, subject: str) -> dict[str, str]:
        """Return what a reviewer found wrong with the answers given before."""
        returned = _returned(turn)
        return _found_wrong(turn, returned) if returned else {}

    @classmethod
    def remark(cls, reason: str) -> Word:
        """Say what a reviewer found wrong with the answer given before."""
        return Word("join", "was_wrong", {"reason": reason_text(reason)})

    @classmethod
    def noted(cls, turn: Turn, subject: str, question: str, value: Any) -> None:
        """Write the consent down the moment it is given."""
        if question == "consent":
            text = turn.vocabulary.documents[turn.language, "join.consent_text"]
            agree(
                turn.session,
                turn.worker.id,
                "join",
                CONSENT_VERSION,
                text,
                turn.chat.channel,
                turn.now,
            )

    def finish(self, turn: Turn) -> Say:
        """Submit the application, or submit it again where it was returned."""
        row = self._filled(turn, _returned(turn))
        record(turn.session, turn.keys, row, Standing.SUBMITTED, turn.now)
        union = turn.atlas.unions[row.union_code]
        return Say(
            Word("join", "done", {"union": turn.named(union), "due": row.due}),
            title=Word("join", "done_title"),
            rows=((Word("my_application", "number"), row.number),),
            choices=(MY_APPLICATION,),
            kind=Kind.RECEIPT,
        )

    def _filled(self, turn: Turn, row: Application | None) -> Application:
        """Put the answers into the row of a returned application, or into a new one."""
        columns: dict[str, Any] = {
            "chat_id": turn.chat.id,
            "standing": Standing.SUBMITTED,
            "id_type": self.id_type.value,
            "group": self.group,
            "work_form": self.work_form.value,
            "district": self.home_district or self.district,
            "wished_union": None if self.wished_union == POOL else self.wished_union,
            "union_code": self._reviewer(turn),
            "submitted_at": turn.now,
            "due": add_workdays(turn.today, turn.rules.review_days),
            "chased": 0,
        }
        if row is None:
            row = Application(
                id=new_id(),
                number=new_number(),
                worker_id=turn.worker.id,
                source=turn.chat.source,
                **columns,
            )
        else:
            _forget_replaced(turn, row, self.certificate)
            for name, value in columns.items():
                setattr(row, name, value)
        answers = self.model_dump(mode="json", exclude={"extras", "subject", "sure"})
        row.tag(turn.keys, answers)
        row.keep(turn.keys, turn.worker, answers)
        return row

    def _reviewer(self, turn: Turn) -> str:
        union = reviewer(turn, self)
        if union is None:
            raise AskAgain("wished_union", "no_union_here")
        return union.code


def _returned(turn: Turn) -> Application | None:
    """Return the worker's application that came back to be corrected."""
    latest = turn.latest
    return latest if latest and latest.standing is Standing.RETURNED else None


def _forget_replaced(turn: Turn, row: Application, certificate: str | None) -> None:
    """Erase the picture of an application that another, or none, stands in for now."""
    before = row.load(turn.keys, turn.worker).get("certificate")
    if before and before != certificate:
        old = delete(Attachment).where(col(Attachment.id) == long(before))
        turn.session.exec(old)


def _found_wrong(turn: Turn, row: Application) -> dict[str, str]:
    """Return what a reviewer found wrong: the reason by question."""
    last = applications.steps_of(turn.session, row.id)[-1]
    return last.reasons(turn.keys, turn.worker)


def _still_right(turn: Turn, row: Application) -> dict[str, Any]:
    """Return the answers of a returned application but those found wrong."""
    wrong = _found_wrong(turn, row)
    facts = row.load(turn.keys, turn.worker)
    asked = {q.name: q for q in questions(Join)}
    return {
        name: answer
        for name, answer in facts.items()
        if name not in wrong
        and (answer is not None or (name in asked and asked[name].how.optional))
    }


def _from_source(turn: Turn) -> dict[str, Any]:
    """Return the answers the code on a poster tells: the place and the group."""
    source = turn.session.get(Source, turn.chat.source) if turn.chat.source else None
    if source is None:
        return {}
    found = {"group": source.group} if source.group else {}
    codes = {"city": "city", "district": "district", "street": "street"}
    division = turn.atlas.divisions.get(source.division or "")
    while division is not None:
        if division.kind in codes:
            found[codes[division.kind]] = division.code
        division = turn.atlas.divisions.get(division.parent or "")
    return found
