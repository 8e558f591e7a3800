"""The server: a call comes in, is checked, meets its faults, has its effect."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import orjson

from .body import read_body
from .chats import Json
from .control import control
from .errors import Refused, flood
from .faults import AFTER_THE_EFFECT, REFUSALS, Fault, Faults, Kind
from .intake import Intake
from .limits import Gate, Limits
from .methods import METHODS
from .people import Person
from .rules import check_call
from .telegram import Attempt, Call, Telegram
from .updates import Updates, chat_of
from .wire import Connection, Request

TOKEN = "1234567890:test-token"


class TelegramServer:
    """A Bot API server on 127.0.0.1 for one bot."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        port: int = 0,
        seed: int = 0,
        strict: bool = False,
        limits: Limits | None = None,
        remember: int = 100,
        knows_every_chat: bool = False,
        webhook_wait: float = 1.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.token = token
        self.port = port
        self.strict = strict
        self.clock = clock
        self.chance = random.Random(seed)
        self.telegram = Telegram(token, remember, knows_every_chat)
        self.faults = Faults(self.chance)
        self.gate = Gate(limits)
        self.updates = Updates(self.chance)
        self._came = asyncio.Event()
        self.intake = Intake(self.updates, webhook_wait, self._came.set)
        self.calls: Counter[str] = Counter()
        self.refused: list[Attempt] = []
        self.faulted: list[Attempt] = []
        self._number = 0
        self._presses = 0
        self._door: asyncio.Server | None = None
        self._connections: set[Connection] = set()
        self._check: Callable[..., None] | None = None

    # ── open and shut ──

    async def start(self) -> None:
        """Begin to listen; a closed door opens at the same port."""
        if self.strict and self._check is None:
            # aiogram takes seconds to load, so only those who ask for it pay.
            from .strict import check_strictly

            self._check = check_strictly
        loop = asyncio.get_running_loop()
        self._door = await loop.create_server(
            self._connect, "127.0.0.1", self.port, backlog=1024
        )
        self.port = self._door.sockets[0].getsockname()[1]

    async def close_door(self) -> None:
        """Refuse connections and break the ones there are; `start` opens again."""
        if self._door is None:
            return
        self._door.close()
        for connection in list(self._connections):
            connection.reset()
        await self._door.wait_closed()
        self._door = None

    async def stop(self) -> None:
        """Close for good."""
        await self.intake.close()
        await self.close_door()

    async def __aenter__(self) -> TelegramServer:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """Give the base of the method addresses; it ends in /bot."""
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def file_url(self) -> str:
        """Give the base of the file addresses; it ends in /file/bot."""
        return f"http://127.0.0.1:{self.port}/file/bot"

    # ── the people's side ──

    def person(self, chat_id: int, first_name: str = "职工", **facts: Any) -> Person:
        """Give the person of a private chat; a chat has one."""
        chat = self.telegram.add_chat(chat_id, first_name)
        return Person(self, chat, **facts)

    def push(self, update: Json) -> None:
        """Put an update without its number into the bot's queue."""
        chat_id = chat_of(update)
        if chat_id:
            chat = self.telegram.add_chat(chat_id)
            if "callback_query" in update:
                self.telegram.add_press(update["callback_query"]["id"], chat)
        self.updates.push(update)

    async def called(self, method: str, times: int = 1) -> None:
        """Wait until a method has been called so many times in all."""
        while self.calls[method] < times:
            self._came.clear()
            await self._came.wait()

    async def drained(self) -> None:
        """Wait until the bot has confirmed or accepted every update."""
        while self.intake.pending:
            self._came.clear()
            await self._came.wait()

    def next_press(self) -> str:
        """Give the id of a new press."""
        self._presses += 1
        return f"{self._presses:016d}"

    def stats(self) -> Json:
        """Count what has happened."""
        return {
            "calls": dict(self.calls),
            "updates": self.updates.pushed,
            "waiting": self.intake.pending,
            "effects": len(self.telegram.effects),
            "refused": len(self.refused),
            "faulted": len(self.faulted),
            "violations": len(self.gate.violations),
        }

    # ── the bot's side ──

    def _connect(self) -> Connection:
        connection = Connection(self._receive, self._lose)
        self._connections.add(connection)
        return connection

    def _lose(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self.intake.lose(connection)

    def _receive(self, request: Request, connection: Connection) -> None:
        path = unquote(request.target.partition("?")[0])
        bot = f"/bot{self.token}/"
        if path.startswith(bot):
            self._call(path[len(bot) :], request, connection)
        elif path.startswith(f"/file{bot}"):
            self._file(path.rpartition("/")[2], connection)
        elif path.startswith("/control/"):
            connection.answer(*control(self, request))
        else:
            refusal = Refused(401, "Unauthorized")
            connection.answer(refusal.code, refusal.body())

    def _file(self, file_id: str, connection: Connection) -> None:
        upload = self.telegram.files.get(file_id)
        if upload is None:
            connection.answer(404, Refused(404, "Not Found").body())
        else:
            connection.answer(200, upload.content, "application/octet-stream")

    def _call(self, method: str, request: Request, connection: Connection) -> None:
        self.calls[method] += 1
        self._came.set()
        self._number += 1
        call = Call(self._number, method, {}, {}, self.clock())
        try:
            call.params, call.files = read_body(request)
            call.params = check_call(method, call.params, call.files)
            if self._check is not None:
                self._check(method, call.params, call.files)
        except Refused as refusal:
            self._note(self.refused, call, refusal)
            connection.answer(refusal.code, refusal.body())
            return
        delay, fault = self.faults.draw(method, self._chat(call))
        if fault is not None and fault.kind not in AFTER_THE_EFFECT:
            self._meet(fault, call, connection, delay)
        else:
            self._perform(call, connection, delay, fault)

    def _meet(
        self, fault: Fault, call: Call, connection: Connection, delay: float
    ) -> None:
        chat = self._chat(call)
        if fault.kind is Kind.REFUSE:
            self._note(self.faulted, call, Refused(0, "hung up"))
            connection.hang_up()
            return
        if fault.kind is Kind.FLOOD and chat is None and not fault.whole_bot:
            refusal = flood(fault.retry_after)
        elif fault.kind is Kind.FLOOD:
            closes = None if fault.whole_bot else chat
            refusal = self.gate.close(closes, call.at, fault.retry_after)
        else:
            refusal = REFUSALS[fault.kind]
        self._note(self.faulted, call, refusal)
        self._answer(connection, delay, refusal)

    def _perform(
        self, call: Call, connection: Connection, delay: float, fault: Fault | None
    ) -> None:
        def reply(result: Any) -> None:
            if fault is None:
                self._answer(connection, delay, result)
            else:
                self._spoil(fault, connection, delay)

        before = len(self.telegram.effects)
        try:
            if call.method == "getUpdates":
                self.intake.get_updates(call, connection, reply)
                return
            result = self._result(call)
        except Refused as refusal:
            known = refusal.code in (403, 409, 429)
            self._note(self.faulted if known else self.refused, call, refusal)
            self._answer(connection, delay, refusal)
            return
        if fault is not None:
            for effect in self.telegram.effects[before:]:
                effect.fault = fault.kind
        reply(result)

    def _result(self, call: Call) -> Any:
        own = self.intake.methods.get(call.method)
        if own is not None:
            return own(call)
        chat_id = call.params.get("chat_id")
        if call.method.startswith("send") and isinstance(chat_id, int):
            self.gate.pass_through(chat_id, call.at)
        return METHODS[call.method](self.telegram, call)

    def _spoil(self, fault: Fault, connection: Connection, delay: float) -> None:
        if fault.kind is Kind.RESET:
            connection.reset()
        elif fault.kind is Kind.ERROR_AFTER:
            self._answer(connection, delay, REFUSALS[Kind.ERROR_AFTER])

    def _answer(self, connection: Connection, delay: float, result: Any) -> None:
        if isinstance(result, Refused):
            code, body = result.code, result.body()
        else:
            code, body = 200, orjson.dumps({"ok": True, "result": result})
        if delay:
            loop = asyncio.get_running_loop()
            loop.call_later(delay, connection.answer, code, body)
        else:
            connection.answer(code, body)

    def _chat(self, call: Call) -> int | None:
        chat_id = call.params.get("chat_id")
        if chat_id is None and call.method == "answerCallbackQuery":
            pressed = self.telegram.presses.get(call.params["callback_query_id"])
            chat_id = pressed.id if pressed else None
        return chat_id if isinstance(chat_id, int) else None

    def _note(self, kept: list[Attempt], call: Call, why: Refused) -> None:
        params = call.params
        text = str(params.get("text") or params.get("caption") or "")
        chat_id = params.get("chat_id")
        chat = chat_id if isinstance(chat_id, int) else None
        kept.append(
            Attempt(
                call.id, call.method, chat, text, call.at, why.code, why.description
            )
        )
