"""Forms made on screen, pages to identify by hand, and what was typed when a session ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("origin", sa.String(length=16), server_default="upload", nullable=False)
        )
    op.create_table(
        "left_page",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("intake_id", sa.String(length=32), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("original_object", sa.String(length=80), nullable=False),
        sa.Column("page_object", sa.String(length=80), nullable=True),
        sa.Column("form_page", sa.Integer(), nullable=True),
        sa.Column("fate", sa.String(length=32), nullable=False),
        sa.Column("message", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attachment_id", sa.String(length=32), nullable=True),
        sa.Column("settled_by", sa.String(length=32), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_left_page_attachment_id_attachment")
        ),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.id"], name=op.f("fk_left_page_intake_id_intake")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_left_page")),
    )
    with op.batch_alter_table("left_page", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_left_page_intake_id"), ["intake_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_left_page_outcome"), ["outcome"], unique=False)
    op.create_table(
        "kept_typing",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=255), nullable=False),
        sa.Column("typed", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_kept_typing_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_kept_typing")),
    )


def downgrade() -> None:
    op.drop_table("kept_typing")
    op.drop_table("left_page")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_column("origin")
