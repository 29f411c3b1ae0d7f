"""Receipts that a later one replaced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "earlier_receipt",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("dossier_id", sa.String(length=32), nullable=False),
        sa.Column("receipt", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("receipt_object", sa.String(length=80), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_earlier_receipt_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_receipt")),
    )
    with op.batch_alter_table("earlier_receipt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_earlier_receipt_dossier_id"), ["dossier_id"], unique=False)


def downgrade() -> None:
    op.drop_table("earlier_receipt")
