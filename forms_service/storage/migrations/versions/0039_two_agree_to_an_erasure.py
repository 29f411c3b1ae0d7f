"""A decided request is let go by two people: what one asked for waits for the other, and both are named."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("erasure", sa.Column("agreed_by", sa.String(length=32), nullable=True))
    op.create_table(
        "erasure_asking",
        sa.Column("dossier_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_erasure_asking_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_erasure_asking")),
    )
    op.create_index(op.f("ix_erasure_asking_asked_at"), "erasure_asking", ["asked_at"])


def downgrade() -> None:
    """Back to one pair of eyes: what was asked for and not agreed to is asked anew, and nothing is lost by it."""
    op.drop_index(op.f("ix_erasure_asking_asked_at"), table_name="erasure_asking")
    op.drop_table("erasure_asking")
    op.drop_column("erasure", "agreed_by")
