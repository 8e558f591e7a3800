"""Updates posted to the bot's own address: one chat's in order, again until 2xx."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp
import orjson

from .chats import Json
from .updates import chat_of

_LONGEST_WAIT = 60.0
_PATIENCE = aiohttp.ClientTimeout(total=60)


@dataclass
class Webhook:
    """Where updates go, and how that fares."""

    url: str
    secret: str
    max_connections: int
    first_wait: float
    accepted: Callable[[], None]
    last_error: str = ""
    last_error_at: int = 0
    _lanes: dict[int, deque[Json]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _session: aiohttp.ClientSession | None = None

    @property
    def pending(self) -> int:
        """Count what is not delivered yet."""
        return sum(len(lane) for lane in self._lanes.values())

    def post(self, updates: list[Json]) -> None:
        """Put updates on their chats' lanes."""
        for update in updates:
            chat = chat_of(update)
            lane = self._lanes.get(chat)
            if lane is not None:
                lane.append(update)
                continue
            self._lanes[chat] = deque([update])
            task = asyncio.get_running_loop().create_task(self._run(chat))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> list[Json]:
        """Stop, and give back what was not delivered."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
        left = [update for lane in self._lanes.values() for update in lane]
        self._lanes.clear()
        return left

    async def _run(self, chat: int) -> None:
        lane = self._lanes[chat]
        wait = self.first_wait
        while lane:
            if await self._delivers(lane[0]):
                lane.popleft()
                self.accepted()
                wait = self.first_wait
            else:
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)
        del self._lanes[chat]

    async def _delivers(self, update: Json) -> bool:
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        try:
            async with self._client().post(
                self.url, data=orjson.dumps(update), headers=headers
            ) as answer:
                await answer.read()
                return answer.ok or self._failed(f"HTTP status {answer.status}")
        except (aiohttp.ClientError, TimeoutError) as error:
            return self._failed(type(error).__name__)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self.max_connections)
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=_PATIENCE
            )
        return self._session

    def _failed(self, reason: str) -> bool:
        self.last_error = f"Wrong response from the webhook: {reason}"
        self.last_error_at = int(time.time())
        return False
