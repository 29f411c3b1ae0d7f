"""Receipts that no longer count, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "receipt_revocation",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("dossier_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("revoked_by", sa.String(length=200), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_receipt_revocation_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_revocation")),
        sa.UniqueConstraint("digest", name=op.f("uq_receipt_revocation_digest")),
    )
    with op.batch_alter_table("receipt_revocation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receipt_revocation_dossier_id"), ["dossier_id"], unique=False)


def downgrade() -> None:
    op.drop_table("receipt_revocation")
