"""The console's web site: it makes routes of the nouns, and lets nobody past a rule.

What is read is read in a session that cannot write; what a form does is one transaction
of the writer, with the key that makes it happen once.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from sqlmodel import Session
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels import Can
from bot.console import once
from bot.console.answering import SAID, file_of, said_to, went_to
from bot.console.desk import Desk, Fields, Label, Text, Wrong
from bot.console.doorkeeper import Doorkeeper
from bot.console.drawing import STATIC, draw, draw_away
from bot.console.live import EVENTS, Live, answer_of
from bot.console.noun import Form, Noun, Page
from bot.console.sign_in import SignIn
from bot.console.views import File, Piece
from bot.database import read
from bot.files import Files
from bot.kit import Kit, clock
from bot.pages import answer_with, language_of
from bot.pictures import at_the_table
from bot.step import Written
from models.console_session import SEEN_EVERY, mark_seen, signed_in
from models.once import begin

FIELDS = 1000
"""How many fields a form may have: a page of rows to choose from has many."""

OLD = Label("This page was open for too long. Please look once more and send it again.")


Handle = Callable[[Request], Awaitable[Response]]


class Away(Exception):
    """Somebody is turned away: 401 who is not signed in, 403 by role, 404 by row."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


@dataclass(frozen=True)
class Asked:
    """What a browser asked for: which page, with what, and when."""

    noun: Noun
    page: Page[Any] | Form[Any]
    token: str
    key: str
    now: datetime
    query: Mapping[str, str]
    path: str
    by_hand: bool = True
    """Whether somebody opened it; a page that looks again keeps nobody signed in."""


@dataclass(frozen=True)
class Done:
    """What became of a form: where its sender goes, or the page shown at once."""

    path: str
    said: str
    written: Written | None = None
    html: str = ""


class Console:
    """The console's routes; `put` sends what its forms made the bot say."""

    def __init__(
        self,
        kit: Kit,
        cans: dict[str, Can],
        put: Callable[[Written], None],
        nouns: tuple[Noun, ...],
    ) -> None:
        self.kit, self.cans, self.put, self.nouns = kit, cans, put, nouns
        self.door = Doorkeeper(kit.config)
        self.sign_in = SignIn(kit, self.door, cans, put)
        self.files = Files(kit)
        self.live = Live()

    def routes(self) -> list[Route | Mount]:
        """Return the routes of every noun, and those of the door."""
        return [
            Mount("/console/static", StaticFiles(directory=STATIC)),
            Route("/console", self.begin),
            *self.sign_in.routes(),
            *(self._route(noun, page) for noun in self.nouns for page in noun.pages),
            Route("/console/{rest:path}", self.nowhere),
        ]

    def _route(self, noun: Noun, page: Page[Any] | Form[Any]) -> Route:
        methods = ["GET", "POST"] if isinstance(page, Form) else ["GET"]
        handle = partial(self._answer, noun, page)
        return Route(noun.address(page), handle, methods=methods)

    async def begin(self, request: Request) -> Response:
        """Go to the first page of who works here."""
        return RedirectResponse(self.nouns[0].path, 303)

    async def nowhere(self, request: Request) -> Response:
        """Say that there is no such page."""
        return self._away(request, 404)

    async def _answer(
        self, noun: Noun, page: Page[Any] | Form[Any], request: Request
    ) -> Response:
        """Show a page or carry out its form, or turn somebody away."""
        if self.door.wait(request) > 0:
            return self._away(request, 429)
        asked = Asked(
            noun,
            page,
            self.door.token(request),
            request.path_params.get("key", ""),
            clock(),
            dict(request.query_params),
            request.url.path,
            "zhigong-live" not in request.headers,
        )
        try:
            if request.method == "POST" and isinstance(page, Form):
                return await self._send(asked, page, request)
            if request.headers.get("accept") == EVENTS:
                return await self._follow(asked)
            return await self._show(asked, said_to(request))
        except Away as away:
            return self._away(request, away.status)

    async def _show(
        self,
        asked: Asked,
        said: str = "",
        fields: Fields | None = None,
        errors: Mapping[str, Text] | None = None,
    ) -> Response:
        page = asked.page
        if page.note is not None:
            await self.kit.writer.write(partial(self._note, asked, page))

        def look(session: Session) -> tuple[Response | File, Desk]:
            desk = self._desk(session, asked)
            desk.fields, desk.errors = fields or Fields(), errors or {}
            row = self._row(desk, asked)
            view = page.show(desk, row)
            if isinstance(view, File):
                return view, desk
            if isinstance(view, Piece):
                return answer_of(view), desk
            html = draw(view, desk, self.nouns, asked.noun, said)
            return answer_with(html, 422 if errors else 200), desk

        shown, desk = await read(self.kit.database, look)
        seen = desk.own_session
        if asked.by_hand and asked.now - seen.seen_at > SEEN_EVERY:
            await self.kit.writer.write(lambda s: mark_seen(s, seen.id, asked.now))
        response = await file_of(shown) if isinstance(shown, File) else shown
        if said:
            response.delete_cookie(SAID, path="/console")
        return response

    def _note(
        self, asked: Asked, page: Page[Any] | Form[Any], session: Session
    ) -> None:
        """Write down that something is about to be read."""
        desk = self._desk(session, asked)
        row = self._row(desk, asked)
        if page.note is not None:
            page.note(desk, row)

    async def _follow(self, asked: Asked) -> Response:
        """Let an open page hear what is new in a piece of it, as it comes."""

        async def ask(after: str) -> Piece | None:
            query, now = {**asked.query, "after": after}, clock()
            again = replace(asked, query=query, now=now)
            try:
                return await read(self.kit.database, partial(self._piece, again))
            except Away:
                return None

        await read(self.kit.database, partial(self._piece, asked))
        return self.live.follow(asked.token, asked.query.get("after", ""), ask)

    def _piece(self, asked: Asked, session: Session) -> Piece:
        """Return a piece of a page; what is no piece cannot be followed."""
        desk = self._desk(session, asked)
        view = asked.page.show(desk, self._row(desk, asked))
        if not isinstance(view, Piece):
            raise Away(404)
        return view

    async def _send(self, asked: Asked, form: Form[Any], request: Request) -> Response:
        fields = await _fields_of(request)
        try:
            if form.prepare is not None:
                await read(self.kit.database, partial(self._found, asked))
                most = self.files.most
                fields = await at_the_table(form.prepare, fields, most)
                fields = await self._keep(asked, form, fields)
            done = await self.kit.writer.write(
                partial(self._carry_out, asked, form, fields)
            )
        except Wrong as wrong:
            return await self._show(asked, "", fields, wrong.errors)
        finally:
            await self.files.drop(fields.kept)
        if done.written is not None:
            self.put(done.written)
        if done.html:
            return answer_with(done.html)
        return went_to(done.path, done.said, self.door.secure)

    async def _keep(self, asked: Asked, form: Form[Any], fields: Fields) -> Fields:
        """Write a document down piece by piece, so that no reply waits for it."""
        given, whose = fields.enclosed, form.owner
        if given is None or not given.name or whose is None:
            return fields

        def look(session: Session) -> int:
            desk = self._desk(session, asked)
            return whose(desk, self._row(desk, asked))

        owner = await read(self.kit.database, look)
        number = await self.files.keep(owner, given.name, given.data)
        return replace(fields, kept=number)

    def _carry_out(
        self, asked: Asked, form: Form[Any], fields: Fields, session: Session
    ) -> Done:
        """Do what a form is for, unless it was done; return where its sender goes."""
        desk = self._desk(session, asked)
        row = self._row(desk, asked)
        desk.fields = fields
        key = fields.get(once.FIELD)
        if not once.is_ours(self.kit.keys, desk.own_session.id, key):
            raise Wrong.altogether(OLD)
        kept, is_new = begin(session, key, asked.now)
        if not is_new:
            return Done(kept.went, kept.said)
        mark_seen(session, desk.own_session.id, asked.now)
        went = form.do(desk, row)
        kept.went, kept.said = went.path, desk.text(went.said)
        session.add(kept)
        view = went.view
        html = draw(view, desk, self.nouns, asked.noun, kept.said) if view else ""
        return Done(kept.went, kept.said, desk.close(), html)

    def _desk(self, session: Session, asked: Asked) -> Desk:
        """Deal a page its desk; only who is signed in has one."""
        self.kit.refresh(session, asked.now)
        limits = self.door.limits
        found = asked.token and signed_in(session, asked.token, limits, asked.now)
        if not found:
            raise Away(401)
        new_form = partial(once.new_form, self.kit.keys, found.session.id)
        return Desk(
            self.kit,
            session,
            asked.now,
            found,
            limits,
            self.cans,
            query=asked.query,
            new_form=new_form,
        )

    def _found(self, asked: Asked, session: Session) -> Any:
        """Make sure that who asks may, before any work is done for them."""
        return self._row(self._desk(session, asked), asked)

    def _row(self, desk: Desk, asked: Asked) -> Any:
        """Return the row of a page where its rule lets who works here have it."""
        rule = asked.page.rule
        if desk.staff.role not in rule.roles:
            raise Away(403)
        row = rule.own(desk, asked.key)
        if row is None:
            raise Away(404)
        return row

    def _away(self, request: Request, status: int) -> Response:
        """Turn somebody away, with the way on and without a word about any row."""
        if status == 401:
            here = request.url.path
            query = f"?{request.url.query}" if request.url.query else ""
            then = here + query if request.method == "GET" else ""
            way = f"/console/sign-in?then={quote(then)}" if then else "/console/sign-in"
            return RedirectResponse(way, 303)
        language = language_of(request, self.kit.rules.language)
        return answer_with(draw_away(self.kit, language, status), status)


async def _fields_of(request: Request) -> Fields:
    """Read a form, its files too; the most a request may carry is limited before."""
    values: dict[str, list[str]] = {}
    files: dict[str, bytes] = {}
    names: dict[str, str] = {}
    async with request.form(max_files=8, max_fields=FIELDS) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = await value.read()
                names[name] = value.filename or ""
            else:
                values.setdefault(name, []).append(value)
    return Fields(values, files, names)
