"""Who was phoned about a notice is written down; applicants are found by their name."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COPIES = "notice_recipient"


def upgrade() -> None:
    """Apply."""
    op.add_column(
        COPIES, sa.Column("called_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(COPIES, sa.Column("called_by", ID, nullable=True))
    op.add_column(
        "application",
        sa.Column("name_tag", sa.LargeBinary(), nullable=False, server_default=""),
    )
    op.create_index(op.f("ix_application_name_tag"), "application", ["name_tag"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_application_name_tag"), "application")
    op.drop_column("application", "name_tag")
    for column in ("called_by", "called_at"):
        op.drop_column(COPIES, column)
