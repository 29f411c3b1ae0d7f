"""How the holder of an account is reached, one-time codes, and messages that wait to be sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from forms_service.storage.models import UtcTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_holder",
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("first_name", sa.String(100), server_default="", nullable=False),
        sa.Column("identity_number", sa.String(16), nullable=True),
        sa.Column("birth", sa.String(10), nullable=True),
        sa.Column("phone", sa.String(16), nullable=True),
        sa.Column("email", sa.String(120), nullable=True),
        sa.Column("language", sa.String(2), server_default="ar", nullable=False),
        sa.Column("notify_by", sa.JSON(none_as_null=True), server_default="[]", nullable=False),
        sa.Column("sessions_from", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_holder_account_id_account"),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_holder"),
    )
    op.create_table(
        "one_time_code",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=True),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("usable", sa.Boolean(), nullable=False),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("passed_at", UtcTime(), nullable=True),
        sa.Column("used_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_one_time_code_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_code"),
    )
    op.create_index("ix_one_time_code_made_at", "one_time_code", ["made_at"])
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    )
    op.create_index("ix_attempt_at", "attempt", ["at"])
    op.create_index("ix_attempt_subject_at", "attempt", ["subject", "at"])
    op.create_table(
        "letter",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("occasion", sa.String(32), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=True),
        sa.Column("dossier_id", sa.String(32), nullable=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("written_at", UtcTime(), nullable=False),
        sa.Column("useless_after", UtcTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.Column("given_up_at", UtcTime(), nullable=True),
        sa.Column("problem", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_letter_account_id_account"),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name="fk_letter_dossier_id_dossier"),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
    )
    op.create_index("ix_letter_account_id", "letter", ["account_id"])
    op.create_index("ix_letter_dossier_id", "letter", ["dossier_id"])


def downgrade() -> None:
    for table in ("letter", "attempt", "one_time_code", "account_holder"):
        op.drop_table(table)
