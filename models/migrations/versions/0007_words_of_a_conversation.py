"""A message knows the conversation it was said in, so that both can end together."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Who is in the middle of a form has said something in it already.
_FIND = (
    "UPDATE message SET conversation_id = (SELECT c.id FROM conversation AS c "
    "WHERE c.chat_id = message.chat_id AND c.state IN ('open', 'paused') "
    "AND c.created_at <= message.at ORDER BY c.created_at DESC LIMIT 1) "
    "WHERE chat_id IN "
    "(SELECT chat_id FROM conversation WHERE state IN ('open', 'paused'))"
)


def upgrade() -> None:
    """Add the column, and fill it in for conversations that are not over."""
    column = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("message", sa.Column("conversation_id", column, nullable=True))
    op.execute(_FIND)


def downgrade() -> None:
    """Forget it."""
    op.drop_column("message", "conversation_id")
