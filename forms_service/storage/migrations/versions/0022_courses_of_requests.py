"""Courses of their own: the step a dossier stands in, what was done, what time will do, the papers made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def _dossier(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["dossier_id"], ["dossier.id"], name=op.f(f"fk_{table}_dossier_id_dossier")
    )


def upgrade() -> None:
    op.add_column("dossier", sa.Column("step", sa.String(length=64), nullable=True))
    op.create_table(
        "course_event",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("dossier_id", sa.String(length=32), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("from_step", sa.String(length=64), nullable=False),
        sa.Column("to_step", sa.String(length=64), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("code_id", sa.String(length=32), nullable=True),
        _dossier("course_event"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_event")),
    )
    op.create_index(op.f("ix_course_event_dossier_id"), "course_event", ["dossier_id"])
    op.create_table(
        "course_timer",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("dossier_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("timer", sa.String(length=64), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reckoned_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        _dossier("course_timer"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_timer")),
    )
    op.create_index(op.f("ix_course_timer_dossier_id"), "course_timer", ["dossier_id"])
    op.create_index("ix_course_timer_due", "course_timer", ["ended_at", "due_on"])
    op.create_table(
        "outcome_paper",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("dossier_id", sa.String(length=32), nullable=False),
        sa.Column("paper", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("issued_at", _TIME, nullable=False),
        sa.Column("issued_by", sa.String(length=200), nullable=False),
        _dossier("outcome_paper"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_paper")),
    )
    op.create_index(op.f("ix_outcome_paper_dossier_id"), "outcome_paper", ["dossier_id"])


def downgrade() -> None:
    for table in ("outcome_paper", "course_timer", "course_event"):
        op.drop_table(table)
    op.drop_column("dossier", "step")  # in place: everything refers to dossiers, and their stage stays
