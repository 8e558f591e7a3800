"""Erasures as anonymous counts, and arrivals of the page that name no cookie."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SLICE = 1000


def upgrade() -> None:
    """Make the table and the columns, and hash the keys that show a cookie's hash."""
    op.create_table(
        "erasure",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("worker_id", BIG_ID, nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("union_code", sa.String(), nullable=True),
        sa.Column("group", sa.String(), nullable=True),
        sa.Column("was_member", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index(op.f("ix_erasure_worker_id"), "erasure", ["worker_id"])
    op.add_column(
        "chat", sa.Column("edition", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_index(op.f("ix_application_chat_id"), "application", ["chat_id"])
    op.create_index(op.f("ix_reminder_subject"), "reminder", ["subject"])
    _hash_arrivals()


def _hash_arrivals() -> None:
    """Hash the page's keys as the page does now, so that no update comes twice."""
    arrival = sa.table("arrival", sa.column("channel"), sa.column("key"))
    of_page = sa.select(arrival.c.key).where(arrival.c.channel == "page")
    keys = list(op.get_bind().scalars(of_page))
    change = (
        sa.update(arrival)
        .where(arrival.c.channel == "page", arrival.c.key == sa.bindparam("old"))
        .values(key=sa.bindparam("new"))
    )
    for start in range(0, len(keys), SLICE):
        named = [
            {"old": key, "new": hashlib.sha256(key.encode()).hexdigest()}
            for key in keys[start : start + SLICE]
        ]
        op.get_bind().execute(change, named)


def downgrade() -> None:
    """Take them away; hashed keys stay, and go after a week."""
    op.drop_index(op.f("ix_reminder_subject"), table_name="reminder")
    op.drop_index(op.f("ix_application_chat_id"), table_name="application")
    op.drop_column("chat", "edition")
    op.drop_index(op.f("ix_erasure_worker_id"), table_name="erasure")
    op.drop_table("erasure")
