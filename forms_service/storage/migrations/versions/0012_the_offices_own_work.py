"""Names found however they are spelled, who holds a dossier, four eyes, rehearsals kept, accounts that are closed."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from core.name_sounds import index_words

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True)
_ADDED = {
    "account": [
        sa.Column("agency", sa.String(length=64), server_default="", nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
    ],
    "dossier": [
        sa.Column("held_by", sa.String(length=32), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
    ],
    "extraction": [sa.Column("decision_reason", sa.String(length=32), nullable=True)],
    "audit": [sa.Column("revision", sa.Integer(), nullable=True)],
}
_INDEXES = {
    "ix_dossier_held_by": ("dossier", ["held_by"]),
    "ix_dossier_queue": ("dossier", ["state", "deposited_at"]),
    "ix_dossier_arrivals": ("dossier", ["deposited_at", "form_id"]),
    "ix_audit_at": ("audit", ["at"]),
    "ix_audit_action": ("audit", ["action", "at"]),
    "ix_audit_actor": ("audit", ["actor_id", "at"]),
}


def upgrade() -> None:
    # Not in batches: that would make tables anew that rows of others refer to.
    for table, columns in _ADDED.items():
        for column in columns:
            op.add_column(table, column)
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns, unique=False)
    _make_tables()
    _index_known_names()


def _make_tables() -> None:
    op.create_table(
        "name_word",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("dossier_id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=128), nullable=False),
        sa.Column("word", sa.String(length=80), nullable=False),
        sa.Column("sound", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_name_word_dossier_id_dossier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_word")),
    )
    for column in ("word", "sound"):
        op.create_index(op.f(f"ix_name_word_{column}"), "name_word", [column], unique=False)
    op.create_index("ix_name_word_source", "name_word", ["dossier_id", "source"], unique=False)
    op.create_table(
        "decision_proposal",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("dossier_id", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("despite_gaps", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.String(length=32), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled", sa.String(length=16), nullable=True),
        sa.Column("settled_by", sa.String(length=32), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_decision_proposal_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_proposal")),
    )
    for column in ("dossier_id", "settled"):
        op.create_index(op.f(f"ix_decision_proposal_{column}"), "decision_proposal", [column], unique=False)
    op.create_table(
        "rehearsal",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("form_id", sa.String(length=64), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("variant", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("figures", _JSON, nullable=False),
        sa.Column("rehearsed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsal")),
    )
    op.create_index("ix_rehearsal_form", "rehearsal", ["form_id", "form_version"], unique=False)


def _index_known_names() -> None:
    """The names given so far: the person a dossier is for, and every answer that is asked in two scripts."""
    connection = op.get_bind()
    word = sa.table("name_word", *(sa.column(one) for one in ("dossier_id", "source", "word", "sound")))
    rows = [
        {"dossier_id": dossier, "source": source, "word": one.word[:80], "sound": one.sound[:80]}
        for dossier, source, name in _known_names(connection)
        for one in index_words(name)
    ]
    for start in range(0, len(rows), 1000):
        connection.execute(sa.insert(word), rows[start : start + 1000])


def _known_names(connection: sa.Connection) -> Iterator[tuple[str, str, str]]:
    dossier = sa.table("dossier", sa.column("id"), sa.column("owner_name"))
    for dossier_id, name in connection.execute(sa.select(dossier)):
        yield dossier_id, "owner", name or ""
    answer = sa.table(
        "answer",
        sa.column("dossier_id"),
        sa.column("space"),
        sa.column("name"),
        sa.column("value", _JSON),
        sa.column("superseded_at"),
    )
    current = sa.select(answer.c.dossier_id, answer.c.name, answer.c.value).where(
        answer.c.space == "field", answer.c.superseded_at.is_(None)
    )
    given = connection.execute(current).all()
    twins = {one.name.removesuffix(".ar") for one in given if one.name.endswith(".ar")}
    for dossier_id, name, value in given:
        if name.removesuffix(".ar") in twins and value and isinstance(value.get("value"), str):
            yield dossier_id, name, value["value"]


def downgrade() -> None:
    op.drop_table("rehearsal")
    op.drop_table("decision_proposal")
    op.drop_table("name_word")
    for name, (table, _) in reversed(_INDEXES.items()):
        op.drop_index(name, table)
    for table, columns in _ADDED.items():
        for column in reversed(columns):
            op.drop_column(table, column.name)
