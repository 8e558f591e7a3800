"""Corrections a social worker settles, and links to fetch one's own data."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
WAITING = sa.text("standing = 'waiting'")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "correction",
        sa.Column("id", ID, nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("wish", sa.LargeBinary(), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("settled_at", AT, nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chat.id"], name=op.f("fk_correction_chat_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_correction_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["union_code"], ["union.code"], name=op.f("fk_correction_union_code")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_correction_worker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index(
            "correction_queue", ["standing", "union_code", "asked_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_correction_worker_id"), ["worker_id"], unique=False
        )
        batch_op.create_index(
            "one_open_correction",
            ["worker_id", "field"],
            unique=True,
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        )

    op.create_table(
        "export_link",
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", AT, nullable=False),
        sa.Column("used_at", AT, nullable=True),
        sa.Column("fetched_at", AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chat.id"], name=op.f("fk_export_link_chat_id")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_export_link_worker_id")
        ),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_export_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_export_link_token_hash")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("export_link")
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.drop_index(
            "one_open_correction",
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        )
        batch_op.drop_index(batch_op.f("ix_correction_worker_id"))
        batch_op.drop_index("correction_queue")

    op.drop_table("correction")
