"""Dossiers that were let go, with the proof; what must be held; objects that left the store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_KEYS = (
    ("attachment", "object_key"),
    ("page", "image_object"),
    ("dossier", "receipt_object"),
    ("earlier_receipt", "receipt_object"),
    ("left_page", "original_object"),
    ("left_page", "page_object"),
)


def upgrade() -> None:
    op.add_column("dossier", sa.Column("erased_at", _TIME, nullable=True))
    op.create_index("ix_dossier_decided", "dossier", ["erased_at", "decided_at"])
    op.create_index("ix_dossier_changed", "dossier", ["erased_at", "changed_at"])
    op.add_column("account", sa.Column("used_at", _TIME, nullable=True))
    op.create_index(op.f("ix_account_used_at"), "account", ["used_at"])
    for table, column in _KEYS:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_table(
        "erasure",
        sa.Column("dossier_id", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("form_id", sa.String(length=64), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("spec_digest", sa.String(length=64), nullable=False),
        sa.Column("occasion", sa.String(length=16), nullable=False),
        sa.Column("ending", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("asked_by", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("erased_at", _TIME, nullable=False),
        sa.Column("removed", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("objects", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("shared_objects", sa.Integer(), nullable=False),
        sa.Column("receipts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("proved_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_erasure")),
    )
    for column in ("reference", "erased_at", "proved_at"):
        op.create_index(op.f(f"ix_erasure_{column}"), "erasure", [column])
    op.create_table(
        "legal_hold",
        sa.Column("dossier_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.String(length=32), nullable=False),
        sa.Column("placed_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_legal_hold_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_legal_hold")),
    )
    op.create_table(
        "removed_object",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("removed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_removed_object")),
    )
    op.create_index(op.f("ix_removed_object_removed_at"), "removed_object", ["removed_at"])


def downgrade() -> None:
    """Back to a service that lets nothing go; what was erased stays erased, and its lines stay empty."""
    for table in ("removed_object", "legal_hold", "erasure"):
        op.drop_table(table)
    for table, column in _KEYS:
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    op.drop_index(op.f("ix_account_used_at"), table_name="account")
    op.drop_column("account", "used_at")
    op.drop_index("ix_dossier_changed", table_name="dossier")
    op.drop_index("ix_dossier_decided", table_name="dossier")
    op.drop_column("dossier", "erased_at")
