"""What everybody who signed up for an event is told is made in groups."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "event_news",
        sa.Column("event_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_news_event_id")
        ),
        sa.PrimaryKeyConstraint("event_id", "kind", "due", name=op.f("pk_event_news")),
    )


def downgrade() -> None:
    """Take back: what was not made yet is not made any more."""
    op.drop_table("event_news")
