"""A slot can be closed to more bookings, and called off."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: what was opened is open."""
    # Not by making the table anew: others refer to its rows.
    state = sa.Column("state", sa.String(20), nullable=False, server_default="open")
    op.add_column("slot", state)
    op.create_index("slot_at", "slot", ["partner_code", "starts_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("slot_at", "slot")
    op.drop_column("slot", "state")
