"""The checker: what the people did against what the database and Telegram hold.

It reports in the terms of Jepsen's total-queue checker: attempted, lost, duplicated,
recovered; and it reads with the keys, so that a wrong answer is a lost one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, SQLModel, col, func, select

from bot.channels.telegram.draw import text_of
from models.application import Application, Standing, Step
from models.arrival import Arrival, Poison
from models.attachment import Attachment
from models.chat import Chat
from models.columns import long
from models.consent import Consent
from models.conversation import Conversation, State
from models.message import Fate, Message, unseal_body
from models.place import Enterprise
from models.sealing import Keyring
from models.worker import Worker
from tests.programs import KEYRING
from tests.telegram_server import TelegramServer
from tests.torture.joining import Lived, answers_of, photo

ONCE = (Application, Chat, Consent, Conversation)
"""Of these, a person who joined once has one row."""


@dataclass
class Verdict:
    """What was found, in numbers, and the first of what is wrong in words."""

    attempted: int = 0
    joins: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def note(self, kind: str, what: str, times: int = 1) -> None:
        """Count something that must not be."""
        if times > 0:
            self.counts[kind] += times
            self.faults.append(f"{kind}: {what}" + f" ({times}×)" * (times > 1))


def check(
    session: Session,
    server: TelegramServer,
    lives: Sequence[Lived],
    first_chat: int,
    keys: Keyring = KEYRING,
) -> Verdict:
    """Compare everybody's life with the database and with what Telegram showed."""
    verdict = Verdict(server.updates.pushed, len(lives))
    said: dict[int, list[str]] = {}
    for effect in server.telegram.effects:
        said.setdefault(effect.chat, []).append(effect.text)
    _check_arrivals(session, server, verdict)
    for life in lives:
        _check_life(verdict, life)
        chat = _only_chat(session, verdict, first_chat + life.number)
        if chat is None:
            verdict.note("lost", f"person {life.number} is unknown", life.acts)
            continue
        _check_rows(session, verdict, chat, life, keys)
        heard = said.get(first_chat + life.number, [])
        _check_replies(session, verdict, chat, life, heard, keys)
    verdict.note("poison", "updates set aside", count(session, Poison))
    verdict.note("refused", "calls Telegram cannot accept", len(server.refused))
    return verdict


def _check_arrivals(session: Session, server: TelegramServer, verdict: Verdict) -> None:
    """As many updates were taken as were given out, each under its own number."""
    taken = count(session, Arrival)
    given = server.updates.pushed
    verdict.note("lost", "updates never confirmed", server.intake.pending)
    verdict.note("lost", "updates never taken", given - taken)
    verdict.note("duplicate effects", "updates taken twice", taken - given)


def _check_life(verdict: Verdict, life: Lived) -> None:
    if not life.finished:
        verdict.note("silence", f"person {life.number} waited in vain")
    if life.unexpected:
        what = f"person {life.number} was told: {life.unexpected[0][:40]!r}"
        verdict.note("out of order", what, len(life.unexpected))


def _only_chat(session: Session, verdict: Verdict, address: int) -> Chat | None:
    found = session.exec(select(Chat).where(Chat.address == str(address))).all()
    verdict.note("duplicate effects", f"chats of {address}", len(found) - 1)
    return found[0] if found else None


def _check_rows(
    session: Session, verdict: Verdict, chat: Chat, life: Lived, keys: Keyring
) -> None:
    """One person, one consent, one conversation, one application with one step."""
    for table in ONCE:
        found = count(session, table, col(table.worker_id) == chat.worker_id)
        _check_once(verdict, life, table.__name__, found)
    application = session.exec(
        select(Application).where(Application.worker_id == chat.worker_id)
    ).first()
    if application is None:
        return
    steps = count(session, Step, Step.application_id == application.id)
    _check_once(verdict, life, "Step", steps)
    if application.standing is not Standing.SUBMITTED:
        verdict.note("lost", f"application {life.number} is {application.standing}")
    ended = select(Conversation.state).where(Conversation.worker_id == chat.worker_id)
    if set(session.exec(ended)) != {State.DONE}:
        verdict.note("lost", f"the end of conversation {life.number}")
    _check_answers(session, verdict, application, life, keys)


def _check_once(verdict: Verdict, life: Lived, table: str, found: int) -> None:
    what = f"{table} of person {life.number}"
    verdict.note("duplicate effects", what, found - 1)
    verdict.note("lost", what, 1 - found)


def _check_answers(
    session: Session,
    verdict: Verdict,
    application: Application,
    life: Lived,
    keys: Keyring,
) -> None:
    """The application holds exactly the answers given, read with the person's key."""
    worker = session.get_one(Worker, application.worker_id)
    kept = application.load(keys, worker)
    given = {q.name: q.kept for q in answers_of(life.number) if q.name != "sure"}
    given["id_type"] = "resident"
    photos = session.exec(select(Attachment).where(Attachment.worker_id == worker.id))
    pictures = {row.id: row for row in photos}
    verdict.note(
        "duplicate effects",
        f"photos of person {life.number}",
        len(pictures) - ("certificate" in given),
    )
    for name in kept.keys() | given.keys():
        value = kept.get(name)
        if name == "platform" and value is not None:
            value = session.get_one(Enterprise, long(value.partition(".")[0])).name
        picture = pictures.get(long(str(value))) if name == "certificate" else None
        if picture is not None and _opens(picture, worker, keys):
            value = "a photo"
        if value != given.get(name):
            verdict.note("lost", f"the answer {name} of person {life.number}")


def _opens(picture: Attachment, worker: Worker, keys: Keyring) -> bool:
    return picture.open(keys, worker)[:3] == photo()[:3]


def _check_replies(
    session: Session,
    verdict: Verdict,
    chat: Chat,
    life: Lived,
    heard: Iterable[str],
    keys: Keyring,
) -> None:
    """Each act has one answer; each was shown, in order, perhaps more than once."""
    rows = session.exec(
        select(Message).where(Message.chat_id == chat.id).order_by(col(Message.number))
    ).all()
    verdict.note(
        "duplicate effects", f"answers to {life.number}", len(rows) - life.acts
    )
    verdict.note("lost", f"answers to {life.number}", life.acts - len(rows))
    fates = Counter(row.fate for row in rows)
    verdict.counts["uncertain"] += fates[Fate.UNCERTAIN]
    verdict.counts["recovered"] += sum(row.attempt > 1 for row in rows)
    for fate in (Fate.WAITING, Fate.FAILED, Fate.SKIPPED, Fate.KEPT):
        verdict.note("lost", f"messages {fate} for {life.number}", fates[fate])
    worker = session.get_one(Worker, chat.worker_id)
    key = worker.open_key(keys)
    bodies = [unseal_body(key, row.chat_id, row.number, row.body) for row in rows]
    _follow(verdict, life, [text_of(body, plain=True) for body in bodies], heard)


def _follow(
    verdict: Verdict, life: Lived, written: Sequence[str], heard: Iterable[str]
) -> None:
    """Walk through what was heard as the rows say it should have been said."""
    at = -1
    for text in heard:
        if at + 1 < len(written) and text == written[at + 1]:
            at += 1
        elif at >= 0 and text == written[at]:
            verdict.counts["duplicate replies"] += 1
        else:
            verdict.note("out of order", f"{text[:30]!r} to person {life.number}")
    verdict.note(
        "lost", f"messages never shown to {life.number}", len(written) - 1 - at
    )


def count(session: Session, table: type[SQLModel], *where: Any) -> int:
    """Count the rows of a table that meet these conditions."""
    return session.exec(select(func.count()).select_from(table).where(*where)).one()
