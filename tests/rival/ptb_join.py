"""Joining as python-telegram-bot's documentation teaches to build it.

A ConversationHandler with default settings that keeps its answers in memory.
Run: python -m tests.rival.ptb_join --base-url http://127.0.0.1:8081/bot --token …
"""

from __future__ import annotations

import argparse
import re
from typing import Any

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReplyKeyboardMarkup,
    Update,
)
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)

(
    CONSENT,
    NAME,
    RESIDENT_ID,
    MOBILE,
    GROUP,
    WORK_FORM,
    PLATFORM,
    CITY,
    DISTRICT,
    STREET,
    MIGRANT,
    WHERE,
    UNION,
    PLATE,
    VEHICLE,
    SUBMIT,
) = range(16)

GROUPS = (
    "货车司机",
    "快递员",
    "护工护理员",
    "家政服务员",
    "商场信息员",
    "网约送餐员",
    "房产中介员",
    "保安员",
    "其他",
)
WORK_FORMS = ("在单位上班", "平台接单", "自己干（个体）", "打零工")
PLATFORMS = ("美团", "饿了么", "京东", "顺丰", "中通", "圆通", "申通")
DISTRICTS = {
    "广州市": ("荔湾区", "越秀区", "天河区", "白云区", "番禺区"),
    "深圳市": ("罗湖区", "福田区", "南山区", "宝安区"),
    "茂名市": ("茂南区", "电白区"),
    "清远市": ("清城区", "清新区"),
    "潮州市": ("湘桥区", "潮安区"),
}
STREETS = ("一街道", "二街道", "三街道", "四街道")
VEHICLES = ("重型货车", "中型货车", "轻型、微型货车", "面包车", "小汽车")
SKIP = "跳过"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

Context = ContextTypes.DEFAULT_TYPE


def choices(*labels: str) -> InlineKeyboardMarkup:
    """Put each label on a button of its own."""
    buttons = [InlineKeyboardButton(label, callback_data=label) for label in labels]
    return InlineKeyboardMarkup.from_column(buttons)


def is_resident_id(text: str) -> bool:
    """Check the form and the check digit of a resident ID."""
    if not re.fullmatch(r"\d{17}[\dX]", text):
        return False
    total = sum(
        int(digit) * weight for digit, weight in zip(text, WEIGHTS, strict=False)
    )
    return text[17] == "10X98765432"[total % 11]


async def take(update: Update, context: Context, name: str) -> Message:
    """Keep an answer, typed or pressed, and give the message to go on from."""
    query = update.callback_query
    assert context.user_data is not None
    if query is not None:
        await query.answer()
        context.user_data[name] = query.data
    else:
        assert update.message is not None
        context.user_data[name] = update.message.text
    assert update.effective_message is not None
    return update.effective_message


async def join(update: Update, context: Context) -> int:
    """Ask for consent."""
    assert update.message is not None
    await update.message.reply_text(
        "申请入会需要您的姓名、证件和手机号，您同意吗？",
        reply_markup=choices("同意", "不同意"),
    )
    return CONSENT


async def consent(update: Update, context: Context) -> int:
    """Ask for the name."""
    message = await take(update, context, "consent")
    assert context.user_data is not None
    if context.user_data["consent"] != "同意":
        await message.reply_text("好的，什么时候想入会都可以再来。")
        return ConversationHandler.END
    await message.reply_text("请问您的姓名？")
    return NAME


async def name(update: Update, context: Context) -> int:
    """Ask for the resident ID."""
    message = await take(update, context, "name")
    await message.reply_text("请输入您的身份证号码。")
    return RESIDENT_ID


async def resident_id(update: Update, context: Context) -> int:
    """Check the resident ID and ask for the mobile number."""
    message = await take(update, context, "resident_id")
    if not is_resident_id(message.text or ""):
        await message.reply_text("号码好像输错了一位，请再输入一次。")
        return RESIDENT_ID
    await message.reply_text("请输入您的手机号。")
    return MOBILE


async def mobile(update: Update, context: Context) -> int:
    """Check the mobile number and ask for the group."""
    message = await take(update, context, "mobile")
    if not re.fullmatch(r"1[3-9]\d{9}", message.text or ""):
        await message.reply_text("手机号应是十一位数字，请再输入一次。")
        return MOBILE
    await message.reply_text("您从事哪一行？", reply_markup=choices(*GROUPS))
    return GROUP


async def group(update: Update, context: Context) -> int:
    """Ask for the form of work."""
    message = await take(update, context, "group")
    await message.reply_text("您的就业形式是？", reply_markup=choices(*WORK_FORMS))
    return WORK_FORM


async def work_form(update: Update, context: Context) -> int:
    """Ask for the platform."""
    message = await take(update, context, "work_form")
    keyboard = choices(*PLATFORMS, SKIP)
    await message.reply_text("主要在哪个平台接单？", reply_markup=keyboard)
    return PLATFORM


async def platform(update: Update, context: Context) -> int:
    """Ask for the city, on a keyboard that could share a location too."""
    message = await take(update, context, "platform")
    keyboard = ReplyKeyboardMarkup.from_column([*DISTRICTS])
    await message.reply_text("您在哪个城市工作？", reply_markup=keyboard)
    return CITY


async def city(update: Update, context: Context) -> int:
    """Ask for the district."""
    message = await take(update, context, "city")
    assert context.user_data is not None
    districts = DISTRICTS.get(context.user_data["city"], ())
    await message.reply_text("您在哪个区工作？", reply_markup=choices(*districts))
    return DISTRICT


async def district(update: Update, context: Context) -> int:
    """Ask for the street."""
    message = await take(update, context, "district")
    await message.reply_text("您在哪个街道工作？", reply_markup=choices(*STREETS, SKIP))
    return STREET


async def street(update: Update, context: Context) -> int:
    """Ask whether the worker came from the country."""
    message = await take(update, context, "street")
    await message.reply_text("您是农民工吗？", reply_markup=choices("是", "不是"))
    return MIGRANT


async def migrant(update: Update, context: Context) -> int:
    """Ask where to join."""
    message = await take(update, context, "migrant")
    keyboard = choices("工作的地方", "住的地方")
    await message.reply_text("您想在哪里入会？", reply_markup=keyboard)
    return WHERE


async def where(update: Update, context: Context) -> int:
    """Ask for the union."""
    message = await take(update, context, "where")
    assert context.user_data is not None
    keyboard = choices(f"{context.user_data['district']}总工会", "请工会安排")
    await message.reply_text("您想加入哪个工会？", reply_markup=keyboard)
    return UNION


async def union(update: Update, context: Context) -> int:
    """Ask for the plate."""
    message = await take(update, context, "union")
    await message.reply_text("您的车牌号是？（可以跳过）", reply_markup=choices(SKIP))
    return PLATE


async def plate(update: Update, context: Context) -> int:
    """Ask for the vehicle."""
    message = await take(update, context, "plate")
    keyboard = choices(*VEHICLES, SKIP)
    await message.reply_text("您开什么车型？（可以跳过）", reply_markup=keyboard)
    return VEHICLE


async def vehicle(update: Update, context: Context) -> int:
    """Show every answer and ask whether to submit."""
    message = await take(update, context, "vehicle")
    assert context.user_data is not None
    lines = [f"{name}：{answer}" for name, answer in context.user_data.items()]
    await message.reply_text(
        "请核对：\n" + "\n".join(lines), reply_markup=choices("提交", "不提交")
    )
    return SUBMIT


async def submit(update: Update, context: Context) -> int:
    """Take the application in."""
    message = await take(update, context, "submit")
    assert context.user_data is not None
    done = context.user_data["submit"] == "提交"
    context.user_data.clear()
    await message.reply_text("已收到您的入会申请。" if done else "没有提交。")
    return ConversationHandler.END


async def cancel(update: Update, context: Context) -> int:
    """End the conversation."""
    assert update.message is not None
    await update.message.reply_text("已取消。")
    return ConversationHandler.END


def build(
    base_url: str, token: str, concurrent: int = 0
) -> Application[Any, Any, Any, Any, Any, Any]:
    """Build the bot with default settings; 0 takes one update after another."""
    text = filters.TEXT & ~filters.COMMAND
    pressed = {
        CONSENT: consent,
        GROUP: group,
        WORK_FORM: work_form,
        DISTRICT: district,
        STREET: street,
        MIGRANT: migrant,
        WHERE: where,
        UNION: union,
        SUBMIT: submit,
    }
    typed = {NAME: name, RESIDENT_ID: resident_id, MOBILE: mobile, CITY: city}
    either = {PLATFORM: platform, PLATE: plate, VEHICLE: vehicle}
    states: dict[object, list[Any]] = {}
    for state, callback in pressed.items():
        states[state] = [CallbackQueryHandler(callback)]
    for state, callback in typed.items():
        states[state] = [MessageHandler(text, callback)]
    for state, callback in either.items():
        states[state] = [MessageHandler(text, callback), CallbackQueryHandler(callback)]
    builder = ApplicationBuilder().token(token).base_url(base_url)
    application = builder.concurrent_updates(concurrent or False).build()
    application.add_handler(
        ConversationHandler(
            entry_points=[CommandHandler("join", join)],
            states=states,
            fallbacks=[CommandHandler("cancel", cancel)],
            allow_reentry=True,
        )
    )
    return application


def main() -> None:
    """Read the command line and poll until stopped."""
    parser = argparse.ArgumentParser(prog="python -m tests.rival.ptb_join")
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--concurrent", type=int, default=0)
    options = parser.parse_args()
    build(options.base_url, options.token, options.concurrent).run_polling()


if __name__ == "__main__":
    main()
