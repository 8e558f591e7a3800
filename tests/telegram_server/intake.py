"""How the bot gets its updates: one long poll, or a webhook, never both."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .chats import Json
from .errors import Refused, bad_request, conflict
from .telegram import Call
from .updates import Updates
from .webhook import Webhook

Reply = Callable[[Any], None]
_LONGEST_POLL = 50


@dataclass(slots=True)
class _Poll:
    """A getUpdates that waits for something to tell."""

    owner: object
    call: Call
    reply: Reply
    alarm: asyncio.TimerHandle | None = None


class Intake:
    """The bot's side of the queue."""

    def __init__(
        self, updates: Updates, first_wait: float, accepted: Callable[[], None]
    ) -> None:
        self.updates = updates
        self.webhook: Webhook | None = None
        self._first_wait = first_wait
        self._accepted = accepted
        self._poll: _Poll | None = None
        self._waking = False
        self._closing: set[asyncio.Task[None]] = set()
        updates.on_push = self._pushed
        self.methods: dict[str, Callable[[Call], Any]] = {
            "setWebhook": self.set_webhook,
            "deleteWebhook": self.delete_webhook,
            "getWebhookInfo": self.webhook_info,
        }

    @property
    def pending(self) -> int:
        """Count the updates the bot has not confirmed or accepted."""
        posting = 0 if self.webhook is None else self.webhook.pending
        return len(self.updates) + posting

    def get_updates(self, call: Call, owner: object, reply: Reply) -> None:
        """Answer a poll now, or when there is something to tell."""
        if self.webhook is not None:
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self._end_poll(conflict())
        if "allowed_updates" in call.params:
            self.updates.allowed = call.params["allowed_updates"]
        found = self._batch(call)
        timeout = min(call.params.get("timeout", 0), _LONGEST_POLL)
        if found or timeout <= 0:
            reply(found)
            return
        self._poll = _Poll(owner, call, reply)
        loop = asyncio.get_running_loop()
        self._poll.alarm = loop.call_later(timeout, self._end_poll, [])

    def lose(self, owner: object) -> None:
        """Forget the poll of a client that is gone."""
        if self._poll is not None and self._poll.owner is owner:
            self._end_poll(None)

    def set_webhook(self, call: Call) -> bool:
        """Post updates to an address from now on; an empty one ends that."""
        params = call.params
        if not params["url"]:
            return self.delete_webhook(call)
        address = urlsplit(params["url"])
        if address.scheme != "https" and address.hostname not in ("127.0.0.1", "::1"):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        self.delete_webhook(call)
        self.updates.allowed = params.get("allowed_updates", self.updates.allowed)
        self.webhook = Webhook(
            params["url"],
            params.get("secret_token", ""),
            params.get("max_connections", 40),
            self._first_wait,
            self._accepted,
        )
        self._end_poll(conflict())
        self._pushed()
        return True

    def delete_webhook(self, call: Call) -> bool:
        """Go back to polling."""
        drop = call.params.get("drop_pending_updates", False)
        if drop:
            self.updates.clear()
        if self.webhook is not None:
            closing = self._put_back(self.webhook, drop)
            task = asyncio.get_running_loop().create_task(closing)
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
            self.webhook = None
        return True

    def webhook_info(self, call: Call) -> Json:
        """Tell how the webhook fares."""
        hook = self.webhook
        info: Json = {
            "url": "" if hook is None else hook.url,
            "has_custom_certificate": False,
            "pending_update_count": self.pending,
        }
        if hook is not None:
            info["max_connections"] = hook.max_connections
            if hook.last_error:
                info["last_error_message"] = hook.last_error
                info["last_error_date"] = hook.last_error_at
        if self.updates.allowed:
            info["allowed_updates"] = self.updates.allowed
        return info

    async def close(self) -> None:
        """Let the poll go and stop posting."""
        self._end_poll([])
        if self.webhook is not None:
            await self.webhook.close()
        await asyncio.gather(*self._closing)

    def _batch(self, call: Call) -> list[Json]:
        params = call.params
        return self.updates.get(params.get("offset", 0), params.get("limit", 100))

    def _pushed(self) -> None:
        # Later in this turn of the loop, so that pushes of one turn go together.
        if not self._waking and (self._poll is not None or self.webhook is not None):
            self._waking = True
            asyncio.get_running_loop().call_soon(self._wake)

    def _wake(self) -> None:
        self._waking = False
        if self.webhook is not None:
            while found := self.updates.take():
                self.webhook.post(found)
        elif self._poll is not None and (found := self._batch(self._poll.call)):
            self._end_poll(found)

    def _end_poll(self, result: Any) -> None:
        poll, self._poll = self._poll, None
        if poll is None:
            return
        if poll.alarm is not None:
            poll.alarm.cancel()
        if result is not None:
            poll.reply(result)

    async def _put_back(self, hook: Webhook, drop: bool) -> None:
        left = await hook.close()
        if not drop:
            self.updates.put_back(left)
            self._pushed()
