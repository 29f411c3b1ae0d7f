"""Data keys, wrapped by a master key that is kept apart, and how far sealing anew has come.

On the way back the keys are put aside and not thrown away: papers stay sealed with them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


_ASIDE = "data_key_put_aside"


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table(_ASIDE):
        op.rename_table(_ASIDE, "data_key")
    else:
        _make_keys()
    op.create_table(
        "resealing",
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Text(), nullable=True),
        sa.Column("done_at", _TIME, nullable=True),
        sa.Column("held_until", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_resealing")),
    )


def downgrade() -> None:
    op.drop_table("resealing")
    if op.get_bind().execute(sa.text("select count(*) from data_key")).scalar():
        op.rename_table("data_key", _ASIDE)
    else:
        op.drop_table("data_key")


def _make_keys() -> None:
    op.create_table(
        "data_key",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wrapped", sa.Text(), nullable=False),
        sa.Column("master", sa.String(length=16), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_data_key")),
    )
