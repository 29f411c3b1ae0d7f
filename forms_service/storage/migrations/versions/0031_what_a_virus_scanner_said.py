"""What a virus scanner said of each file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "virus_scan",
        sa.Column("object_key", sa.String(length=80), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("told", sa.String(length=120), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("object_key", name=op.f("pk_virus_scan")),
    )
    op.create_index(op.f("ix_virus_scan_verdict"), "virus_scan", ["verdict"])


def downgrade() -> None:
    op.drop_table("virus_scan")
