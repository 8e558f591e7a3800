"""A poster's code belongs to the union of its organiser, whose staff look after it.

What came of a poster, and what a counter used up today, is counted with an index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: the union is the one called as the organiser is."""
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.add_column(sa.Column("union_code", sa.String(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_source_union_code"), "union", ["union_code"], ["code"]
        )
        batch_op.create_index(
            batch_op.f("ix_source_union_code"), ["union_code"], unique=False
        )
    op.execute(
        'UPDATE source SET union_code = (SELECT MIN(u.code) FROM "union" u '
        "WHERE u.name = source.organiser)"
    )
    op.create_index("ix_application_source", "application", ["source"])
    op.create_index(
        "voucher_settled_at_counter", "voucher", ["partner_code", "settled_at"]
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("voucher_settled_at_counter", "voucher")
    op.drop_index("ix_application_source", "application")
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_source_union_code"))
        batch_op.drop_constraint(batch_op.f("fk_source_union_code"), type_="foreignkey")
        batch_op.drop_column("union_code")
