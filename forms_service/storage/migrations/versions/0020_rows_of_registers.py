"""What the fund's registers said when a dossier was deposited."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "register_rows",
        sa.Column("dossier_id", sa.String(length=32), nullable=False),
        sa.Column("held", sa.JSON(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_register_rows_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_register_rows")),
    )


def downgrade() -> None:
    op.drop_table("register_rows")
