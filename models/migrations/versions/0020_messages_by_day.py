"""Messages are counted by day, and those that were lost are listed, with an index."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

LOST = sa.text("fate IN ('failed', 'uncertain')")


def upgrade() -> None:
    """Apply."""
    op.create_index("message_at", "message", ["at"])
    op.create_index(
        "message_lost",
        "message",
        ["at", "chat_id", "number"],
        sqlite_where=LOST,
        postgresql_where=LOST,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("message_lost", "message")
    op.drop_index("message_at", "message")
