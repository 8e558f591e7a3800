"""A slot can be closed to more bookings, and called off."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: what was opened is open."""
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("state", sa.String(20), nullable=False, server_default="open")
        )
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.alter_column("state", server_default=None)
    op.create_index("slot_at", "slot", ["partner_code", "starts_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("slot_at", "slot")
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.drop_column("state")
