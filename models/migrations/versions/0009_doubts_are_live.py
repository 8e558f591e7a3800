"""Doubts about an application are found whenever somebody looks, and kept nowhere."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop what was noted when an application was sent."""
    op.drop_column("application", "flags")


def downgrade() -> None:
    """Note nothing about any application."""
    flags = sa.Column("flags", sa.String(), nullable=False, server_default="")
    op.add_column("application", flags)
