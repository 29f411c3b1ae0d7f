"""Which process carries out a request with an idempotency key: when it is dead, nobody need wait for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("kept_answer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("process", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("kept_answer", schema=None) as batch_op:
        batch_op.drop_column("process")
