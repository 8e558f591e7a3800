"""Audit entries can be inserted, and nothing else."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE_TRIGGERS = {
    "audit_entry_no_update": "UPDATE ON audit_entry",
    "audit_entry_no_delete": "DELETE ON audit_entry",
    # INSERT OR REPLACE deletes without the trigger above.
    "audit_entry_no_replace": (
        "INSERT ON audit_entry "
        "WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)"
    ),
}


def upgrade() -> None:
    """Refuse updates and deletions in the database itself."""
    if op.get_bind().dialect.name == "sqlite":
        for name, when in SQLITE_TRIGGERS.items():
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {when} "
                "BEGIN SELECT RAISE(ABORT, 'audit entries only grow'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_entry_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit entries only grow'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON audit_entry EXECUTE FUNCTION audit_entry_only_grows()"
    )


def downgrade() -> None:
    """Let them be changed again."""
    if op.get_bind().dialect.name == "sqlite":
        for name in SQLITE_TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
        return
    op.execute("DROP TRIGGER audit_entry_only_grows ON audit_entry")
    op.execute("DROP FUNCTION audit_entry_only_grows")
