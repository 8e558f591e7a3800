"""The rival in broadcasting: python-telegram-bot, at a limit with its AIORateLimiter.

It answers whatever it is told, and meanwhile sends a notice to so many chats: one after
another, or so many at a time and left to the limiter to hold back.
"""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from telegram import Update
from telegram.ext import (
    AIORateLimiter,
    Application,
    ApplicationBuilder,
    ContextTypes,
    MessageHandler,
    filters,
)

from tests.bench.choosing import TEXT

RETRIES = 5
"""Without any, its first 429 ends the broadcast."""


async def answer(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer at once."""
    assert update.message is not None
    await update.message.reply_text("您好！")


async def broadcast(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    """Send the notice to everybody."""
    data, bot = application.bot_data, application.bot
    room = asyncio.Semaphore(data["at_a_time"])

    async def tell(chat: int) -> None:
        async with room:
            await bot.send_message(chat, TEXT)

    await asyncio.gather(*(tell(chat) for chat in range(1, data["chats"] + 1)))


async def begin(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    """Let the broadcast run beside the polling."""
    application.bot_data["task"] = asyncio.create_task(broadcast(application))


def main() -> None:
    """Read the command line and run until stopped."""
    parser = argparse.ArgumentParser(prog="python -m tests.rival.ptb_broadcast")
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--chats", type=int, required=True)
    parser.add_argument("--per-second", type=float)
    parser.add_argument("--at-a-time", type=int, required=True)
    options = parser.parse_args()
    builder = ApplicationBuilder().token(options.token).base_url(options.base_url)
    if options.per_second is not None:
        # A generic builder changes its type with every step.
        limiter: Any = AIORateLimiter(options.per_second, 1, max_retries=RETRIES)
        builder = builder.rate_limiter(limiter)
    application = builder.post_init(begin).build()
    application.bot_data.update(chats=options.chats, at_a_time=options.at_a_time)
    application.add_handler(MessageHandler(filters.TEXT, answer))
    application.run_polling()


if __name__ == "__main__":
    main()
