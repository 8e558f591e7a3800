"""An update nobody can handle: the others go on, its person is told, it is kept."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import Session, col, select, update

from models.arrival import Poison
from models.conversation import Conversation
from models.message import Fate
from tests.databases import Copy
from tests.telegram_server import Person

from .running import Running, running


async def test_one_bad_update_of_a_batch_spoils_no_other(
    copies: Copy, tmp_path: Path
) -> None:
    async with running(copies, tmp_path) as life:
        people = [life.person() for _ in range(6)]
        for person in people:
            await life.join_until(person, "请问您的姓名")
        bad = people[2]
        damage_the_form(life, bad)
        await life.stop()
        for person in people:
            await person.say("张三")
        await life.start()
        assert "没有处理好" in (await bad.hear()).text
        for person in people:
            if person is not bad:
                assert "身份证号" in (await person.hear()).text
        (kept,) = life.look(lambda s: s.exec(select(Poison)).all())
        assert (kept.settled, kept.attempts) == ("", 1)
        assert "张三".encode() not in kept.update
        assert "张三" not in life.program.output
        rows = await life.settled(bad)
        assert rows[-1].fate is Fate.SENT


def damage_the_form(life: Running, person: Person) -> None:
    """Make somebody's draft unreadable, which no step can survive."""

    def damage(session: Session) -> None:
        chat = life.chat(session, person)
        draft = update(Conversation).where(col(Conversation.chat_id) == chat.id)
        session.exec(draft.values(draft=b"damaged"))

    life.write(damage)
