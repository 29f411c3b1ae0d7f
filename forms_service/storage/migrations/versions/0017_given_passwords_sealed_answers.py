"""Passwords that somebody else chose are to be changed; answers kept for repeated requests are sealed.

Answers that were kept in plain are forgotten, here and on the way back: whoever asks again is told that the
request was carried out and its answer lost.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KEPT = sa.table(
    "kept_answer",
    sa.column("stage", sa.String),
    sa.column("status", sa.Integer),
    sa.column("body", sa.LargeBinary),
)


def upgrade() -> None:
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("must_change_password", sa.Boolean(), server_default="0", nullable=False)
        )
    _forget_answers()


def downgrade() -> None:
    _forget_answers()
    op.drop_column("account", "must_change_password")  # in place: the rows of others refer to accounts


def _forget_answers() -> None:
    op.execute(_KEPT.update().where(_KEPT.c.stage == "answered").values(stage="lost", status=None, body=None))
