"""Every setting there is: its name, its default, what it may be and what it means.

A key's docstring is its comment in config.toml. Secrets come only from the environment
or from a file the environment names.
"""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretBytes,
    SecretStr,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from bot.values import (
    DatabaseUrl,
    Networks,
    NumberedKeys,
    PublicAddress,
    SharedSecret,
    TelegramAddress,
    TelegramToken,
    Zone,
    wrong,
)

Share = Annotated[float, Field(gt=0, le=10_000)]
Count = Annotated[int, Field(ge=1, le=100_000)]


class Section(BaseModel):
    """One table of config.toml; unknown keys are refused and values never change."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        validate_default=True,
    )


class Product(Section):
    """What the product is called, where it is at home, and where it keeps its files."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=20)] = "职工之家"
    """The name people see, in Chinese."""
    name_en: Annotated[str, StringConstraints(min_length=1, max_length=40)] = (
        "Workers' Home"
    )
    """The name people see, in English."""
    language: Literal["zh-CN", "en"] = "zh-CN"
    """The language of a first contact: "zh-CN" or "en"."""
    zone: Zone = "Asia/Shanghai"
    """The time zone of every hour and date that people see."""
    data: Annotated[str, StringConstraints(min_length=1)] = "data"
    """The folder of the embedded database and its keys, seen from the project."""
    process: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")] = "main"
    """This process's own name; it stays the same from one start to the next."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """How much is logged: "DEBUG", "INFO", "WARNING" or "ERROR"."""


class Web(Section):
    """The web server of the chat page, the console, forms and webhooks."""

    host: Annotated[str, StringConstraints(min_length=1)] = "127.0.0.1"
    """The address to listen on; "0.0.0.0" for every one of this machine."""
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    """The port to listen on."""
    base_url: PublicAddress = Field("", examples=["https://home.example.org"])
    """The public https address; empty means http://localhost and the port."""
    trusted_proxies: Networks = Field((), examples=["127.0.0.1"])
    """Addresses or networks of proxies whose X-Forwarded-For is believed."""
    upload_mb: Annotated[int, Field(ge=1, le=100)] = 8
    """The largest photo or file a person may send, in megabytes."""
    metrics_token: SharedSecret = Field(
        SecretStr(""), examples=['"$(openssl rand -hex 32)"']
    )
    """What Prometheus brings along to read /metrics; empty: there is no such page."""


class Database(Section):
    """Where everything is kept."""

    url: DatabaseUrl = Field(
        SecretStr(""), examples=["postgresql://user:password@localhost/zhigong"]
    )
    """postgresql://user:password@host/name; empty means SQLite in the data folder."""
    pool: Annotated[int, Field(ge=1, le=200)] = 5
    """How many PostgreSQL connections a process may hold."""


class Telegram(Section):
    """The Telegram channel; it is open when a token is given."""

    token: TelegramToken = Field(
        SecretStr(""), examples=["the line of BotFather that looks like 123456789:AA…"]
    )
    """The bot's token, from BotFather."""
    base_url: TelegramAddress = "https://api.telegram.org/bot"
    """The Bot API's address, to which the token is appended."""
    mode: Literal["polling", "webhook"] = "polling"
    """How updates come: "polling", or "webhook" (needs web.base_url)."""
    webhook_secret: SharedSecret = Field(
        SecretStr(""), examples=['"$(openssl rand -hex 32)"']
    )
    """What Telegram sends along with each webhook call, to prove itself."""
    private_answers: Literal["", "link", "typed"] = Field("", examples=["link"])
    """ID numbers and disputes: a "link" to our own form, or "typed" into Telegram."""
    senders: Annotated[int, Field(ge=1, le=1000)] = 100
    """How many messages may be on their way to Telegram at once."""
    poll_seconds: Annotated[int, Field(ge=0, le=50)] = 25
    """How long one polling request may wait for news."""

    @property
    def enabled(self) -> bool:
        """Say whether this channel is open."""
        return bool(self.token.get_secret_value())

    @field_validator("webhook_secret")
    @classmethod
    def _is_given(cls, secret: SecretStr, info: ValidationInfo) -> SecretStr:
        if info.data.get("mode") == "webhook" and not secret.get_secret_value():
            raise wrong("is needed, because telegram.mode is webhook")
        return secret

    @field_validator("private_answers")
    @classmethod
    def _is_chosen(cls, choice: str, info: ValidationInfo) -> str:
        token = info.data.get("token")
        if token and token.get_secret_value() and not choice:
            raise wrong(
                "must be chosen, because Telegram's servers are abroad: with link, ID "
                "numbers and disputes are asked on this server's own form page; with "
                "typed, they are typed into the chat and pass through Telegram"
            )
        return choice


class Pace(Section):
    """How fast messages leave; the defaults are Telegram's own limits."""

    telegram_per_second: Share = 30.0
    """Messages a second to all Telegram chats together."""
    chat_per_second: Share = 1.0
    """Messages a second to one chat, sustained."""
    chat_burst: Count = 5
    """Messages one chat may get at once before that limit is felt."""
    group_per_minute: Count = 20
    """Messages a minute to one Telegram group."""


class Page(Section):
    """What one visitor of the chat page may ask of it."""

    per_minute: Count = 60
    """Messages a minute from one chat, sustained."""
    burst: Count = 20
    """Messages one chat may send at once."""
    new_per_minute: Count = 20
    """New chats a minute from one address."""
    streams: Count = 5000
    """Pages told of news at once; what is beyond asks by itself, every few seconds."""


class Review(Section):
    """How applications are looked through."""

    working_days: Annotated[int, Field(ge=1, le=60)] = 3
    """Working days within which an application is answered."""
    undo_seconds: Annotated[int, Field(ge=0, le=600)] = 30
    """Seconds in which a decision can be taken back."""
    escalate_days: Annotated[int, Field(ge=1, le=60)] = 2
    """Working days past that after which the officer above is told."""


class Transfer(Section):
    """How memberships move along with people."""

    working_days: Annotated[int, Field(ge=1, le=60)] = 5
    """Working days for each union; without a release by then it goes on by itself."""


class Cases(Section):
    """What workers turn to the union with, and who talks with them."""

    working_days: Annotated[int, Field(ge=1, le=60)] = 2
    """Working days within which somebody takes a case; one for what is pressing."""
    escalate_days: Annotated[int, Field(ge=1, le=60)] = 1
    """Working days past that after which the officer is told."""
    idle_minutes: Annotated[int, Field(ge=5, le=1440)] = 30
    """Minutes of silence after which a talk between two people ends by itself."""
    similar: Annotated[int, Field(ge=2, le=1000)] = 3
    """So many similar cases about one employer warn the officers."""
    similar_days: Annotated[int, Field(ge=1, le=365)] = 30
    """Days within which these cases come."""


class Sites(Section):
    """The places where workers may rest."""

    map_link: Annotated[
        str, StringConstraints(pattern=r"^https://[^\s]*\{lat\}[^\s]*$")
    ] = (
        "https://uri.amap.com/marker?position={lon},{lat}&name={name}"
        "&coordinate=wgs84&callnative=1"
    )
    """A map's address; {lat}, {lon} (WGS 84) and {name} are put in."""

    @field_validator("map_link")
    @classmethod
    def _can_be_filled_in(cls, link: str) -> str:
        try:
            link.format(lat=0.0, lon=0.0, name="")
        except (LookupError, ValueError, AttributeError):
            raise wrong("has other braces than {lat}, {lon} and {name}") from None
        return link


class Greetings(Section):
    """What is said without any occasion of ours."""

    birthday: bool = False
    """Whether members may wish to be greeted on their birthday."""


class Join(Section):
    """Who may join."""

    minimum_age: Annotated[int, Field(ge=16, le=99)] = 16
    """The age from which a worker may join."""
    check_age: Annotated[int, Field(ge=16, le=150)] = 65
    """The age above which a person checks whether there is still a job."""

    @field_validator("check_age")
    @classmethod
    def _is_above_the_minimum(cls, age: int, info: ValidationInfo) -> int:
        if age <= info.data.get("minimum_age", 0):
            raise wrong("must be above join.minimum_age")
        return age


class Drafts(Section):
    """What becomes of a form that nobody finishes."""

    remind_hours: Annotated[int, Field(ge=1, le=720)] = 24
    """Hours of silence after which a worker is reminded, once."""
    keep_days: Annotated[int, Field(ge=1, le=365)] = 30
    """Days of silence after which the answers are erased."""

    @field_validator("keep_days")
    @classmethod
    def _is_after_the_reminder(cls, days: int, info: ValidationInfo) -> int:
        if days * 24 <= info.data.get("remind_hours", 0):
            raise wrong("must be later than drafts.remind_hours")
        return days


class Quiet(Section):
    """The hours in which nobody is sent a notice."""

    start: time = time(21)
    """When the quiet hours start."""
    end: time = time(8)
    """When the quiet hours end, the next morning."""


class Forms(Section):
    """The one-time links to a private form."""

    minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    """Minutes for which a link to a private form is good."""


Days = Annotated[int, Field(ge=1, le=3650)]


class Retention(Section):
    """For how many days each kind of row is kept; `models.retention` has the kinds."""

    applications: Days = 30
    """Days after which a rejected or withdrawn application goes, but not the person."""
    conversations: Days = 30
    """Days after which a form that was finished or given up leaves no trace."""
    messages: Days = 365
    """Days for which what was said in a chat is kept, but for the newest message."""
    poison: Days = 30
    """Days for which an update nobody could handle is kept, once that is settled."""
    form_links: Days = 7
    """Days after which the hash of an expired link to a private form goes."""
    export_links: Days = 7
    """Days after which the hash of an expired link to one's own data goes."""
    link_codes: Days = 1
    """Days after which the hash of an expired connection code goes."""
    console_links: Days = 1
    """Days after which the hash of an expired link to the console goes."""
    console_sessions: Days = 7
    """Days after its last use for which a session of the console is remembered."""
    console_forms: Days = 7
    """Days for which a form of the console that comes again is known to be the same."""
    tries: Annotated[int, Field(ge=2, le=30)] = 2
    """Days for which vain tries to come back are counted; they close a way for one."""
    claims: Days = 90
    """Days after which goes what a social worker confirmed, or nobody did in time."""
    corrections: Days = 365
    """Days for which a correction is kept that was settled or taken back."""
    cases: Days = 1095
    """Days for which a case is kept that was closed or taken back."""
    site_faults: Days = 180
    """Days for which a fault of a site is kept that was put right."""
    transfers: Days = 1095
    """Days for which a transfer is kept that has ended."""
    vouchers: Days = 365
    """Days for which a voucher is kept that was used, cancelled or expired."""
    services: Days = 365
    """Days for which a request for a service is kept that is settled."""
    benefit_uses: Days = 30
    """Days after the end of a month or a year for which it is known who used what."""
    signups: Days = 730
    """Days after the end of an event for which it is known who signed up and came."""
    suggestions: Days = 1095
    """Days for which a suggestion is kept that was answered or taken back."""
    nominees: Days = 365
    """Days after the end of an award for which it is known who ran and did not win."""
    objections: Days = 365
    """Days for which a settled objection to an award's result is kept."""
    invitations: Days = 30
    """Days after which the hash of an expired invitation of staff goes."""
    notices: Days = 730
    """Days for which it is known who got a notice; how many is always known."""
    reminders: Days = 365
    """Days for which a reminder is remembered that was sent or skipped."""
    strangers: Days = 180
    """Days of silence after which somebody who never applied is forgotten."""
    pictures: Days = 1
    """Days after which a picture goes that no answer refers to any more."""
    pieces: Days = 1
    """Days after which the pieces of a document go that is gone itself."""
    arrivals: Annotated[int, Field(ge=2, le=8)] = 8
    """Days for which an update's key is kept; after an idle week ids start anew."""


class Audit(Section):
    """The record of who read and decided what."""

    heads: str = ""
    """The file of the chain's daily heads; empty: audit-heads.txt in product.data."""


class Erasure(Section):
    """What becomes of a person who has everything about them deleted."""

    list: str = ""
    """The file of erased random ids, outside the database; empty: data/erased.txt."""


class Backup(Section):
    """Backups, as `./run backup` makes them."""

    folder: str = ""
    """The folder of the backups; empty: data/backups."""
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """Days after which a backup in that folder is removed, once there is a new one."""


class Card(Section):
    """The member card, and the page where a partner checks it."""

    name: Literal["masked", "full"] = "masked"
    """The name on the card: "masked" (张*) or "full"; who checks it sees it masked."""
    minutes: Annotated[int, Field(ge=1, le=60)] = 10
    """Minutes for which the card's QR code is good."""
    per_minute: Count = 120
    """Checks a minute from one address."""


class Events(Section):
    """Festivals, classes, competitions and health days, and who comes to them."""

    offer_hours: Annotated[int, Field(ge=1, le=168)] = 12
    """Hours for which a seat that came free is kept for the first who waits."""
    check_in_minutes: Annotated[int, Field(ge=0, le=1440)] = 60
    """Minutes before the start from which people can check in."""
    check_in_metres: Annotated[int, Field(ge=50, le=5000)] = 300
    """How near, in metres, somebody must be to check in by their location."""


class Console(Section):
    """The console, where staff work in a browser."""

    link_minutes: Annotated[int, Field(ge=1, le=60)] = 10
    """Minutes for which the link is good that the chat gives a staff member."""
    idle_minutes: Annotated[int, Field(ge=5, le=480)] = 30
    """Minutes without use after which a session ends."""
    hours: Annotated[int, Field(ge=1, le=72)] = 12
    """Hours after which a session ends in any case."""
    per_minute: Count = 240
    """Pages a minute from one address."""


class Notices(Section):
    """What staff write to many people at once."""

    second_above: Annotated[int, Field(ge=0, le=10_000_000)] = 500
    """To how many people a notice may go without a second person's consent."""


class Keys(Section):
    """The keys outside the database; the embedded database makes its own."""

    wrapping: NumberedKeys = Field({}, examples=['"$(openssl rand -base64 32)"'])
    """32 random bytes in base64; while keys rotate 2:base64,1:base64, newest first."""
    index: NumberedKeys = Field({}, examples=['"$(openssl rand -base64 32)"'])
    """32 random bytes in base64; while keys rotate 2:base64,1:base64, newest first."""

    @field_validator("index")
    @classmethod
    def _comes_with_the_other(
        cls, index: dict[int, SecretBytes], info: ValidationInfo
    ) -> dict[int, SecretBytes]:
        if bool(info.data.get("wrapping", index)) != bool(index):
            raise wrong("and keys.wrapping must be given together")
        return index
