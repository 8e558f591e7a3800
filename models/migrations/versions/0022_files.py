"""Documents beside pictures; files of a case under its key; large ones in pieces.

What was sealed as a worker's picture stays as it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.add_column("attachment", sa.Column("name", sa.LargeBinary(), nullable=True))
    size = sa.Column("size", sa.Integer(), nullable=False, server_default="0")
    op.add_column("attachment", size)
    op.create_table(
        "case_file",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], name=op.f("fk_case_file_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
    )
    op.create_index("ix_case_file_case_id", "case_file", ["case_id"])
    op.create_table(
        "file_piece",
        sa.Column("file_id", ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_file_piece_worker_id")
        ),
        sa.PrimaryKeyConstraint("file_id", "n", name=op.f("pk_file_piece")),
    )
    op.create_index("ix_file_piece_worker_id", "file_piece", ["worker_id"])
    _notice_files("notice_file", sa.Column("name", sa.String(), nullable=False))
    op.execute(
        "INSERT INTO notice_file (id, notice_id, mime, name, published, at) "
        "SELECT id, notice_id, mime, '', published, at FROM notice_picture"
    )
    _drop("notice_picture")


def _notice_files(table: str, *more: "sa.Column[str]") -> None:
    op.create_table(
        table,
        sa.Column("id", ID, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        *more,
        sa.Column("published", sa.LargeBinary(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f(f"fk_{table}_notice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_notice_id", table, ["notice_id"])


def _drop(table: str) -> None:
    op.drop_index(f"ix_{table}_notice_id", table)
    op.drop_table(table)


def downgrade() -> None:
    """Take back; documents are lost, and what was sealed for a case."""
    _notice_files("notice_picture")
    op.execute(
        "INSERT INTO notice_picture (id, notice_id, mime, published, at) "
        "SELECT id, notice_id, mime, published, at FROM notice_file WHERE name = ''"
    )
    _drop("notice_file")
    op.drop_index("ix_file_piece_worker_id", "file_piece")
    op.drop_table("file_piece")
    op.drop_index("ix_case_file_case_id", "case_file")
    op.drop_table("case_file")
    op.drop_column("attachment", "size")
    op.drop_column("attachment", "name")
