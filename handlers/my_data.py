"""My data: what is kept about somebody, and what they may do with it (PIPL 44-48)."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from handlers.correct import facts_of, fields, is_member, label_of, shown, unless_member
from handlers.flow import questions
from handlers.join import Join
from handlers.my_application import MY_APPLICATION, as_told
from handlers.offers import Option, page_number, page_of
from handlers.phones import PHONES, is_known, too_new
from handlers.question import label
from handlers.receipts import MY_DATA, receipt
from handlers.say import Choice, Say, Text, Word, say
from handlers.talk import flow_named
from handlers.turn import Turn
from models import consent, correction
from models.application import OPEN
from models.chat import chats_of
from models.columns import short
from models.consent import Consent
from models.conversation import unfinished_of
from models.export_link import ExportLink, make_export_link
from models.identity import mask_name
from models.staff import position_of
from models.withdrawal import withdraw_consent

LANGUAGES = {"zh-CN": "中文", "en": "English"}
CHANNELS = ("page", "telegram", "terminal", "import")
"""The channels that have a name people know; others are called as they are."""

CORRECT = Choice(Word("my_data", "correct"), "v:my_fields:0")
EXPORT = Choice(Word("my_data", "export"), "a:export:")
WITHDRAW = Choice(Word("my_data", "withdraw"), "a:withdraw_consent:")
ERASE = Choice(Word("my_data", "erase"), "f:erase:")
TRANSFER = Choice(Word("transfer", "name"), "f:transfer:")
PREFERENCES = Choice(Word("preferences", "name"), "v:preferences:")

Rows = Iterator[tuple[Text, Text]]


def my_data(turn: Turn, arg: str) -> list[Say]:
    """Show what is kept about somebody, masked, and what they may do with it."""
    message = Say(
        Word("my_data", "about"),
        title=Word("my_data", "name"),
        rows=(
            *_facts(turn),
            *about_person(turn),
        ),
        choices=tuple(_choices(turn)),
    )
    return [message]


def about_person(turn: Turn) -> Rows:
    """Yield what is kept beside the facts somebody stated."""
    yield from _membership(turn)
    yield from _unfinished(turn)
    yield from _consents(turn)
    yield from _chats(turn)
    if turn.worker.pin is not None:
        yield Word("set_pin", "label_pin"), Word("my_data", "pin_set")
    yield Word("my_data", "language"), LANGUAGES[turn.language]


def has_data(turn: Turn) -> bool:
    """Tell whether somebody ever gave us more than their words."""
    agreed = turn.latest or consent.consents_of(turn.session, turn.worker.id)
    return bool(agreed)


def _facts(turn: Turn) -> Rows:
    facts = facts_of(turn)
    if "full_name" in facts:
        yield label_of("full_name"), mask_name(facts["full_name"])
    names = {q.name for q in questions(Join)} - {"full_name"}
    yield from shown(turn, facts, names)
    for wish in correction.waiting_of(turn.session, turn.worker.id):
        field = {"field": label_of(wish.field)}
        yield Word("my_data", "wish"), Word("my_data", "wish_waits", field)


def _membership(turn: Turn) -> Rows:
    row, worker = turn.latest, turn.worker
    if is_member(turn):
        union = turn.atlas.unions[worker.union_code or ""]
        yield Word("my_data", "union"), turn.named(union)
        yield Word("my_application", "member_no"), worker.member_no or ""
        yield Word("my_data", "since"), _day(worker.member_since)
    elif row is not None:
        standing = {"number": row.number, "standing": label(as_told(turn, row))}
        yield Word("my_application", "name"), Word("my_data", "application", standing)
    staff = position_of(turn.session, worker.id)
    if staff is not None:
        union = turn.atlas.unions[staff.union_code]
        yield Word("my_data", "staff"), turn.named(union)


def _unfinished(turn: Turn) -> Rows:
    for row in unfinished_of(turn.session, turn.worker.id):
        if flow := flow_named(row.flow):
            yield Word("my_data", "draft"), flow.title(turn, row.subject)


def _consents(turn: Turn) -> Rows:
    """Yield, for each thing agreed to, what became of it last."""
    newest: dict[str, Consent] = {}
    for row in consent.consents_of(turn.session, turn.worker.id):
        newest[row.scope] = row
    for row in newest.values():
        said = {"version": row.version, "at": row.at, "until": row.withdrawn_at}
        yield Word("my_data", "consent"), Word("my_data", "agreed", said)


def _chats(turn: Turn) -> Rows:
    for chat in chats_of(turn.session, turn.worker.id):
        yield (
            Word("my_data", "chat"),
            Word(
                "my_data",
                "chat_since",
                {"channel": channel_name(chat.channel), "at": chat.created_at},
            ),
        )


def channel_name(channel: str) -> Text:
    """Return what people call a channel."""
    if channel not in CHANNELS:
        return channel
    return Word("my_data", f"channel_{channel}")


def _day(at: object) -> Word:
    return Word("common", "day", {"at": at})


def _choices(turn: Turn) -> Iterator[Choice]:
    if facts_of(turn):
        yield CORRECT
    yield EXPORT
    if consent.holds(turn.session, turn.worker.id):
        yield WITHDRAW
    if is_known(turn):
        yield PHONES
    for language, name in LANGUAGES.items():
        if language != turn.language:
            switch = Word("my_data", "switch", {"language": name})
            yield Choice(switch, f"a:my_language:{language}")
    if is_member(turn):
        yield TRANSFER
    yield PREFERENCES
    yield ERASE


def my_fields(turn: Turn, arg: str) -> list[Say]:
    """List what a member may correct, with what it says now."""
    instead = unless_member(turn)
    if instead is not None:
        return instead
    options = [
        Option(
            name, Word("my_data", "field", {"label": label_of(name), "value": value})
        )
        for name, value in fields(turn)
    ]
    number = page_number(arg)
    page, more = page_of(options, number)
    choices = [Choice(o.label, f"f:correct:{o.key}") for o in page]
    if more:
        choices.append(Choice(Word("common", "more"), f"v:my_fields:{number + 1}"))
    message = Say(Word("my_data", "which"), back=MY_DATA.press)
    return [message.offering(*choices)]


def drop_correction(turn: Turn, arg: str) -> list[Say]:
    """Take back a wish that a social worker has not settled."""
    if not correction.drop(turn.session, turn.worker.id, turn.now, arg or "-"):
        return [say("my_data", "no_wish").offering(MY_DATA)]
    what = Word("my_data", "dropped", {"field": label_of(arg)})
    undo = Word("my_data", "dropped_undo")
    said = receipt(turn, what, undo, text=Word("my_data", "dropped_text"))
    return [said.offering(CORRECT, MY_DATA)]


def change_language(turn: Turn, language: str) -> None:
    """Make a language the one this person reads, if it is one of ours."""
    if language in LANGUAGES:
        turn.worker.language = language
        turn.session.add(turn.worker)


def my_language(turn: Turn, arg: str) -> list[Say]:
    """Change the language, with a receipt."""
    change_language(turn, arg)
    name = {"language": LANGUAGES[turn.language]}
    what, undo = Word("my_data", "language_is", name), Word("my_data", "language_undo")
    return [receipt(turn, what, undo, text=Word("menu", "language")).offering(MY_DATA)]


def export(turn: Turn, arg: str) -> list[Say]:
    """Give the link to somebody's own data; they may fetch it once a day."""
    instead = too_new(turn)
    if instead is not None:
        return instead
    link = turn.session.get(ExportLink, turn.worker.id)
    if link is not None and link.fetched_at is not None:
        zone = ZoneInfo(turn.rules.zone)
        if link.fetched_at.astimezone(zone).date() == turn.today:
            return [say("my_data", "export_today").offering(MY_DATA)]
    minutes = turn.rules.form_minutes
    ids = turn.worker.id, turn.chat.id
    token = make_export_link(turn.session, *ids, turn.now, minutes)
    words = Word("my_data", "export_link", {"minutes": minutes})
    page = (Word("my_data", "export_open"), f"/export/{token}")
    return [Say(words, link=page, choices=(MY_DATA,))]


def withdraw(turn: Turn, arg: str) -> list[Say]:
    """Withdraw the consent and all that stands on it; asks once whether it is meant."""
    instead = too_new(turn)
    if instead is not None:
        return instead
    held = consent.holds(turn.session, turn.worker.id)
    if not held:
        return [say("my_data", "no_consent").offering(MY_DATA)]
    member = is_member(turn)
    if arg != short(held[-1].id):
        return [_sure(turn, member, held[-1])]
    applied = turn.latest is not None and as_told(turn, turn.latest) in OPEN
    withdraw_consent(turn.session, turn.keys, turn.worker, member, turn.now)
    ended = "member" if member else "applicant" if applied else "nobody"
    what = Word("my_data", "withdrawn")
    undo = Word("my_data", "withdrawn_undo")
    text = Word("my_data", f"withdrawn_{ended}")
    return [receipt(turn, what, undo, text=text).offering(MY_DATA, ERASE)]


def _sure(turn: Turn, member: bool, row: Consent) -> Say:
    """Say plainly what ends with the consent, and ask."""
    keep = Choice(Word("my_data", "keep"), MY_DATA.press)
    press = f"a:withdraw_consent:{short(row.id)}"
    if member:
        leave = Choice(Word("my_data", "leave"), press)
        return say("my_data", "sure_member").offering(keep, leave)
    sure = Choice(Word("my_data", "withdraw_sure"), press)
    latest = turn.latest
    if latest is not None and as_told(turn, latest) in OPEN:
        return say("my_data", "sure_applicant").offering(keep, sure, MY_APPLICATION)
    return say("my_data", "sure_nobody").offering(keep, sure)
