"""The rival in broadcasting: python-telegram-bot with its own AIORateLimiter.

It answers whatever it is told, and meanwhile sends a notice to so many chats: one after
another, or all at once and left to the limiter to hold back.
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
    chats, at_once = application.bot_data["chats"], application.bot_data["at_once"]
    bot = application.bot
    if at_once:
        sends = (bot.send_message(chat, TEXT) for chat in range(1, chats + 1))
        await asyncio.gather(*sends)
        return
    for chat in range(1, chats + 1):
        await bot.send_message(chat, TEXT)


async def begin(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    """Let the broadcast run beside the polling."""
    application.bot_data["task"] = asyncio.create_task(broadcast(application))


def main() -> None:
    """Read the command line and run until stopped."""
    parser = argparse.ArgumentParser(prog="python -m tests.rival.ptb_broadcast")
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--chats", type=int, required=True)
    parser.add_argument("--per-second", type=float, required=True)
    parser.add_argument("--at-once", action="store_true")
    options = parser.parse_args()
    limiter = AIORateLimiter(options.per_second, 1, max_retries=RETRIES)
    builder = ApplicationBuilder().token(options.token).base_url(options.base_url)
    application = builder.rate_limiter(limiter).post_init(begin).build()
    application.bot_data.update(chats=options.chats, at_once=options.at_once)
    application.add_handler(MessageHandler(filters.TEXT, answer))
    application.run_polling()


if __name__ == "__main__":
    main()
