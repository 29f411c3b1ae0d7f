"""How many requests each token was allowed in the present minute, whichever process answered them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "token_allowance",
        sa.Column("token_id", sa.String(length=32), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_id"], ["access_token.id"], name=op.f("fk_token_allowance_token_id_access_token")
        ),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_token_allowance")),
    )


def downgrade() -> None:
    op.drop_table("token_allowance")
