"""Awards with their ballots and jury, objections to a result, and suggestions."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "award",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        sa.Column("groups", sa.String(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("choices", sa.Integer(), nullable=False),
        sa.Column("vote_share", sa.Integer(), nullable=False),
        sa.Column("jury_share", sa.Integer(), nullable=False),
        sa.Column("nominating_at", AT, nullable=False),
        sa.Column("voting_at", AT, nullable=False),
        sa.Column("jury_at", AT, nullable=False),
        sa.Column("notice_at", AT, nullable=False),
        sa.Column("over_at", AT, nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("key_number", sa.Integer(), nullable=True),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["union_code"], ["union.code"], name=op.f("fk_award_union_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("code", name=op.f("uq_award_code")),
    )
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.create_index("award_of_union", ["union_code", "phase"], unique=False)
        batch_op.create_index(batch_op.f("ix_award_phase"), ["phase"], unique=False)

    op.create_table(
        "ballot",
        sa.Column("award_id", ID, nullable=False),
        sa.Column("name_hash", sa.LargeBinary(), nullable=False),
        sa.Column("choices", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_ballot_award_id")
        ),
        sa.PrimaryKeyConstraint("award_id", "name_hash", name=op.f("pk_ballot")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "voter",
        sa.Column("award_id", ID, nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_voter_award_id")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_voter_worker_id")
        ),
        sa.PrimaryKeyConstraint("award_id", "worker_id", name=op.f("pk_voter")),
    )
    with op.batch_alter_table("voter", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_voter_worker_id"), ["worker_id"], unique=False
        )
        batch_op.create_index(
            "voter_untold",
            ["award_id"],
            unique=False,
            sqlite_where=sa.text("NOT told"),
            postgresql_where=sa.text("NOT told"),
        )

    op.create_table(
        "nominee",
        sa.Column("id", ID, nullable=False),
        sa.Column("award_id", ID, nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("story", sa.LargeBinary(), nullable=False),
        sa.Column("photo_id", ID, nullable=True),
        sa.Column("in_full", sa.Boolean(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("agreed_at", AT, nullable=True),
        sa.Column("decided_at", AT, nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("jury_points", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_nominee_award_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_nominee_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_nominee_worker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nominee")),
        sa.UniqueConstraint(
            "award_id", "number", name=op.f("uq_nominee_award_id_number")
        ),
        sa.UniqueConstraint(
            "award_id", "worker_id", name=op.f("uq_nominee_award_id_worker_id")
        ),
    )
    with op.batch_alter_table("nominee", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_nominee_photo_id"), ["photo_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_nominee_worker_id"), ["worker_id"], unique=False
        )
        batch_op.create_index("nominee_queue", ["standing", "award_id"], unique=False)

    op.create_table(
        "suggestion",
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        sa.Column("aspect", sa.String(length=20), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("photo_id", ID, nullable=True),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("settled_at", AT, nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.Column("yuan", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_suggestion_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["union_code"], ["union.code"], name=op.f("fk_suggestion_union_code")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_suggestion_worker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sa.UniqueConstraint("number", name=op.f("uq_suggestion_number")),
    )
    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_suggestion_photo_id"), ["photo_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_suggestion_worker_id"), ["worker_id"], unique=False
        )
        batch_op.create_index(
            "suggestion_queue", ["standing", "union_code", "at"], unique=False
        )

    op.create_table(
        "objection",
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("award_id", ID, nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("nominee_id", ID, nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("settled_at", AT, nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_objection_award_id")
        ),
        sa.ForeignKeyConstraint(
            ["nominee_id"], ["nominee.id"], name=op.f("fk_objection_nominee_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_objection_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_objection_worker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("number", name=op.f("uq_objection_number")),
    )
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_objection_nominee_id"), ["nominee_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_objection_worker_id"), ["worker_id"], unique=False
        )
        batch_op.create_index("objection_queue", ["standing", "award_id"], unique=False)

    op.create_table(
        "score",
        sa.Column("nominee_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["nominee_id"], ["nominee.id"], name=op.f("fk_score_nominee_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_score_staff_id")
        ),
        sa.PrimaryKeyConstraint("nominee_id", "staff_id", name=op.f("pk_score")),
    )


def downgrade() -> None:
    """Undo."""

    op.drop_table("score")
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.drop_index("objection_queue")
        batch_op.drop_index(batch_op.f("ix_objection_worker_id"))
        batch_op.drop_index(batch_op.f("ix_objection_nominee_id"))

    op.drop_table("objection")
    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.drop_index("suggestion_queue")
        batch_op.drop_index(batch_op.f("ix_suggestion_worker_id"))
        batch_op.drop_index(batch_op.f("ix_suggestion_photo_id"))

    op.drop_table("suggestion")
    with op.batch_alter_table("nominee", schema=None) as batch_op:
        batch_op.drop_index("nominee_queue")
        batch_op.drop_index(batch_op.f("ix_nominee_worker_id"))
        batch_op.drop_index(batch_op.f("ix_nominee_photo_id"))

    op.drop_table("nominee")
    with op.batch_alter_table("voter", schema=None) as batch_op:
        batch_op.drop_index(
            "voter_untold",
            sqlite_where=sa.text("NOT told"),
            postgresql_where=sa.text("NOT told"),
        )
        batch_op.drop_index(batch_op.f("ix_voter_worker_id"))

    op.drop_table("voter")
    op.drop_table("ballot")
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_award_phase"))
        batch_op.drop_index("award_of_union")

    op.drop_table("award")
