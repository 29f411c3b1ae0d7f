"""What the reviewers' queue and the figures count is found in indexes: the rows themselves are wide and sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_COUNTED = (
    ("ix_dossier_queue", "dossier", ["state", "deposited_at", "id", "erased_at"], None),
    ("ix_dossier_arrivals", "dossier", ["deposited_at", "form_id", "id", "decided_at"], None),
    # what is not erased is nearly all there is: as the first column it drew queries to the wrong index
    ("ix_dossier_decided", "dossier", ["decided_at"], "erased_at IS NULL"),
    ("ix_dossier_changed", "dossier", ["changed_at"], "erased_at IS NULL"),
    ("ix_audit_action", "audit", ["action", "at", "dossier_id", "id"], None),
    (
        "ix_extraction_counted",
        "extraction",
        [
            "dossier_id",
            "field_id",
            "verdict",
            "attachment_id",
            "decision",
            "decided_by",
            "decided_at",
            "reason",
        ],
        None,
    ),
    ("ix_attachment_removed", "attachment", ["id"], "removed_at IS NOT NULL"),
    ("ix_account_agency", "account", ["agency"], "agency <> ''"),
)
_BEFORE = (
    ("ix_dossier_state", "dossier", ["state"]),
    ("ix_dossier_queue", "dossier", ["state", "deposited_at"]),
    ("ix_dossier_arrivals", "dossier", ["deposited_at", "form_id"]),
    ("ix_dossier_decided", "dossier", ["erased_at", "decided_at"]),
    ("ix_dossier_changed", "dossier", ["erased_at", "changed_at"]),
    ("ix_audit_action", "audit", ["action", "at"]),
    ("ix_extraction_dossier_id", "extraction", ["dossier_id"]),
)


def upgrade() -> None:
    for name, table, _ in _BEFORE:
        op.drop_index(name, table)
    for name, table, columns, condition in _COUNTED:
        where = None if condition is None else sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _, _ in _COUNTED:
        op.drop_index(name, table)
    for name, table, columns in _BEFORE:
        op.create_index(name, table, columns)
