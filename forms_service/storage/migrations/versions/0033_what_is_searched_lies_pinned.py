"""Logins, numbers and names lie sealed and are found by whoever asks for them.

What is there is pinned when the service starts, before anything is searched.  On the way back every value is
opened, which takes the master key.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

from forms_service.storage.unsealing import Opener

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_STEMS = (
    ("account", "login_stem"),
    ("dossier", "registration_stem"),
    ("name_word", "start"),
    ("name_word", "stem"),
)
_PINNED = (
    ("account", "login", "number", 64, 160),
    ("dossier", "registration", "number", 32, 160),
    ("name_word", "word", "name_word.word", 80, 400),
    ("name_word", "sound", "name_word.sound", 80, 400),
)
"""Table, column, place, length before, length from now on."""


_SEALED = (
    ("account", "name", 200),
    ("audit_name", "name", None),
    ("audit_name", "salt", 32),
    ("erasure", "reason", None),
    ("legal_hold", "reason", None),
)


def upgrade() -> None:
    op.create_table(
        "account_word",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        *(sa.Column(name, sa.String(400), nullable=False) for name in ("word", "sound")),
        *(sa.Column(name, sa.String(64), nullable=False) for name in ("start", "stem")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_word_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_word")),
    )
    for column in ("account_id", "sound", "start", "stem"):
        op.create_index(op.f(f"ix_account_word_{column}"), "account_word", [column])
    for table, column, before in _SEALED:
        if before is not None:
            _set_type(table, column, sa.Text())
    op.drop_index(op.f("ix_name_word_word"), "name_word")
    for table, column in _STEMS:
        op.add_column(table, sa.Column(column, sa.String(64), nullable=False, server_default=""))
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    for table, column, _, _, length in _PINNED:
        _set_type(table, column, sa.String(length))


def downgrade() -> None:
    opener = Opener(op.get_bind(), context.config.attributes.get("masters"))
    for table, column, place, length, _ in _PINNED:
        opener.lay_open_pinned(table, column, place)
        _set_type(table, column, sa.String(length))
    for table, column, length in _SEALED:
        opener.lay_open(table, column, is_json=False)
        if length is not None:
            _set_type(table, column, sa.String(length))
    op.drop_table("account_word")
    for table, column in _STEMS:
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
        op.drop_column(table, column)
    op.create_index(op.f("ix_name_word_word"), "name_word", ["word"])


def _set_type(table: str, column: str, kind: sa.types.TypeEngine) -> None:
    """SQLite keeps texts of any length; making tables anew to which others refer is not worth it."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column(table, column, type_=kind)
