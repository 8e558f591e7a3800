"""Benefits: partners, quotas, vouchers, services with slots, clerks, tallies."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "benefit",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("about_en", sa.String(), nullable=False),
        sa.Column("bring", sa.String(), nullable=False),
        sa.Column("bring_en", sa.String(), nullable=False),
        sa.Column("union_code", sa.String(), nullable=True),
        sa.Column("groups", sa.String(), nullable=False),
        sa.Column("pool", sa.Boolean(), nullable=False),
        sa.Column("member_days", sa.Integer(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.Column("per", sa.String(length=20), nullable=False),
        sa.Column("valid_days", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Date(), nullable=True),
        sa.Column("closes", sa.Date(), nullable=True),
        sa.Column("books", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["union_code"], ["union.code"], name=op.f("fk_benefit_union_code")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_benefit")),
    )
    with op.batch_alter_table("benefit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_benefit_union_code"), ["union_code"], unique=False
        )

    op.create_table(
        "partner",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("address_en", sa.String(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["union_code"], ["union.code"], name=op.f("fk_partner_union_code")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_partner")),
    )
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_partner_district"), ["district"], unique=False
        )

    op.create_table(
        "benefit_use",
        sa.Column(
            "worker_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("benefit_code", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["benefit_code"], ["benefit.code"], name=op.f("fk_benefit_use_benefit_code")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_benefit_use_worker_id")
        ),
        sa.PrimaryKeyConstraint(
            "worker_id", "benefit_code", "period", name=op.f("pk_benefit_use")
        ),
    )
    with op.batch_alter_table("benefit_use", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_benefit_use_until"), ["until"], unique=False
        )

    op.create_table(
        "giving",
        sa.Column("benefit_code", sa.String(), nullable=False),
        sa.Column("partner_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["benefit_code"], ["benefit.code"], name=op.f("fk_giving_benefit_code")
        ),
        sa.ForeignKeyConstraint(
            ["partner_code"], ["partner.code"], name=op.f("fk_giving_partner_code")
        ),
        sa.PrimaryKeyConstraint("benefit_code", "partner_code", name=op.f("pk_giving")),
    )
    with op.batch_alter_table("giving", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_giving_partner_code"), ["partner_code"], unique=False
        )

    op.create_table(
        "slot",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("benefit_code", sa.String(), nullable=False),
        sa.Column("partner_code", sa.String(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["benefit_code"], ["benefit.code"], name=op.f("fk_slot_benefit_code")
        ),
        sa.ForeignKeyConstraint(
            ["partner_code"], ["partner.code"], name=op.f("fk_slot_partner_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
    )
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.create_index("slot_open", ["benefit_code", "starts_at"], unique=False)

    op.create_table(
        "tally",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("benefit_code", sa.String(), nullable=False),
        sa.Column("partner_code", sa.String(), nullable=True),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["benefit_code"], ["benefit.code"], name=op.f("fk_tally_benefit_code")
        ),
        sa.ForeignKeyConstraint(
            ["partner_code"], ["partner.code"], name=op.f("fk_tally_partner_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally")),
    )
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tally_at"), ["at"], unique=False)

    op.create_table(
        "clerk",
        sa.Column(
            "staff_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("partner_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_code"], ["partner.code"], name=op.f("fk_clerk_partner_code")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_clerk_staff_id")
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_clerk")),
    )
    with op.batch_alter_table("clerk", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_clerk_partner_code"), ["partner_code"], unique=False
        )

    op.create_table(
        "service_request",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column(
            "worker_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("benefit_code", sa.String(), nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        sa.Column(
            "slot_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "staff_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["benefit_code"],
            ["benefit.code"],
            name=op.f("fk_service_request_benefit_code"),
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["slot.id"], name=op.f("fk_service_request_slot_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_service_request_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["union_code"], ["union.code"], name=op.f("fk_service_request_union_code")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_service_request_worker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_request")),
        sa.UniqueConstraint("number", name=op.f("uq_service_request_number")),
    )
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_service_request_benefit_code"),
            ["benefit_code"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_service_request_slot_id"), ["slot_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_service_request_staff_id"), ["staff_id"], unique=False
        )
        batch_op.create_index("service_of", ["worker_id", "asked_at"], unique=False)
        batch_op.create_index(
            "service_queue",
            ["standing", "union_code", "asked_at", "worker_id"],
            unique=False,
        )

    op.create_table(
        "voucher",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "worker_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("benefit_code", sa.String(), nullable=False),
        sa.Column("partner_code", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("code_tag", sa.LargeBinary(), nullable=False),
        sa.Column("tag_key", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "staff_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("saved", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["benefit_code"], ["benefit.code"], name=op.f("fk_voucher_benefit_code")
        ),
        sa.ForeignKeyConstraint(
            ["partner_code"], ["partner.code"], name=op.f("fk_voucher_partner_code")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_voucher_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_voucher_worker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher")),
        sa.UniqueConstraint("code_tag", name=op.f("uq_voucher_code_tag")),
    )
    with op.batch_alter_table("voucher", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_voucher_benefit_code"), ["benefit_code"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_voucher_partner_code"), ["partner_code"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_voucher_staff_id"), ["staff_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_voucher_tag_key"), ["tag_key"], unique=False
        )
        batch_op.create_index(
            "voucher_of", ["worker_id", "standing", "until"], unique=False
        )
        batch_op.create_index(
            "voucher_open_until",
            ["until"],
            unique=False,
            sqlite_where=sa.text("standing = 'open'"),
            postgresql_where=sa.text("standing = 'open'"),
        )


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("voucher", schema=None) as batch_op:
        batch_op.drop_index(
            "voucher_open_until",
            sqlite_where=sa.text("standing = 'open'"),
            postgresql_where=sa.text("standing = 'open'"),
        )
        batch_op.drop_index("voucher_of")
        batch_op.drop_index(batch_op.f("ix_voucher_tag_key"))
        batch_op.drop_index(batch_op.f("ix_voucher_staff_id"))
        batch_op.drop_index(batch_op.f("ix_voucher_partner_code"))
        batch_op.drop_index(batch_op.f("ix_voucher_benefit_code"))

    op.drop_table("voucher")
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.drop_index("service_queue")
        batch_op.drop_index("service_of")
        batch_op.drop_index(batch_op.f("ix_service_request_staff_id"))
        batch_op.drop_index(batch_op.f("ix_service_request_slot_id"))
        batch_op.drop_index(batch_op.f("ix_service_request_benefit_code"))

    op.drop_table("service_request")
    with op.batch_alter_table("clerk", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_clerk_partner_code"))

    op.drop_table("clerk")
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tally_at"))

    op.drop_table("tally")
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.drop_index("slot_open")

    op.drop_table("slot")
    with op.batch_alter_table("giving", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_giving_partner_code"))

    op.drop_table("giving")
    op.drop_table("benefit_use")
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_district"))

    op.drop_table("partner")
    with op.batch_alter_table("benefit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_benefit_union_code"))

    op.drop_table("benefit")
