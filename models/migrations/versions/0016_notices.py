"""Notices, who gets them, what they answer, and an index to choose people by."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
WAITING, KEPT = sa.text("fate = 'waiting'"), sa.text("fate = 'kept'")
MEMBER = sa.text("member_no IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "notice",
        sa.Column("id", ID, nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("tester_id", ID, nullable=True),
        sa.Column("second_id", ID, nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("changed_at", AT, nullable=False),
        sa.Column("send_at", AT, nullable=True),
        sa.Column("expires_at", AT, nullable=True),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("slices", sa.Integer(), nullable=False),
        sa.Column("sliced", sa.Integer(), nullable=False),
        sa.Column("queued", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["staff.id"], name=op.f("fk_notice_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["staff.id"], name=op.f("fk_notice_second_id")
        ),
        sa.ForeignKeyConstraint(
            ["tester_id"], ["staff.id"], name=op.f("fk_notice_tester_id")
        ),
        sa.ForeignKeyConstraint(
            ["union_code"], ["union.code"], name=op.f("fk_notice_union_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_state"), ["state"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_notice_union_code"), ["union_code"], unique=False
        )

    op.create_table(
        "notice_recipient",
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("fate", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.Column("chat_id", ID, nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint(
            "notice_id", "worker_id", name=op.f("pk_notice_recipient")
        ),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("notice_recipient", schema=None) as batch_op:
        batch_op.create_index(
            "notice_recipient_waiting",
            ["notice_id", "at"],
            unique=False,
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        )
        batch_op.create_index(
            "notice_recipient_kept",
            ["chat_id"],
            unique=False,
            sqlite_where=KEPT,
            postgresql_where=KEPT,
        )

    op.create_table(
        "notice_total",
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("fate", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("many", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_total_notice_id")
        ),
        sa.PrimaryKeyConstraint(
            "notice_id", "fate", "reason", name=op.f("pk_notice_total")
        ),
    )
    op.create_table(
        "notice_answer",
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("choice", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_answer_notice_id")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_notice_answer_worker_id")
        ),
        sa.PrimaryKeyConstraint(
            "notice_id", "worker_id", name=op.f("pk_notice_answer")
        ),
    )
    with op.batch_alter_table("notice_answer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_notice_answer_worker_id"), ["worker_id"], unique=False
        )
    with op.batch_alter_table("worker", schema=None) as batch_op:
        batch_op.create_index(
            "worker_audience",
            ["union_code", "group", "id"],
            unique=False,
            sqlite_where=MEMBER,
            postgresql_where=MEMBER,
        )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("worker", schema=None) as batch_op:
        batch_op.drop_index("worker_audience")
    for table in ("notice_answer", "notice_total", "notice_recipient", "notice"):
        op.drop_table(table)
