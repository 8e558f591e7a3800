"""A notice may show a picture."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "notice_picture",
        sa.Column("id", ID, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("published", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_picture_notice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_picture")),
    )
    op.create_index("ix_notice_picture_notice_id", "notice_picture", ["notice_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_notice_picture_notice_id", "notice_picture")
    op.drop_table("notice_picture")
