"""Where each answer of a group's rows comes from, beside the rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "answer_group",
        sa.Column("origins", sa.JSON(none_as_null=True), server_default="[]", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("answer_group", "origins")
