"""Which child a person placed a paper under, apart from the child that was settled from its facts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("declared_child", sa.Integer(), nullable=True))
    # Nobody noted who placed the papers held already: where one lies it stays.
    op.execute(sa.text("UPDATE attachment SET declared_child = child"))


def downgrade() -> None:
    op.drop_column("attachment", "declared_child")  # in place: pages and readings refer to papers
