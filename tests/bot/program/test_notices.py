"""A notice with a picture through the real program and a Telegram; it is recalled."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

from PIL import Image
from sqlmodel import Session

from bot.kit import clock
from models import notice, notice_total
from models.document import Enclosed
from models.message import Fate
from models.notice import Notice
from models.notice_file import enclose
from models.notice_total import Sums
from models.place import read_atlas
from models.rules import Rules
from models.staff import Staff
from tests.bot.program.running import Running, running, until
from tests.databases import Copy
from tests.models.cast import reviewer
from tests.models.noticing import letter, member
from tests.programs import KEYRING
from tests.telegram_server import TelegramServer

FIRST, MANY = 501, 40
EVERYBODY = range(FIRST, FIRST + MANY)
LOST, BLOCKED = FIRST + 3, FIRST + 7
"""Who deleted the notice before it was recalled, and who blocked us since."""


def picture() -> bytes:
    """Paint what goes with the notice."""
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(data, "JPEG")
    return data.getvalue()


def send(session: Session, image: bytes) -> tuple[int, int]:
    """Let members be told something with a picture; return it and its author."""
    now, atlas = clock(), read_atlas(session)
    for address in EVERYBODY:
        member(session, str(address), "telegram", KEYRING, now)
    staff = reviewer(session)
    row = notice.write(session, atlas, staff, letter(urgent="停水"), now)
    enclose(session, atlas, staff, row, Enclosed("image/jpeg", image), now)
    notice.try_out(session, atlas, staff, row, now)
    notice.hand_in(session, atlas, Rules(), staff, row, now, now)
    return row.id, staff.id


def recall(session: Session, notice_id: int, staff_id: int) -> None:
    """Take the notice back as its author."""
    staff, row = session.get_one(Staff, staff_id), session.get_one(Notice, notice_id)
    notice.recall(session, read_atlas(session), staff, row, clock())


def photos(server: TelegramServer, chat: int) -> list[str]:
    """Give the pictures that are to be seen in a chat."""
    messages = server.telegram.chats[chat].messages.values()
    return [m["photo"][-1]["file_id"] for m in messages if "photo" in m]


def sums(world: Running, notice_id: int) -> Sums:
    """Count what became of the copies."""
    return world.look(lambda s: notice_total.sums_of(s, notice_id))


def test_a_picture_reaches_everybody_and_is_taken_back(
    copies: Copy, tmp_path: Path
) -> None:
    async def script() -> None:
        async with running(copies, tmp_path) as world:
            server, image = world.telegram, picture()
            for address in EVERYBODY:
                server.person(address)
            notice_id, staff_id = world.write(lambda s: send(s, image))
            await until(lambda: sums(world, notice_id) == {(Fate.SENT, ""): MANY})
            (file_id,) = {one for chat in EVERYBODY for one in photos(server, chat)}
            assert server.telegram.files[file_id].content == image
            assert [len(photos(server, chat)) for chat in EVERYBODY] == [1] * MANY
            told = {chat: [*server.telegram.texts(chat)] for chat in EVERYBODY}
            assert all("明天停水" in text for (text,) in told.values())

            server.telegram.chats[LOST].messages.clear()
            server.telegram.chats[BLOCKED].blocked = True
            world.write(lambda s: recall(s, notice_id, staff_id))
            await until(
                lambda: world.look(lambda s: s.get_one(Notice, notice_id).settled)
            )
            left = [chat for chat in EVERYBODY if photos(server, chat)]
            assert left == [BLOCKED]
            assert sums(world, notice_id) == {
                (Fate.SENT, "recalled"): MANY - 2,
                (Fate.SENT, "not_recalled"): 2,
            }

    asyncio.run(script())
