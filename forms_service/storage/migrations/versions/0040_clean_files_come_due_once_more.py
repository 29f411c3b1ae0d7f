"""What was found clean before files came due once more comes due, too: thirty days after it was scanned."""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_A_MONTH_LATER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', scanned_at, '+30 days') || '000'",
    "postgresql": "scanned_at + interval '30 days'",
}


def upgrade() -> None:
    due = _A_MONTH_LATER[op.get_bind().dialect.name]
    op.execute(f"update virus_scan set due_at = {due} where verdict = 'clean' and due_at is null")  # noqa: S608


def downgrade() -> None:
    op.execute("update virus_scan set due_at = null where verdict = 'clean'")
