"""Events, and who signed up for them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
LIVE = sa.text("state <> 'cancelled'")
OFFERED = sa.text("state = 'offered'")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "event",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("about_en", sa.String(), nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("place_en", sa.String(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("starts_at", AT, nullable=False),
        sa.Column("ends_at", AT, nullable=False),
        sa.Column("opens_at", AT, nullable=False),
        sa.Column("closes_at", AT, nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("queue", sa.Integer(), nullable=False),
        sa.Column("groups", sa.String(), nullable=False),
        sa.Column("questions", sa.String(), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", AT, nullable=False),
        sa.CheckConstraint("taken BETWEEN 0 AND capacity", name="event_seats"),
        sa.CheckConstraint("waiting >= 0", name="event_waiting"),
        sa.ForeignKeyConstraint(
            ["union_code"], ["union.code"], name=op.f("fk_event_union_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("code", name=op.f("uq_event_code")),
        sa.UniqueConstraint("door", name=op.f("uq_event_door")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("event_coming", ["state", "ends_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_event_union_code"), ["union_code"], unique=False
        )

    op.create_table(
        "signup",
        sa.Column("id", ID, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=True),
        sa.Column("offer_until", AT, nullable=True),
        sa.Column("checked_in_at", AT, nullable=True),
        sa.Column("checked_in_by", sa.String(length=20), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("certificate_no", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_signup_event_id")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_signup_worker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signup")),
        sa.UniqueConstraint("certificate_no", name=op.f("uq_signup_certificate_no")),
    )
    with op.batch_alter_table("signup", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_signup_worker_id"), ["worker_id"], unique=False
        )
        batch_op.create_index(
            "one_signup_per_event",
            ["worker_id", "event_id"],
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        )
        batch_op.create_index(
            "signup_offered",
            ["offer_until"],
            unique=False,
            sqlite_where=OFFERED,
            postgresql_where=OFFERED,
        )
        batch_op.create_index(
            "signup_queue", ["event_id", "state", "place"], unique=False
        )


def downgrade() -> None:
    """Undo."""
    op.drop_table("signup")
    op.drop_table("event")
