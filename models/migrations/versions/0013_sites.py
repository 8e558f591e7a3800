"""Sites, transfers, preferences, and reminders that add up."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
UNSETTLED = sa.text("settled_at IS NULL")
WAITING = sa.text("standing IN ('requested', 'released', 'timed_out')")
OPEN = sa.text("standing IN ('requested', 'released', 'timed_out', 'received')")
TO_BE_SAID = sa.text("fate = 'waiting'")
GREETED = sa.text("greet_at IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    _sites()
    _faults()
    _transfers()
    _preferences()
    _reminders()


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"))


def _sites() -> None:
    op.create_table(
        "site",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("division", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.Column("facilities", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        _refers("site", "division", "division.code"),
        _refers("site", "union_code", "union.code"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_site")),
    )
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.create_index("site_place", ["lat", "lon"], unique=False)
        batch_op.create_index("site_district", ["division", "code"], unique=False)
    op.create_table(
        "site_rating",
        sa.Column("site_code", sa.String(), nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        _refers("site_rating", "site_code", "site.code"),
        _refers("site_rating", "worker_id", "worker.id"),
        sa.PrimaryKeyConstraint("site_code", "worker_id", name=op.f("pk_site_rating")),
    )
    with op.batch_alter_table("site_rating", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_site_rating_worker_id"), ["worker_id"], unique=False
        )


def _faults() -> None:
    op.create_table(
        "site_fault",
        sa.Column("id", ID, nullable=False),
        sa.Column("site_code", sa.String(), nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("photo_id", ID, nullable=True),
        sa.Column("at", AT, nullable=False),
        sa.Column("settled_at", AT, nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        _refers("site_fault", "site_code", "site.code"),
        _refers("site_fault", "staff_id", "staff.id"),
        _refers("site_fault", "union_code", "union.code"),
        _refers("site_fault", "worker_id", "worker.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_fault")),
    )
    with op.batch_alter_table("site_fault", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_site_fault_photo_id"), ["photo_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_site_fault_worker_id"), ["worker_id"], unique=False
        )
        batch_op.create_index(
            "site_fault_queue",
            ["union_code", "at", "worker_id"],
            unique=False,
            sqlite_where=UNSETTLED,
            postgresql_where=UNSETTLED,
        )


def _transfers() -> None:
    op.create_table(
        "transfer",
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        sa.Column("from_union", sa.String(), nullable=False),
        sa.Column("from_pool", sa.Boolean(), nullable=False),
        sa.Column("to_union", sa.String(), nullable=False),
        sa.Column("to_pool", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("requested_at", AT, nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("chased", sa.Integer(), nullable=False),
        _refers("transfer", "from_union", "union.code"),
        _refers("transfer", "to_union", "union.code"),
        _refers("transfer", "union_code", "union.code"),
        _refers("transfer", "worker_id", "worker.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("number", name=op.f("uq_transfer_number")),
    )
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_transfer_worker_id"), ["worker_id"], unique=False
        )
        batch_op.create_index(
            "one_open_transfer",
            ["worker_id"],
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
        batch_op.create_index(
            "transfer_queue",
            ["standing", "union_code", "requested_at", "worker_id"],
            unique=False,
        )
        batch_op.create_index(
            "transfer_waiting",
            ["due"],
            unique=False,
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        )
    op.create_table(
        "transfer_step",
        sa.Column("id", ID, nullable=False),
        sa.Column("transfer_id", ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.Column("undone", sa.Boolean(), nullable=False),
        _refers("transfer_step", "staff_id", "staff.id"),
        _refers("transfer_step", "transfer_id", "transfer.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_step")),
        sa.UniqueConstraint(
            "transfer_id", "n", name=op.f("uq_transfer_step_transfer_id_n")
        ),
    )


def _preferences() -> None:
    op.create_table(
        "preference",
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("notices", sa.Boolean(), nullable=False),
        sa.Column("events", sa.Boolean(), nullable=False),
        sa.Column("benefits", sa.Boolean(), nullable=False),
        sa.Column("surveys", sa.Boolean(), nullable=False),
        sa.Column("quiet_start", sa.Time(), nullable=True),
        sa.Column("quiet_end", sa.Time(), nullable=True),
        sa.Column("meals", sa.Boolean(), nullable=True),
        sa.Column("large", sa.Boolean(), nullable=False),
        sa.Column("greet_at", AT, nullable=True),
        _refers("preference", "worker_id", "worker.id"),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_preference")),
    )
    with op.batch_alter_table("preference", schema=None) as batch_op:
        batch_op.create_index(
            "preference_greeting",
            ["greet_at"],
            unique=False,
            sqlite_where=GREETED,
            postgresql_where=GREETED,
        )


def _reminders() -> None:
    op.add_column("reminder", sa.Column("next_at", AT, nullable=True))
    op.execute("UPDATE reminder SET next_at = due")
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.alter_column("next_at", existing_type=AT, nullable=False)
        batch_op.drop_index("reminder_waiting")
        batch_op.create_index(
            "reminder_waiting",
            ["kind", "next_at"],
            unique=False,
            sqlite_where=TO_BE_SAID,
            postgresql_where=TO_BE_SAID,
        )
        batch_op.create_index("reminder_message", ["chat_id", "number"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminder_due"), ["due"], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_due"))
        batch_op.drop_index("reminder_message")
        batch_op.drop_index("reminder_waiting")
        batch_op.create_index(
            "reminder_waiting",
            ["due"],
            unique=False,
            sqlite_where=TO_BE_SAID,
            postgresql_where=TO_BE_SAID,
        )
        batch_op.drop_column("next_at")
    for table in (
        "preference",
        "transfer_step",
        "transfer",
        "site_fault",
        "site_rating",
        "site",
    ):
        op.drop_table(table)
