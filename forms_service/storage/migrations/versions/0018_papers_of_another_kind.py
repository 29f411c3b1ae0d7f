"""What a paper clearly is where that is another than it was sent as."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_as", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("attachment", "seen_as")  # in place: pages and readings refer to papers
