"""What every part of the program is handed: settings, database, keys, places."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from bot.config import Config
from bot.database import Database, Writer
from bot.keys import current, follow
from bot.metrics import Metrics
from bot.words import Reader, vocabulary
from handlers.turn import Turn, Vocabulary
from models.chat import Chat
from models.fact import CURRENT, recall
from models.place import Atlas, edition, read_atlas
from models.rules import Rules
from models.sealing import Keyring
from models.worker import Worker

LOOK = timedelta(seconds=1)
"""How long places somebody imported, and keys that changed, may stay unseen."""


def clock() -> datetime:
    """Return the present instant; the only place that asks the machine."""
    return datetime.now(UTC)


@dataclass
class Kit:
    """The program's parts, made once at the start."""

    config: Config
    database: Database
    writer: Writer
    keys: Keyring
    rules: Rules
    atlas: Atlas = field(default_factory=Atlas)
    vocabulary: Vocabulary = field(default_factory=vocabulary)
    looked: datetime | None = None
    metrics: Metrics = field(default_factory=Metrics)

    @property
    def process(self) -> str:
        """This process's stable name."""
        return self.config.product.process

    def refresh(self, session: Session, now: datetime) -> None:
        """Take up imported places and rotated keys; look once a second."""
        if self.looked is not None and now - self.looked < LOOK:
            return
        self.looked = now
        if edition(session) != self.atlas.edition:
            self.atlas = read_atlas(session)
        told = recall(session, CURRENT)
        if told is not None and told != current(self.keys):
            self.keys = follow(self.config, self.keys, told)

    def look_again(self) -> None:
        """Take up what was just written at once; other processes do in a second."""
        self.looked = None

    def reader(self, worker: Worker) -> Reader:
        """Return how this person reads."""
        return Reader(worker.language, self.rules.zone, self.config.address)

    def turn(
        self,
        session: Session,
        chat: Chat,
        worker: Worker,
        now: datetime,
        trusted: bool,
    ) -> Turn:
        """Deal a handler its hand."""
        return Turn(
            session=session,
            now=now,
            worker=worker,
            chat=chat,
            keys=self.keys,
            atlas=self.atlas,
            rules=self.rules,
            trusted=trusted,
            vocabulary=self.vocabulary,
        )


def rules_of(config: Config) -> Rules:
    """Return the settings the lower floors may know."""
    return Rules(
        name=config.product.name,
        name_en=config.product.name_en,
        language=config.product.language,
        zone=config.product.zone,
        minimum_age=config.join.minimum_age,
        check_age=config.join.check_age,
        review_days=config.review.working_days,
        undo_seconds=config.review.undo_seconds,
        escalate_days=config.review.escalate_days,
        remind_hours=config.drafts.remind_hours,
        keep_days=config.drafts.keep_days,
        backup_days=config.backup.keep_days,
        form_minutes=config.forms.minutes,
        card_name=config.card.name,
        card_minutes=config.card.minutes,
        console_minutes=config.console.link_minutes,
        offer_hours=config.events.offer_hours,
        check_in_minutes=config.events.check_in_minutes,
        check_in_metres=config.events.check_in_metres,
        quiet_start=config.quiet.start,
        quiet_end=config.quiet.end,
        transfer_days=config.transfer.working_days,
        case_days=config.cases.working_days,
        case_escalate_days=config.cases.escalate_days,
        talk_minutes=config.cases.idle_minutes,
        similar_cases=config.cases.similar,
        similar_days=config.cases.similar_days,
        second_above=config.notices.second_above,
        birthday=config.greetings.birthday,
        upload_mb=config.web.upload_mb,
        map_link=config.sites.map_link,
    )
