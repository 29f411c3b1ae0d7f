"""Stacks are sorted by a worker, sheet by sheet, so that nothing is lost or filed twice half-way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=16), server_default="done", nullable=False))
        batch_op.add_column(sa.Column("by_position", sa.Boolean(), server_default="0", nullable=False))
        batch_op.create_index(batch_op.f("ix_intake_state"), ["state"], unique=False)
    op.create_table(
        "stack_file",
        sa.Column("intake_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("object_key", sa.String(length=80), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("message", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("earlier", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.id"], name=op.f("fk_stack_file_intake_id_intake")),
        sa.PrimaryKeyConstraint("intake_id", "number", name=op.f("pk_stack_file")),
    )
    with op.batch_alter_table("stack_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stack_file_object_key"), ["object_key"], unique=False)
    op.create_table(
        "stack_original",
        sa.Column("object_key", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("object_key", name=op.f("pk_stack_original")),
    )
    op.create_table(
        "stack_sheet",
        sa.Column("intake_id", sa.String(length=32), nullable=False),
        sa.Column("file", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("seen", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("fate", sa.String(length=32), nullable=True),
        sa.Column("message", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("remarks", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("form_page", sa.Integer(), nullable=True),
        sa.Column("dossier_id", sa.String(length=32), nullable=True),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_stack_sheet_dossier_id_dossier")
        ),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.id"], name=op.f("fk_stack_sheet_intake_id_intake")),
        sa.PrimaryKeyConstraint("intake_id", "file", "page", name=op.f("pk_stack_sheet")),
    )
    with op.batch_alter_table("left_page", schema=None) as batch_op:
        batch_op.add_column(sa.Column("suggested", sa.String(length=32), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("left_page", schema=None) as batch_op:
        batch_op.drop_column("suggested")
    op.drop_table("stack_sheet")
    op.drop_table("stack_original")
    op.drop_table("stack_file")
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_state"))
        batch_op.drop_column("by_position")
        batch_op.drop_column("state")
