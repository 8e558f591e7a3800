"""Signing in: by a link from one's own chat, or by number, password and code.

Vain tries are counted for each network, and for each number in each network, whether
or not there is such a number; so nobody is locked out by who tries elsewhere, and the
link from the chat always works.  Whatever was wrong, the answer is the same.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.channels import Can
from bot.console.desk import Desk, Label
from bot.console.doorkeeper import Doorkeeper, browser_of
from bot.console.drawing import ROLES, draw_alone
from bot.database import read
from bot.kit import Kit, clock
from bot.network import network_of
from bot.pages import answer_with, language_of, translated
from bot.step import Written
from handlers.console import came_in
from handlers.turn import named
from models import tries
from models.chat import newest_chat
from models.console_link import find_console_link, use_console_link
from models.console_session import Way, forget, sign_in
from models.credential import credential_with, fits, use_step
from models.staff import CONSOLE, Staff, position_of
from models.totp import new_secret, step_of
from models.worker import Worker

PERIOD = timedelta(minutes=15)
"""For how long a vain try counts."""

PER_NUMBER, PER_NETWORK = 5, 50
"""How many vain tries close the way for a number from one network, and for that."""

AT_ONCE = 2
"""How many passwords are looked at side by side; each takes 19 MiB."""

HOME = "/console"
WRONG = Label(
    "That is not right, or there were too many tries. "
    "The link from your own chat always works: type 工作台 there."
)


@dataclass(frozen=True)
class Tried:
    """What somebody typed to sign in."""

    number: str
    password: str
    code: str
    network: str

    @property
    def of_number(self) -> dict[str, str]:
        """Under what tries of this number from this network are counted."""
        return {"console number": f"{self.network} {self.number}"}

    @property
    def of_network(self) -> dict[str, str]:
        """Under what tries from this network are counted."""
        return {"console network": self.network}


@dataclass(frozen=True)
class Proved:
    """Whose password and code somebody knew."""

    worker_id: int
    credential_id: int
    step: int


class SignIn:
    """The routes at the console's door; `put` sends what the chat is told."""

    def __init__(
        self,
        kit: Kit,
        door: Doorkeeper,
        cans: dict[str, Can],
        put: Callable[[Written], None],
    ) -> None:
        self.kit, self.door, self.cans, self.put = kit, door, cans, put
        self._room = asyncio.Semaphore(AT_ONCE)

    def routes(self) -> list[Route]:
        """Return the routes of the door; what they show is nobody's data."""
        return [
            Route("/console/enter/{token}", self.knock, methods=["GET"]),
            Route("/console/enter/{token}", self.enter, methods=["POST"]),
            Route("/console/sign-in", self.ask, methods=["GET"]),
            Route("/console/sign-in", self.sign_in, methods=["POST"]),
        ]

    async def knock(self, request: Request) -> Response:
        """Show whose link this is and a button; a look uses nothing up."""
        token, now = request.path_params["token"], clock()

        def look(session: Session) -> Response:
            link = find_console_link(session, token, now)
            staff = _position(session, link.worker_id) if link else None
            return self._enter_page(request, session, staff)

        return await read(self.kit.database, look)

    async def enter(self, request: Request) -> Response:
        """Use the link up and open a session; the chat is told."""
        token, now, browser = request.path_params["token"], clock(), browser_of(request)

        def work(session: Session) -> tuple[str, Written | None] | None:
            link = use_console_link(session, token, now)
            staff = _position(session, link.worker_id) if link else None
            if link is None or staff is None:
                return None
            return self._open(session, staff, Way.LINK, browser, now, link.chat_id)

        opened = await self.kit.writer.write(work)
        if opened is None:
            return await self.knock(request)
        return await self._let_in(request, *opened)

    async def ask(self, request: Request) -> Response:
        """Ask for number, password and code."""
        return self._sign_in_page(request)

    async def sign_in(self, request: Request) -> Response:
        """Open a session for who knows a number, its password and its code."""
        async with request.form(max_files=0, max_fields=8) as fields:
            number, password, code = (
                str(fields.get(name, "")) for name in ("number", "password", "code")
            )
        tried = Tried(number.strip()[:20], password, _digits(code), network_of(request))
        if self.door.wait_to_sign_in(request) > 0:
            return self._sign_in_page(request, tried.number, wrong=True)
        now, browser = clock(), browser_of(request)
        opened = await self._opened(tried, browser, now)
        if opened is None:
            return self._sign_in_page(request, tried.number, wrong=True)
        return await self._let_in(request, *opened)

    async def _opened(
        self, tried: Tried, browser: str, now: datetime
    ) -> tuple[str, Written | None] | None:
        """Count the try, look at what was typed, and open a session if it is right."""
        writer = self.kit.writer
        if not await writer.write(lambda s: self._counted(s, tried, now)):
            return None
        async with self._room:
            proved = await read(
                self.kit.database, lambda s: self._proved(s, tried, now)
            )
        if proved is None:
            return None

        def work(session: Session) -> tuple[str, Written | None] | None:
            staff = _position(session, proved.worker_id)
            is_first = use_step(session, proved.credential_id, proved.step)
            if staff is None or not is_first:
                return None
            keys = self.kit.keys
            of_number, of_network = (
                tries.held(session, keys, names, now, PERIOD)
                for names in (tried.of_number, tried.of_network)
            )
            tries.forgive(of_number, PER_NUMBER)
            tries.forgive(of_network, 1)
            chat_id = newest_chat(session, proved.worker_id)
            return self._open(session, staff, Way.PASSWORD, browser, now, chat_id)

        return await writer.write(work)

    def _counted(self, session: Session, tried: Tried, now: datetime) -> bool:
        """Count a try before it is looked at, so that none beside it goes uncounted."""
        keys = self.kit.keys
        ways = ((tried.of_network, PER_NETWORK), (tried.of_number, PER_NUMBER))
        rows = [(tries.held(session, keys, of, now, PERIOD), most) for of, most in ways]
        if any(tries.closed(held) for held, _ in rows):
            return False
        for held, most in rows:
            tries.count(held, None, now, tell=False, most=most)
        return True

    def _proved(self, session: Session, tried: Tried, now: datetime) -> Proved | None:
        """Tell whose password and code these are; as slowly where they are nobody's."""
        row = credential_with(session, tried.number)
        hashed, secret = None, new_secret()
        if row is not None:
            worker = session.get_one(Worker, row.worker_id)
            hashed, secret = row.load(self.kit.keys, worker)
        step = step_of(secret, tried.code, now)
        if not fits(hashed, tried.password) or step is None or row is None:
            return None
        return Proved(row.worker_id, row.id, step)

    def _open(
        self,
        session: Session,
        staff: Staff,
        way: Way,
        browser: str,
        now: datetime,
        chat_id: int | None,
    ) -> tuple[str, Written | None]:
        """Open a session and say so in the person's own chat."""
        worker = session.get_one(Worker, staff.worker_id)
        token, signed_in = sign_in(session, staff, worker, way, browser, now)
        limits = self.door.limits
        desk = Desk(self.kit, session, now, signed_in, limits, self.cans)
        if chat_id is not None:
            desk.tell(chat_id, lambda turn: [came_in(turn, browser)])
        return token, desk.close()

    async def _let_in(
        self, request: Request, token: str, written: Written | None
    ) -> Response:
        """Give the browser its new session; one it had before ends."""
        if written is not None:
            self.put(written)
        if older := self.door.token(request):
            await self.kit.writer.write(lambda s: forget(s, older))
        response = RedirectResponse(_then(request), 303)
        self.door.let_in(response, token)
        return response

    def _enter_page(
        self, request: Request, session: Session, staff: Staff | None
    ) -> Response:
        worker = session.get(Worker, staff.worker_id) if staff else None
        language = worker.language if worker else self._language(request)
        union = self.kit.atlas.unions.get(staff.union_code) if staff else None
        html = draw_alone(
            self.kit,
            language,
            "enter",
            over=staff is None,
            union=named(union, language) if union else "",
            role=ROLES[staff.role].read_in(language) if staff else "",
        )
        return answer_with(html, 200 if staff else 410)

    def _sign_in_page(
        self, request: Request, number: str = "", wrong: bool = False
    ) -> Response:
        language = self._language(request)
        html = draw_alone(
            self.kit,
            language,
            "sign_in",
            number=number,
            wrong=translated(language, WRONG.text) if wrong else "",
            then=_then(request),
        )
        return answer_with(html, 422 if wrong else 200)

    def _language(self, request: Request) -> str:
        return language_of(request, self.kit.rules.language)


def _position(session: Session, worker_id: int) -> Staff | None:
    """Return the position by which somebody works in the console, if they do."""
    held = position_of(session, worker_id)
    return held if held is not None and held.role in CONSOLE else None


def _digits(code: str) -> str:
    return "".join(c for c in code if c.isascii() and c.isdigit())[:6]


def _then(request: Request) -> str:
    """Return where somebody was going: a page of the console, and nowhere else."""
    then = request.query_params.get("then", "")
    is_ours = then.startswith("/console/") and "\\" not in then and ".." not in then
    return then if is_ours and then.isprintable() else HOME
