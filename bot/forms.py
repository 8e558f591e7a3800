"""Forms: one-time pages for an answer that a channel must not carry."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels import Can
from bot.database import read
from bot.kit import Kit, clock
from bot.pages import page
from bot.step import Ledger, Written
from bot.words import Reader, text_of
from handlers import FLOWS
from handlers.conversation import answer
from handlers.question import Question, Refused, Stop
from handlers.say import Word
from handlers.talk import Talk, opened
from models.chat import Chat
from models.conversation import Conversation, State
from models.form_link import FormLink, find_link
from models.worker import Worker

BODY_LIMIT = 16 * 1024


@dataclass(frozen=True)
class Open:
    """A form that may be filled in now."""

    link: FormLink
    talk: Talk
    question: Question
    reader: Reader


@dataclass(frozen=True)
class Answered:
    """What came of an answer: messages to send, or why it was refused."""

    form: Open
    written: Written | None = None
    refusal: str = ""


class Forms:
    """The routes of the private forms."""

    def __init__(
        self, kit: Kit, cans: dict[str, Can], put: Callable[[Written], None]
    ) -> None:
        self.kit, self.cans, self.put = kit, cans, put

    def routes(self) -> list[Route]:
        """Return the form's routes."""
        return [
            Route("/form/{token}", self.show, methods=["GET"]),
            Route("/form/{token}", self.answer, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show the question, or that the link is over."""
        token, now = request.path_params["token"], clock()
        found = await read(
            self.kit.database, lambda session: self._show(session, token, now)
        )
        return found or self._over()

    def _show(self, session: Session, token: str, now: datetime) -> Response | None:
        form = self.find(session, token, now)
        return self._page(form, token) if form else None

    async def answer(self, request: Request) -> Response:
        """Take the answer; the chat goes on with the next question."""
        token, now = request.path_params["token"], clock()
        if int(request.headers.get("content-length") or 0) > BODY_LIMIT:
            return Response(status_code=413)
        async with request.form(max_files=0, max_fields=4) as fields:
            value = str(fields.get("value", ""))

        def work(session: Session) -> tuple[Response | None, Written | None]:
            done = self.take(session, token, value, now)
            if done is None:
                return None, None
            return self._page(done.form, token, value, done), done.written

        response, written = await self.kit.writer.write(work)
        if written is not None:
            self.put(written)
        return response or self._over()

    def find(self, session: Session, token: str, now: datetime) -> Open | None:
        """Return the form of a link while its question is still the one asked."""
        link = find_link(session, token, now)
        row = session.get(Conversation, link.conversation_id) if link else None
        if link is None or row is None or row.state not in (State.OPEN, State.PAUSED):
            return None
        if row.flow not in FLOWS:
            return None
        chat = session.get_one(Chat, row.chat_id)
        worker = session.get_one(Worker, row.worker_id)
        trusted = self.cans[chat.channel].trusted
        turn = self.kit.turn(session, chat, worker, now, trusted)
        talk = opened(turn, row, FLOWS[row.flow])
        question = talk.state.question(link.question)
        if question is None or row.asked != link.question:
            return None
        return Open(link, talk, question, self.kit.reader(worker))

    def take(
        self, session: Session, token: str, value: str, now: datetime
    ) -> Answered | None:
        """Answer the form's question and write what the bot says next."""
        _hold_chat(session, token, now)
        form = self.find(session, token, now)
        if form is None:
            return None
        talk, turn = form.talk, form.talk.turn
        try:
            form.question.valid(turn, talk.state.seen, value)
        except Refused as refused:
            return Answered(form, refusal=text_of(refused.word, form.reader))
        except Stop:
            pass  # the chat is told, and nothing is kept
        form.link.used_at = now
        session.add(form.link)
        ledger = Ledger(session, self.kit, now)
        ledger.mind([turn.chat])
        messages = answer(talk, form.question, value)
        ledger.say(turn, self.cans[turn.chat.channel], messages)
        return Answered(form, ledger.close())

    def _page(
        self, form: Open, token: str, value: str = "", done: Answered | None = None
    ) -> Response:
        flow, reader = form.talk.flow.name, form.reader
        refusal = done.refusal if done else ""
        return page(
            "form",
            reader.language,
            status=422 if refusal else 200,
            name=self.kit.rules.product(reader.language),
            title=text_of(Word(flow, "name"), reader),
            why=text_of(form.question.asked_by(flow), reader),
            label=text_of(form.question.labelled(flow), reader),
            value=value if refusal else "",
            refusal=refusal,
            done=done is not None and not refusal,
            expired=False,
            action=f"/form/{token}",
        )

    def _over(self) -> Response:
        language = self.kit.rules.language
        return page(
            "form",
            language,
            status=410,
            name=self.kit.rules.product(language),
            title=text_of(Word("common", "private_link"), Reader(language)),
            done=False,
            expired=True,
        )


def _hold_chat(session: Session, token: str, now: datetime) -> None:
    """Lock the chat of a link, so that a word typed at the same time takes turns."""
    link = find_link(session, token, now)
    row = session.get(Conversation, link.conversation_id) if link else None
    if row is None:
        return
    chat = select(Chat).where(col(Chat.id) == row.chat_id)
    session.exec(chat.with_for_update()).first()
    session.expire_all()  # both may have changed, or gone, while we waited
