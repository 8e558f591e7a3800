"""The history of a chat, as the page shows it: rows become plain JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select, update

from bot import people
from bot.channels.page.protocol import MOST
from bot.files import enclosed_in, is_there
from bot.kit import Kit
from bot.words import text_of
from handlers import menu
from models import recipient
from models.chat import Chat
from models.columns import long, short
from models.message import Body, Fate, Message, unseal_body
from models.preference import Preference, keep, preference_of
from models.worker import Worker

PAGE = 50
"""How many messages one answer carries."""

Row = dict[str, Any]


_AFTER = (
    select(Message)
    .where(
        Message.chat_id == bindparam("chat_id"),
        col(Message.number) > bindparam("after"),
    )
    .order_by(col(Message.number))
    .limit(PAGE + 1)
)
_NUMBER = (
    select(Message.number)
    .join(Chat, col(Chat.id) == Message.chat_id)
    .where(
        Chat.channel == "page",
        Chat.bot == "",
        Chat.address == bindparam("address"),
        Message.given_id == bindparam("given_id"),
    )
)


def chat_at(session: Session, address: str) -> Chat | None:
    """Return the chat of a cookie."""
    return people.chat_at(session, ("page", "", address))


def mark_of(chat: Chat | None, after: int = 0) -> str | None:
    """Return what changes when a chat lost messages, or is no longer the same.

    There is none for a browser that has shown more than there is: the database was
    brought back from an older backup, and the browser starts over.
    """
    if chat is None or after > chat.last_number:
        return None
    return f"{short(chat.id)}.{chat.edition}"


def messages(
    session: Session,
    kit: Kit,
    chat: Chat,
    after: int | None = None,
    before: int | None = None,
) -> tuple[list[Row], bool]:
    """Return a page of messages in order, and whether there are more that way.

    Without `after` they are the last ones, or the last ones `before` a number.
    """
    if after is not None:
        of = {"chat_id": chat.id, "after": after}
        rows = list(session.exec(_AFTER, params=of))
    else:
        rows = _last(session, chat, before)
    shown = sorted(rows[:PAGE], key=lambda row: row.number)
    return [_message(session, kit, row) for row in shown], len(rows) > PAGE


def _last(session: Session, chat: Chat, before: int | None) -> list[Message]:
    chosen = select(Message).where(Message.chat_id == chat.id)
    if before is not None:
        chosen = chosen.where(Message.number < before)
    newest_first = chosen.order_by(col(Message.number).desc())
    return list(session.exec(newest_first.limit(PAGE + 1)))


def body_of(session: Session, kit: Kit, chat: Chat, number: int) -> Body | None:
    """Return the body of one message of a chat."""
    row = session.get(Message, (chat.id, number)) if number <= MOST else None
    return _opened(session, kit, row) if row else None


def _opened(session: Session, kit: Kit, row: Message) -> Body:
    about = session.get_one(Worker, row.about_id)
    key = about.open_key(kit.keys)
    return unseal_body(key, row.chat_id, row.number, row.body)


def _message(session: Session, kit: Kit, row: Message) -> Row:
    body = _opened(session, kit, row)
    if (file := enclosed_in(body)) and not is_there(session, long(file)):
        for part in ("image", "document"):
            body.pop(part, None)  # type: ignore[misc]  # it was erased since
    if "link" in body:  # one to this program works by whatever name it was reached
        label, url = body["link"]
        body["link"] = [label, url.removeprefix(kit.config.address)]
    return {
        "number": row.number,
        "side": row.side,
        "id": row.given_id,
        "at": row.at.isoformat().replace("+00:00", "Z"),
        **as_json(body),
        **_drawn_at(row, body),
    }


def _drawn_at(row: Message, body: Body) -> Row:
    """Return where the page finds a message's drawing, if it has one."""
    return {"drawing": f"/chat/drawing/{row.number}"} if "drawing" in body else {}


def as_json(body: Body) -> Row:
    """Return a body as the page's protocol has it."""
    found: Row = {**body}
    if "choices" in body:
        found["choices"] = [
            {"number": n, "label": label, "press": press}
            for n, label, press in body["choices"]
        ]
    if "link" in body:
        label, url = body["link"]
        found["link"] = {"label": label, "url": url}
    if "image" in body:
        found["image"] = f"/chat/photo/{body['image']}"
    if "document" in body:
        key, name, size = body["document"][:3]
        url = f"/chat/document/{key}"
        found["document"] = {"url": url, "name": name, "size": size}
    if "erased" in body:
        text, *numbers = body["erased"]
        found["erased"] = {"text": text, "numbers": numbers}
    if "wish" in body:
        found["wish"] = body["wish"][0]
    return found


def bars(session: Session, kit: Kit, chat: Chat | None, now: datetime) -> list[Row]:
    """Return the three menus at the bottom, for this person as they stand now."""
    if chat is None:
        return []
    worker = session.get_one(Worker, chat.worker_id)
    turn = kit.turn(session, chat, worker, now, trusted=True)
    reader = kit.reader(worker)
    return [
        {
            "label": text_of(bar.label, reader),
            "rows": [
                {"label": text_of(row.label, reader), "press": row.press}
                for row in bar.rows
            ],
        }
        for bar in menu.bars(turn)
    ]


def large_of(session: Session, chat: Chat) -> bool | None:
    """Return whether a person reads large type; None where they never chose."""
    chosen = session.get(Preference, chat.worker_id)
    return chosen.large if chosen else None


def keep_large(session: Session, address: str, large: bool) -> None:
    """Remember with the person how large they read, for every phone of theirs."""
    chat = chat_at(session, address)
    if chat is not None:
        chosen = preference_of(session, chat.worker_id)
        chosen.large = large
        keep(session, chosen)


def number_of(session: Session, address: str, given_id: str) -> int | None:
    """Return the number of the message a browser sent under its own id."""
    return session.exec(
        _NUMBER, params={"address": address, "given_id": given_id}
    ).first()


def mark_shown(session: Session, seen: Mapping[str, int]) -> None:
    """Note that the pages at these addresses have shown all up to a number."""
    for address, number in sorted(seen.items()):
        chat = chat_at(session, address)
        if chat is not None and number > chat.seen_number:
            _mark(session, chat, min(number, chat.last_number))


def _mark(session: Session, chat: Chat, number: int) -> None:
    chat.seen_number = number
    session.add(chat)
    kept = update(Message).where(
        col(Message.chat_id) == chat.id,
        col(Message.number) <= number,
        col(Message.fate) == Fate.KEPT,
    )
    session.execute(kept.values(fate=Fate.SENT))
    recipient.follow(session, chat.id, number)
