"""Files that are to leave the store are noted before they do: ``removed_at`` is empty until they left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("removed_object") as table:
        table.alter_column("removed_at", existing_type=sa.DateTime(timezone=True), nullable=True)


def downgrade() -> None:
    # The version before takes every note for one of a file that left; what did not stays in the store.
    op.execute(sa.text("delete from removed_object where removed_at is null"))
    with op.batch_alter_table("removed_object") as table:
        table.alter_column("removed_at", existing_type=sa.DateTime(timezone=True), nullable=False)
