"""The same time is opened once at a partner's; what was opened twice becomes one."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

STANDS = sa.text("state <> 'off'")
PLACED = ("benefit_code", "partner_code", "starts_at")
SLOT = sa.table("slot", *map(sa.column, ("id", "state", "taken", "capacity", *PLACED)))
ASKED = sa.table("service_request", sa.column("slot_id"))


def upgrade() -> None:
    """Apply: the first of several keeps the bookings of all, the others are off."""
    same = SLOT.alias("same")
    alike = [same.c[name] == SLOT.c[name] for name in PLACED]
    standing = sa.and_(same.c.state != "off", *alike)
    first, taken = (
        sa.select(value).where(standing).correlate(SLOT).scalar_subquery()
        for value in (sa.func.min(same.c.id), sa.func.sum(same.c.taken))
    )
    double = sa.and_(SLOT.c.state != "off", SLOT.c.id > first)
    kept = SLOT.c.id.in_(sa.select(first).where(double).correlate(None))
    op.execute(SLOT.update().where(kept).values(taken=taken))
    moved = sa.select(first).where(SLOT.c.id == ASKED.c.slot_id).scalar_subquery()
    booked = ASKED.c.slot_id.in_(sa.select(SLOT.c.id).where(double))
    op.execute(ASKED.update().where(booked).values(slot_id=moved))
    op.execute(SLOT.update().where(double).values(state="off", taken=0))
    full = SLOT.c.capacity < SLOT.c.taken
    op.execute(SLOT.update().where(full).values(capacity=SLOT.c.taken))
    op.create_index(
        "slot_once",
        "slot",
        PLACED,
        unique=True,
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )


def downgrade() -> None:
    """Take back; what became one stays one."""
    op.drop_index("slot_once", "slot")
