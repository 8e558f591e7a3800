"""Canaries: people whose every fact would be noticed wherever it leaks.

They go through every flow there is with the real step; then all that lies on the disk
is searched for them.  Half of them have themselves erased, and it is searched again,
with the keys, too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session, col, or_, select

from bot.addressing import address
from bot.config import Config
from bot.database import Database, Writer, in_transaction
from bot.erased import ErasedList, read_list
from bot.inbox import keep_poison
from bot.kit import Kit
from bot.logs import FORMAT, Redacting
from bot.rendering import Renderings
from bot.sections import Product, Web
from handlers.turn import Incoming
from models.application import Application
from models.case import Case
from models.chat import Chat
from models.columns import short
from models.place import read_atlas
from models.staff import Staff
from models.worker import Worker
from tests.adapters import LINK
from tests.databases import opened
from tests.models.noticing import begun
from tests.papers import pdf, put
from tests.torture.joining import NUMERALS, id_of
from tests.torture.searching import Opened, holds, open_all, readable, size_of
from tests.world import World

UNION = "4401"
REVIEWER = "社工"
FATES = (
    "approved",
    "rejected",
    "returned",
    "withdrawn",
    "poisoned",
    "left",
    "private",
    "waiting",
)
"""What becomes of people, in turn."""

BEGINNINGS = {
    "name": "欧阳〇",
    "ID number": "4401061970",
    "mobile": "13800000",
    "plate": "粤A00",
    "own words": "金丝雀",
}
"""How all canaries of a kind begin."""


@dataclass(frozen=True)
class Canary:
    """One person, and everything that must be read nowhere."""

    number: int

    @property
    def fate(self) -> str:
        """What becomes of this person's application."""
        return FATES[self.number % len(FATES)]

    @property
    def who(self) -> str:
        """Where this person writes from."""
        return f"person-{self.number}"

    @property
    def facts(self) -> dict[str, str]:
        """What this person tells."""
        figures = "".join(NUMERALS[int(digit)] for digit in f"{self.number:05d}")
        return {
            "name": f"欧阳{figures}",
            "ID number": id_of(self.number),
            "mobile": f"138{self.number:08d}",
            "plate": f"粤A{self.number:05d}",
            "own words": f"金丝雀第{self.number}号",
        }


@dataclass
class Found:
    """What one database was found to hold, in numbers and in words."""

    people: int
    counts: dict[str, object] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def must_be(self, what: str, found: int, wanted: int = 0) -> None:
        """Note a number, and that it is wrong if it is."""
        self.counts[what] = found
        if found != wanted:
            self.faults.append(f"{what}: {found} instead of {wanted}")


def live(people: int, database: str, folder: Path) -> Found:
    """Let so many canaries live on a database, and search before and after."""
    found = Found(people)
    canaries = [Canary(number) for number in range(people)]
    with logged(folder / "program.log"), opened(database) as made:
        flock = Flock(made)
        flock.open()
        for canary in canaries:
            flock.live(canary)
        flock.announce()
        search(found, folders_of(made, folder), "")
        whole = _open(found, made, canaries)
        gone = [c for c in canaries if c.number // len(FATES) % 2 == 0]
        keys = [key for c in gone for key in flock.keys_of(c)]
        _analyse(made)
        kept = {c.number: flock.rows_of(c, whole) for c in canaries if c not in gone}
        for canary in gone:
            flock.erase(canary)
        asyncio.run(_list(flock, folder))
        listed = len(set(read_list(folder / "erased.txt")))
        found.must_be("erased and listed", listed, len(gone))
        search(found, folders_of(made, folder), "after erasing: ")
        after, closed = in_transaction(made, lambda s: open_all(s, flock.kit.keys))
        found.must_be("values that do not open", closed)
        found.must_be("erased people's values that open", _mentions(after, gone))
        found.must_be("erased people's tags left", flock.tags_left(gone))
        lost = [n for n, rows in kept.items() if rows.items() - after.items()]
        found.must_be("others who lost anything", len(lost))
        _search_keys(found, made, folder, keys)
    return found


def _open(found: Found, made: Database, canaries: list[Canary]) -> Opened:
    """Open all values with the keys: each canary must be there to be found."""
    keys = World(made).kit.keys
    whole, closed = in_transaction(made, lambda s: open_all(s, keys))
    found.counts["sealed values"] = len(whole)
    found.must_be("values that do not open", closed)
    text = b"\n".join(whole.values()).decode(errors="replace")
    missing = [c for c in canaries if c.facts["own words"] not in text]
    found.must_be("people whose words are not even kept", len(missing))
    return whole


def _mentions(values: Opened, canaries: list[Canary]) -> int:
    text = b"\n".join(values.values()).decode(errors="replace")
    facts = [fact for c in canaries for fact in c.facts.values()]
    return sum(f"{fact}" in text for fact in facts)


def search(found: Found, folders: list[Path], when: str) -> None:
    """Look for canaries in every file as anybody could."""
    leaks = readable(folders, BEGINNINGS)
    for (kind, way), paths in leaks.items():
        names = ", ".join(sorted({p.name for p in paths}))
        found.faults.append(f"{when}{kind} readable ({way}) in {names}")
    found.must_be(f"{when}readable", len(leaks))
    found.counts[f"{when}searched (MB)"] = f"{size_of(folders) / 1e6:.0f}"


def _analyse(made: Database) -> None:
    """Let the database take the samples it would take some day."""
    with made.writing.connect() as connection:
        automatic = connection.execution_options(isolation_level="AUTOCOMMIT")
        automatic.execute(text("ANALYZE"))


def _search_keys(found: Found, made: Database, folder: Path, keys: list[bytes]) -> None:
    """Look for the wrapped keys of the erased, which backups of files could hold."""
    if made.is_sqlite:
        found.must_be("erased people's keys in files", holds([folder], keys))
        return
    with made.writing.connect() as connection:
        automatic = connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in ("worker", '"case"'):
            automatic.execute(text(f"VACUUM FULL {table}"))
        automatic.execute(text("CHECKPOINT"))
    tables = [f / "base" for f in folders_of(made, folder)[1:]]
    found.must_be(
        "erased people's keys in files after VACUUM FULL", holds(tables, keys)
    )


def folders_of(made: Database, folder: Path) -> list[Path]:
    """Return where everything lies: our folder, and PostgreSQL's own."""
    if made.is_sqlite:
        return [folder]
    with made.writing.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(
            text("CHECKPOINT")
        )
        data = connection.execute(text("SHOW data_directory")).scalar_one()
    return [folder, Path(data)]


async def _list(flock: Flock, folder: Path) -> None:
    """List the erased as the program does."""
    product = Product(data=str(folder))
    config = Config.model_construct(product=product, web=Web())
    writer = Writer(flock.page.database)
    kit = Kit(config, flock.page.database, writer, flock.kit.keys, flock.page.rules)
    await ErasedList(kit, asyncio.Event()).sweep()
    writer.close()


@contextmanager
def logged(path: Path) -> Iterator[None]:
    """Log everything there is to a file, as the program would at DEBUG."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(Redacting(FORMAT))
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        handler.close()


class Flock:
    """The canaries at their chats: most on the page, some where IDs go by a link."""

    def __init__(self, database: Database) -> None:
        self.page, self.link = World(database), World(database, LINK)
        self.kit = self.page.kit

    def open(self) -> None:
        """Appoint who reviews."""
        self.page.appoint(UNION, REVIEWER)

    def world_of(self, canary: Canary) -> World:
        """Return the world this person is in."""
        return self.link if canary.fate == "private" else self.page

    def live(self, canary: Canary) -> None:
        """Let one canary join, with own words, and meet its fate."""
        world, who = self.world_of(canary), canary.who
        facts = canary.facts
        world.say(f"{facts['own words']}，在吗", who)
        self._fill(world, canary)
        world.say(f"{facts['own words']}，还要填什么", who)
        if canary.fate == "left":
            return
        world.say("提交", who)
        self.page.now = world.now = max(self.page.now, world.now)
        meet: Callable[[Canary], None] = getattr(self, f"_{canary.fate}", self._waiting)
        meet(canary)

    def _fill(self, world: World, canary: Canary) -> None:
        facts, who = canary.facts, canary.who
        if canary.fate == "private":
            world.fill("resident_id", who, full_name=facts["name"])
            world.say(facts["ID number"], who)  # refused: it must go by the link
        trade = "家政服务员" if canary.number % 3 == 0 else "货车司机"
        answers = {
            "full_name": facts["name"],
            "resident_id": facts["ID number"],
            "mobile": facts["mobile"],
            "group": trade,
            "work_form": "在单位上班",
            "plate": facts["plate"],
        }
        world.fill("employer", who, **answers)
        world.say(facts["own words"], who)
        world.tap(f"就填“{facts['own words']}”", who)
        if trade == "家政服务员":
            world.fill("certificate", who, **answers)
            picture = facts["own words"].encode()
            world.do("photo", who=who, data=picture, mime="image/jpeg")
        world.fill("sure", who, **answers)

    def _approved(self, canary: Canary) -> None:
        self._press("a:pool", canary)

    def _rejected(self, canary: Canary) -> None:
        self._press("f:reveal", canary)
        self.page.say(f"{canary.facts['own words']}要核对", REVIEWER)
        self._press("f:reject", canary)
        self.page.say(f"{canary.facts['own words']}联系不上", REVIEWER)
        self.page.say("确定不通过", REVIEWER)

    def _returned(self, canary: Canary) -> None:
        self._press("f:return", canary)
        self.page.say("1 3", REVIEWER)
        self.page.tap("选好了（2 项）", REVIEWER)
        self.page.say(f"{canary.facts['own words']}的姓名不清楚", REVIEWER)
        if canary.number % 3:
            self.page.say("1", REVIEWER)
            self.page.say("1", REVIEWER)

    def _withdrawn(self, canary: Canary) -> None:
        self.page.say("我的申请", canary.who)
        self.page.tap("撤回申请", canary.who)
        self.page.tap("确定撤回", canary.who)

    def _poisoned(self, canary: Canary) -> None:
        incoming = Incoming(
            channel="page",
            bot="",
            address=canary.who,
            key=f"poison-{canary.number}",
            kind="text",
            text=canary.facts["own words"],
        )
        world = self.page
        world.write(
            lambda s: keep_poison(s, world.kit, world.cans, incoming, world.now)
        )

    def _waiting(self, canary: Canary) -> None:
        """Let the application wait; somebody looks at it, and talks about a case."""
        self._press("v:review", canary)
        if self.world_of(canary) is self.page:
            self._open_case(canary)

    def _open_case(self, canary: Canary) -> None:
        """Ask for help, talk with a person, and have a note written."""
        words, who = canary.facts["own words"], canary.who
        for said in ("求助", words, "跳过", "提交"):
            self.page.say(said, who)
        for press in ("a:take_case", "a:talk"):
            self._press_case(press, canary)
        self.page.say(f"{words}，打 {canary.facts['mobile']}", who)
        self.page.do("photo", who=who, data=words.encode(), mime="image/jpeg")
        paper = put(self.page, who, f"{words}.pdf", pdf(words.encode()))
        self.page.do("document", who=who, file=paper)
        self.page.say(f"好的，{words}", REVIEWER)
        self.page.say("结束", REVIEWER)
        self._press_case("f:case_note", canary)
        for said in (words, "记下"):
            self.page.say(said, REVIEWER)

    def _press_case(self, press: str, canary: Canary) -> None:
        def find(session: Session) -> str:
            chat = session.exec(select(Chat).where(Chat.address == canary.who)).one()
            of = select(Case.id).where(Case.worker_id == chat.worker_id)
            return short(session.exec(of).one())

        self.page.do("press", f"{press}:{self.page.write(find)}", REVIEWER)

    def _press(self, press: str, canary: Canary) -> None:
        """Let the reviewer open an application and press something of it."""

        def find(session: Session) -> str:
            chat = session.exec(select(Chat).where(Chat.address == canary.who)).one()
            of = select(Application.id).where(Application.worker_id == chat.worker_id)
            return short(session.exec(of).one())

        key = self.page.write(find)
        for one in dict.fromkeys(("v:review", press)):
            self.page.do("press", f"{one}:{key}", REVIEWER)

    def announce(self) -> None:
        """Send every member a notice that calls them by name."""
        world = self.page

        def send(session: Session) -> None:
            atlas = read_atlas(session)
            staff = session.exec(select(Staff).where(Staff.active)).first()
            assert staff is not None
            called = {"text": "{name}，您好！", "urgent": "演习", "union_code": UNION}
            row = begun(session, atlas, staff, world.now, **called)
            letters = Renderings(self.kit)
            while address(session, letters, world.cans, row.id, 0, world.now).looked:
                pass

        world.write(send)

    def erase(self, canary: Canary) -> None:
        """Let one canary have everything deleted."""
        world, who = self.world_of(canary), canary.who
        world.say("删除我的资料", who)
        (receipt,) = world.say("删除", who)
        assert receipt["title"] == "资料已全部删除", receipt

    def _worker(self, session: Session, canary: Canary) -> Worker:
        chat = session.exec(select(Chat).where(Chat.address == canary.who)).one()
        return session.get_one(Worker, chat.worker_id)

    def keys_of(self, canary: Canary) -> list[bytes]:
        """Return a canary's wrapped keys as they lie in the database."""

        def look(session: Session) -> list[bytes]:
            worker = self._worker(session, canary)
            of = select(Case.key).where(Case.worker_id == worker.id)
            return [worker.key, *session.exec(of)]

        return self.page.write(look)

    def rows_of(self, canary: Canary, values: Opened) -> Opened:
        """Return the opened values that tell of a canary."""
        facts = [fact.encode() for fact in canary.facts.values()]
        return {
            place: value
            for place, value in values.items()
            if place[0] != "chat.screen" and any(fact in value for fact in facts)
        }

    def tags_left(self, canaries: list[Canary]) -> int:
        """Count the hashes of the erased that a table still has."""
        tag = self.kit.keys.tag
        facts = [c.facts for c in canaries]
        tags = [tag("id_number", f["ID number"]) for f in facts]
        tags += [tag("mobile", f"+86{f['mobile']}") for f in facts]
        tags += [tag("name", f["name"]) for f in facts]

        def look(session: Session) -> int:
            tables: list[type[Worker] | type[Application]] = [Worker, Application]
            found = 0
            for start in range(0, len(tags), 500):
                some = tags[start : start + 500]
                for table in tables:
                    columns = [c for c in table.__table__.c if c.name.endswith("_tag")]  # type: ignore[union-attr]
                    where = or_(*(c.in_(some) for c in columns))
                    found += len(session.exec(select(col(table.id)).where(where)).all())
            return found

        return self.page.write(look)
