"""Cases, what was said in them, services done, saved replies, held chats."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
WAITING = sa.text("course = 'waiting'")
TALKED = sa.text("said_at IS NOT NULL")
HELD = sa.text("case_id IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    _cases()
    _entries()
    _service_records()
    _saved_replies()
    with op.batch_alter_table("chat", schema=None) as batch_op:
        batch_op.add_column(sa.Column("case_id", ID, nullable=True))
        batch_op.create_index(
            "chat_held",
            ["case_id"],
            unique=False,
            sqlite_where=HELD,
            postgresql_where=HELD,
        )


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"))


def _word(name: str, nullable: bool) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=20), nullable=nullable)


def _cases() -> None:
    op.create_table(
        "case",
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        _word("kind", nullable=False),
        _word("course", nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("employer_tag", sa.LargeBinary(), nullable=True),
        sa.Column("tag_key", sa.Integer(), nullable=True),
        _word("matter", nullable=True),
        _word("relation", nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        _word("stage", nullable=True),
        sa.Column("stage_on", sa.Date(), nullable=True),
        sa.Column("safe_day", sa.Date(), nullable=True),
        sa.Column("opened_at", AT, nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("chased", sa.Integer(), nullable=False),
        sa.Column("warned", sa.Boolean(), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("taken_at", AT, nullable=True),
        sa.Column("said_at", AT, nullable=True),
        sa.Column("closed_at", AT, nullable=True),
        _word("outcome", nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("last_entry", sa.Integer(), nullable=False),
        _refers("case", "worker_id", "worker.id"),
        _refers("case", "chat_id", "chat.id"),
        _refers("case", "union_code", "union.code"),
        _refers("case", "staff_id", "staff.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("number", name=op.f("uq_case_number")),
    )
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.create_index("case_queue", ["course", "union_code", "opened_at"])
        batch_op.create_index("case_of", ["worker_id", "opened_at"])
        batch_op.create_index("case_employer", ["employer_tag", "opened_at"])
        for name in ("chat_id", "staff_id"):
            batch_op.create_index(batch_op.f(f"ix_case_{name}"), [name])
        for name, column, where in (
            ("case_waiting", "due", WAITING),
            ("case_talked", "said_at", TALKED),
        ):
            batch_op.create_index(
                name, [column], sqlite_where=where, postgresql_where=where
            )


def _entries() -> None:
    op.create_table(
        "case_entry",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        _word("side", nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("at", AT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("picture_id", ID, nullable=True),
        _refers("case_entry", "case_id", "case.id"),
        _refers("case_entry", "staff_id", "staff.id"),
        sa.PrimaryKeyConstraint("case_id", "n", name=op.f("pk_case_entry")),
    )
    with op.batch_alter_table("case_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_entry_picture_id"), ["picture_id"])


def _service_records() -> None:
    op.create_table(
        "service_record",
        sa.Column("id", ID, nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        _word("kind", nullable=False),
        _word("outcome", nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        _refers("service_record", "union_code", "union.code"),
        _refers("service_record", "staff_id", "staff.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_record")),
    )
    with op.batch_alter_table("service_record", schema=None) as batch_op:
        batch_op.create_index("service_record_of", ["union_code", "at"])
        batch_op.create_index(batch_op.f("ix_service_record_at"), ["at"])


def _saved_replies() -> None:
    op.create_table(
        "saved_reply",
        sa.Column("id", ID, nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        _refers("saved_reply", "union_code", "union.code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_reply")),
        sa.UniqueConstraint(
            "union_code", "number", name=op.f("uq_saved_reply_union_code_number")
        ),
    )


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("chat", schema=None) as batch_op:
        batch_op.drop_index("chat_held", sqlite_where=HELD, postgresql_where=HELD)
        batch_op.drop_column("case_id")
    op.drop_table("saved_reply")
    op.drop_table("service_record")
    op.drop_table("case_entry")
    op.drop_table("case")
