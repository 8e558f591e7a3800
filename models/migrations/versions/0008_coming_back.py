"""Coming back: PINs, codes, tries, links of chats, and what a person confirms."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "link_code",
        sa.Column(
            "worker_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("code_tag", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_link_code_worker_id")
        ),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_link_code")),
        sa.UniqueConstraint("code_tag", name=op.f("uq_link_code_code_tag")),
    )
    op.create_table(
        "tries",
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "worker_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_tries_worker_id")
        ),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_tries")),
    )
    with op.batch_alter_table("tries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_tries_worker_id"), ["worker_id"], unique=False
        )
        batch_op.create_index(
            "tries_untold",
            ["closed_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NOT NULL AND NOT told"),
            postgresql_where=sa.text("closed_at IS NOT NULL AND NOT told"),
        )

    op.create_table(
        "chat_link",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "worker_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "chat_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "staff_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("objected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "stray_worker_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chat.id"], name=op.f("fk_chat_link_chat_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_chat_link_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_chat_link_worker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_link")),
    )
    with op.batch_alter_table("chat_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_chat_link_chat_id"), ["chat_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_chat_link_worker_id"), ["worker_id"], unique=False
        )

    op.create_table(
        "claim",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("asks", sa.String(length=20), nullable=False),
        sa.Column(
            "chat_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "worker_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("union_code", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "staff_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chat.id"], name=op.f("fk_claim_chat_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_claim_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["union_code"], ["union.code"], name=op.f("fk_claim_union_code")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_claim_worker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_chat_id"), ["chat_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_claim_standing"), ["standing"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_claim_worker_id"), ["worker_id"], unique=False
        )

    op.add_column(
        "erasure",
        sa.Column("counts", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.add_column("worker", sa.Column("pin", sa.LargeBinary(), nullable=True))
    op.add_column(
        "worker", sa.Column("guarded_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    """Undo."""
    op.drop_column("worker", "guarded_at")
    op.drop_column("worker", "pin")
    op.drop_column("erasure", "counts")

    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_worker_id"))
        batch_op.drop_index(batch_op.f("ix_claim_standing"))
        batch_op.drop_index(batch_op.f("ix_claim_chat_id"))

    op.drop_table("claim")
    with op.batch_alter_table("chat_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chat_link_worker_id"))
        batch_op.drop_index(batch_op.f("ix_chat_link_chat_id"))

    op.drop_table("chat_link")
    with op.batch_alter_table("tries", schema=None) as batch_op:
        batch_op.drop_index(
            "tries_untold",
            sqlite_where=sa.text("closed_at IS NOT NULL AND NOT told"),
            postgresql_where=sa.text("closed_at IS NOT NULL AND NOT told"),
        )
        batch_op.drop_index(batch_op.f("ix_tries_worker_id"))

    op.drop_table("tries")
    op.drop_table("link_code")
