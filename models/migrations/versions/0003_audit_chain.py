"""A chain over the audit entries, and how often somebody was reminded of waiting."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("standing IN ('submitted', 'in_review')")

SQLITE_TRIGGERS = {
    "audit_link_no_update": "UPDATE ON audit_link",
    "audit_link_no_delete": "DELETE ON audit_link",
    # INSERT OR REPLACE deletes without the trigger above.
    "audit_link_no_replace": (
        "INSERT ON audit_link WHEN EXISTS "
        "(SELECT 1 FROM audit_link WHERE n = NEW.n OR entry_id = NEW.entry_id)"
    ),
}


def upgrade() -> None:
    """Make the links, which can only be inserted, and count the reminders."""
    op.create_table(
        "audit_link",
        sa.Column("n", BIG, autoincrement=False, nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_audit_link")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_link_entry_id")),
    )
    op.add_column(
        "application",
        sa.Column("chased", sa.Integer(), nullable=False, server_default="0"),
    )
    op.create_index(
        "application_waiting",
        "application",
        ["due"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    if op.get_bind().dialect.name == "sqlite":
        for name, when in SQLITE_TRIGGERS.items():
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {when} "
                "BEGIN SELECT RAISE(ABORT, 'audit entries only grow'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER audit_link_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON audit_link EXECUTE FUNCTION audit_entry_only_grows()"
    )


def downgrade() -> None:
    """Take both away; a table's triggers go with it."""
    op.drop_index("application_waiting", "application")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_column("chased")
    op.drop_table("audit_link")
