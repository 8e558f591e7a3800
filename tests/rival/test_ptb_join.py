"""The stock bot takes a worker through the whole form."""

from __future__ import annotations

import pytest

from tests.telegram_server import TelegramServer

from .crowd_join import join
from .ptb_join import build


@pytest.mark.filterwarnings("ignore:.*CallbackQueryHandler")
async def test_a_worker_joins_in_seventeen_steps() -> None:
    async with TelegramServer(strict=True) as server:
        bot = build(server.url, server.token)
        async with bot:
            assert bot.updater is not None
            await bot.updater.start_polling()
            await bot.start()
            await join(server.person(11))
            await bot.updater.stop()
            await bot.stop()
    *_, last = server.telegram.texts(11)
    assert last == "已收到您的入会申请。"
    assert server.updates.pushed == 17
    assert server.refused == []


@pytest.mark.filterwarnings("ignore:.*CallbackQueryHandler")
async def test_a_mistyped_number_is_asked_for_again() -> None:
    async with TelegramServer() as server:
        bot = build(server.url, server.token)
        async with bot:
            assert bot.updater is not None
            await bot.updater.start_polling()
            await bot.start()
            person = server.person(11)
            await person.say("/join")
            await person.press(await person.hear(), "同意")
            for answer, reply in (
                ("王师傅", "请问您的姓名"),
                ("110105194912310020", "请输入您的身份证号码"),
            ):
                assert reply in (await person.hear()).text
                await person.say(answer)
            assert "输错" in (await person.hear()).text
            await bot.updater.stop()
            await bot.stop()
