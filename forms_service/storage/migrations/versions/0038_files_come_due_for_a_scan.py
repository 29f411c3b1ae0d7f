"""Every file has a moment at which the virus scanner is asked about it, until there is an answer."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_FILES = (
    "select object_key from attachment where removed_at is null and origin <> 'screen'"
    " union select object_key from stack_file where object_key <> ''"
)


def upgrade() -> None:
    op.add_column("virus_scan", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("update virus_scan set due_at = scanned_at where verdict = 'not_scanned'")
    now = sa.literal(datetime.now(UTC), sa.DateTime(timezone=True))
    files = sa.text(_FILES).columns(sa.column("object_key", sa.String)).subquery()
    known = sa.table("virus_scan", *map(sa.column, ("object_key", "verdict", "told", "scanned_at", "due_at")))
    never = sa.select(files.c.object_key, sa.literal("not_scanned"), sa.literal("never_asked"), now, now)
    never = never.where(files.c.object_key.not_in(sa.select(known.c.object_key)))
    op.execute(known.insert().from_select(["object_key", "verdict", "told", "scanned_at", "due_at"], never))
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_virus_scan_due_at", "virus_scan", ["due_at"], sqlite_where=due, postgresql_where=due)


def downgrade() -> None:
    op.drop_index("ix_virus_scan_due_at", "virus_scan")
    op.execute("delete from virus_scan where told = 'never_asked'")
    op.drop_column("virus_scan", "due_at")
