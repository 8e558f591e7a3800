"""Config: all settings together, where they come from, and what follows from them.

`bot.sections` has every key; `bot.settings` reads the file and the environment and says
what is wrong.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.sections import (
    Audit,
    Backup,
    Card,
    Cases,
    Console,
    Database,
    Drafts,
    Erasure,
    Events,
    Forms,
    Greetings,
    Join,
    Keys,
    Notices,
    Pace,
    Page,
    Product,
    Quiet,
    Retention,
    Review,
    Sites,
    Telegram,
    Transfer,
    Web,
)
from bot.values import wrong

ROOT = Path(__file__).resolve().parent.parent
"""The project's folder; relative paths in the settings start here."""


class Environment(EnvSettingsSource):
    """The variables that set a key; the `_FILE` ones are `bot.settings`' to follow."""

    def __call__(self) -> dict[str, Any]:
        """Return the values by section and key."""
        return {
            section: {k: v for k, v in keys.items() if not k.endswith("_file")}
            for section, keys in super().__call__().items()
        }


class Config(BaseSettings):
    """All settings of one process; the environment goes before the file."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix="ZHIGONG_",
        env_nested_delimiter="__",
        hide_input_in_errors=True,
    )

    product: Product = Product()
    web: Web = Web()
    database: Database = Database()
    telegram: Telegram = Telegram()
    pace: Pace = Pace()
    page: Page = Page()
    review: Review = Review()
    transfer: Transfer = Transfer()
    cases: Cases = Cases()
    sites: Sites = Sites()
    greetings: Greetings = Greetings()
    join: Join = Join()
    drafts: Drafts = Drafts()
    quiet: Quiet = Quiet()
    forms: Forms = Forms()
    retention: Retention = Retention()
    audit: Audit = Audit()
    erasure: Erasure = Erasure()
    backup: Backup = Backup()
    card: Card = Card()
    events: Events = Events()
    console: Console = Console()
    notices: Notices = Notices()
    keys: Keys = Keys()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the environment before what the file says."""
        return Environment(settings_cls), init_settings

    @model_validator(mode="after")
    def _webhook_can_be_reached(self) -> Config:
        waits = self.telegram.enabled and self.telegram.mode == "webhook"
        if waits and not self.web.base_url.startswith("https://"):
            raise wrong("is needed, because telegram.mode is webhook", "web.base_url")
        return self

    @property
    def data(self) -> Path:
        """Return the folder of the embedded database and its keys."""
        return ROOT / self.product.data

    def apart(self, name: str) -> Config:
        """Return these settings with a folder of its own for another use."""
        folder = f"{self.product.data}/{name}"
        product = self.product.model_copy(update={"data": folder})
        return self.model_copy(update={"product": product})

    @property
    def heads(self) -> Path:
        """Return the file that holds the audit chain's daily heads."""
        return ROOT / (self.audit.heads or self.data / "audit-heads.txt")

    @property
    def backups(self) -> Path:
        """Return the folder of the backups."""
        return ROOT / (self.backup.folder or self.data / "backups")

    @property
    def erased_list(self) -> Path:
        """Return the file that keeps the random ids of the erased."""
        return ROOT / (self.erasure.list or self.data / "erased.txt")

    @property
    def embedded(self) -> bool:
        """Say whether the database is a SQLite file of ours."""
        return self.database_url.startswith("sqlite")

    @property
    def database_url(self) -> str:
        """Return where the database is, as SQLAlchemy wants it."""
        given = self.database.url.get_secret_value()
        return given or f"sqlite:///{self.data / 'zhigong.db'}"

    @property
    def database_file(self) -> Path:
        """Return the file of the embedded database."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def address(self) -> str:
        """Return the address people reach this server by."""
        return self.web.base_url or f"http://localhost:{self.web.port}"
