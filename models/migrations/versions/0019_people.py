"""Lists of members that are imported, and two records that are one person's.

A page of members, of any size, is read off an index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
WORD = sa.String(length=20)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "member_import",
        sa.Column("id", ID, nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        sa.Column("consent", WORD, nullable=False),
        sa.Column("course", WORD, nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        *_refers("member_import", worker_id="worker", staff_id="staff"),
        *_refers("member_import", "code", union_code="union"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_import")),
    )
    for column in ("at", "course", "staff_id", "worker_id"):
        _index("member_import", column)
    op.create_table(
        "import_piece",
        sa.Column("import_id", ID, nullable=False),
        sa.Column("part", WORD, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        *_refers("import_piece", import_id="member_import"),
        sa.PrimaryKeyConstraint("import_id", "part", "n", name=op.f("pk_import_piece")),
    )
    op.create_table(
        "merge_wish",
        sa.Column("id", ID, nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("other_id", ID, nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("standing", WORD, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("settled_at", AT, nullable=True),
        sa.Column("settled_by", ID, nullable=True),
        *_refers("merge_wish", worker_id="worker", other_id="worker", staff_id="staff"),
        *_refers("merge_wish", "code", union_code="union"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_wish")),
    )
    for column in ("other_id", "union_code", "worker_id"):
        _index("merge_wish", column)
    op.create_index(
        "one_wish_to_merge",
        "merge_wish",
        ["other_id"],
        unique=True,
        sqlite_where=sa.text("standing = 'waiting'"),
        postgresql_where=sa.text("standing = 'waiting'"),
    )
    op.create_index(
        "worker_newest",
        "worker",
        ["member_since", "id"],
        sqlite_where=sa.text("member_no IS NOT NULL"),
        postgresql_where=sa.text("member_no IS NOT NULL"),
    )
    op.create_index(
        "worker_pool",
        "worker",
        ["union_code", "member_since"],
        sqlite_where=sa.text("in_pool = 1"),
        postgresql_where=sa.text("in_pool"),
    )


def _refers(table: str, to: str = "id", **columns: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [f"{other}.{to}"], name=op.f(f"fk_{table}_{column}")
        )
        for column, other in columns.items()
    ]


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    """Take back."""
    op.drop_index("worker_pool", "worker")
    op.drop_index("worker_newest", "worker")
    op.drop_table("merge_wish")
    op.drop_table("import_piece")
    op.drop_table("member_import")
