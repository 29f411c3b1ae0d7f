"""Messages that wait or were given up are found without looking at all that ever left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    unsent = sa.text("sent_at IS NULL AND given_up_at IS NULL")
    op.create_index(
        "ix_letter_waiting", "letter", ["written_at"], sqlite_where=unsent, postgresql_where=unsent
    )
    given_up = sa.text("given_up_at IS NOT NULL")
    op.create_index(
        "ix_letter_given_up_at", "letter", ["given_up_at"], sqlite_where=given_up, postgresql_where=given_up
    )


def downgrade() -> None:
    op.drop_index("ix_letter_given_up_at", "letter")
    op.drop_index("ix_letter_waiting", "letter")
