"""Columns with personal data lie sealed: what is there stays open until it is sealed anew, in the background.

On the way back every value is opened, which takes the master key.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

from forms_service.storage.unsealing import Opener

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_SEALED: tuple[tuple[str, str, sa.types.TypeEngine], ...] = (
    ("dossier", "owner_name", sa.String(200)),
    ("dossier", "receipt", sa.JSON()),
    ("dossier", "decision_note", sa.Text()),
    ("answer", "value", sa.JSON()),
    ("answer", "raw", sa.Text()),
    ("answer", "problem", sa.JSON()),
    ("answer_group", "rows", sa.JSON()),
    ("attachment", "filename", sa.String(255)),
    ("attachment", "message", sa.JSON()),
    ("attachment", "facts", sa.JSON()),
    ("attachment", "warnings", sa.JSON()),
    ("attachment", "valid_until", sa.String(10)),
    ("attachment", "decision_reason", sa.Text()),
    ("extraction", "raw", sa.Text()),
    ("extraction", "value", sa.JSON()),
    ("extraction", "evidence", sa.JSON()),
    ("honour_declaration", "text", sa.JSON()),
    ("earlier_receipt", "receipt", sa.JSON()),
    ("receipt_revocation", "note", sa.Text()),
    ("correction_request", "message", sa.Text()),
    ("stack_file", "name", sa.String(255)),
    ("stack_file", "message", sa.JSON()),
    ("stack_sheet", "seen", sa.JSON()),
    ("stack_sheet", "message", sa.JSON()),
    ("stack_sheet", "remarks", sa.JSON()),
    ("left_page", "file", sa.String(255)),
    ("left_page", "message", sa.JSON()),
    ("left_page", "reason", sa.Text()),
    ("kept_typing", "typed", sa.JSON()),
    ("account_holder", "first_name", sa.String(100)),
    ("account_holder", "identity_number", sa.String(16)),
    ("account_holder", "birth", sa.String(10)),
    ("account_holder", "phone", sa.String(16)),
    ("account_holder", "email", sa.String(120)),
    ("course_event", "by_name", sa.String(200)),
    ("course_event", "note", sa.Text()),
    ("outcome_paper", "content", sa.JSON()),
    ("outcome_paper", "issued_by", sa.String(200)),
    ("decision_proposal", "note", sa.Text()),
    ("decision_proposal", "settled_note", sa.Text()),
    ("register_rows", "held", sa.JSON()),
    ("webhook_delivery", "body", sa.Text()),
    ("webhook", "url", sa.Text()),
)
"""Table, column, and what it was before."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return  # keeps texts of any length in a column of any type
    for table, column, before in _SEALED:
        if not isinstance(before, sa.Text):
            op.alter_column(table, column, type_=sa.Text(), postgresql_using=f'"{column}"::text')


def downgrade() -> None:
    bind = op.get_bind()
    opener = Opener(bind, context.config.attributes.get("masters"))
    for table, column, before in _SEALED:
        opener.lay_open(table, column, is_json=isinstance(before, sa.JSON))
        if bind.dialect.name != "sqlite" and not isinstance(before, sa.Text):
            cast = before.compile(bind.dialect)
            op.alter_column(table, column, type_=before, postgresql_using=f'"{column}"::{cast}')
