"""News: wakes whoever shows a chat when something was written in it."""

import asyncio
from collections import defaultdict


class News:
    """One event a chat, for as long as somebody waits for it."""

    def __init__(self) -> None:
        self._waiting: dict[int, set[asyncio.Event]] = defaultdict(set)

    def tell(self, chats: set[int]) -> None:
        """Wake everybody who shows one of these chats."""
        for chat_id in chats:
            for event in self._waiting.get(chat_id, ()):
                event.set()

    def watch(self, chat_id: int) -> asyncio.Event:
        """Begin to watch a chat; what comes from now on is not missed."""
        event = asyncio.Event()
        self._waiting[chat_id].add(event)
        return event

    def forget(self, chat_id: int, event: asyncio.Event) -> None:
        """Stop watching a chat."""
        self._waiting[chat_id].discard(event)
        if not self._waiting[chat_id]:
            del self._waiting[chat_id]


async def wait(event: asyncio.Event, seconds: float) -> bool:
    """Wait for news; False when none came in time."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    event.clear()
    return True
