"""Keys rotate: rows say which key made their tags, processes which keys they use."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "presence",
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("wrapping", sa.String(), nullable=False),
        sa.Column("index", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_presence")),
    )
    # Until now there was one index key; it is number 1.
    first = sa.Column("tag_key", sa.Integer(), nullable=False, server_default="1")
    op.add_column("application", first)
    op.add_column("worker", sa.Column("tag_key", sa.Integer(), nullable=True))
    op.execute("UPDATE worker SET tag_key = 1 WHERE id_tag IS NOT NULL")
    _rename_in_the_fingerprint('"keys.index":', '"keys.index 1":')


def downgrade() -> None:
    """Go back."""
    _rename_in_the_fingerprint('"keys.index 1":', '"keys.index":')
    op.execute("DELETE FROM fact WHERE name = 'keys.current'")
    for table in ("worker", "application"):
        op.drop_column(table, "tag_key")
    op.drop_table("presence")


def _rename_in_the_fingerprint(old: str, new: str) -> None:
    """Give the index key its number in what the database knows about its keys."""
    rename = sa.text(
        "UPDATE fact SET value = replace(value, :old, :new) "
        "WHERE name = 'keys.fingerprint'"
    )
    op.execute(rename.bindparams(old=old, new=new))
