"""The record as a chain: names apart so that they can be erased, links, seals; nobody changes a line any more.

The lines there are become its first links, in the order they were written.
"""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from core.record_chain import BEGINNING, SALT_BYTES, commitment, digest, line_of

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_AT_ONCE = 1000
_UNCHANGED = ("audit", "audit_link")
_SEALED = ("number", "day", "last", "sealed_at", "content", "signature", "certificates")

_AUDIT = sa.table(
    "audit",
    *(
        sa.column("id"),
        sa.column("dossier_id"),
        sa.column("at", _TIME),
        sa.column("actor_id"),
        sa.column("actor_name"),
        sa.column("name_digest"),
        sa.column("action"),
        sa.column("details", sa.JSON(none_as_null=True)),
        sa.column("revision"),
    ),
)
_NAME = sa.table("audit_name", *(sa.column(one) for one in ("digest", "actor_id", "salt", "name")))
_LINK = sa.table("audit_link", *(sa.column(one) for one in ("position", "audit_id", "hash")))


def upgrade() -> None:
    _make_tables()
    op.add_column("audit", sa.Column("name_digest", sa.String(length=64), nullable=True))
    _take_names_out()
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_column("actor_name")
        batch_op.alter_column("name_digest", existing_type=sa.String(length=64), nullable=False)
        batch_op.drop_constraint("fk_audit_dossier_id_dossier", type_="foreignkey")
        batch_op.create_foreign_key(
            op.f("fk_audit_name_digest_audit_name"), "audit_name", ["name_digest"], ["digest"]
        )
        batch_op.create_index(op.f("ix_audit_name_digest"), ["name_digest"], unique=False)
    _link_lines()
    _refuse_changes()


def _make_tables() -> None:
    op.create_table(
        "audit_name",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("erased_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_audit_name")),
    )
    op.create_index(op.f("ix_audit_name_actor_id"), "audit_name", ["actor_id"])
    op.create_table(
        "audit_link",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_link_audit_id_audit")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_link")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_link_audit_id")),
    )
    op.create_table(
        "record_seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("sealed_at", _TIME, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("certificates", sa.Text(), nullable=False),
        sa.Column("time_stamp", sa.Text(), nullable=True),
        sa.Column("problem", sa.String(length=32), nullable=True),
        sa.Column("left_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_record_seal")),
        sa.UniqueConstraint("day", name=op.f("uq_record_seal_day")),
    )


def _take_names_out() -> None:
    connection = op.get_bind()
    people = connection.execute(sa.select(_AUDIT.c.actor_id, _AUDIT.c.actor_name).distinct()).all()
    for actor_id, name in people:
        salt = secrets.token_hex(SALT_BYTES)
        stands_for_it = commitment(salt, name)
        connection.execute(
            _NAME.insert().values(digest=stands_for_it, actor_id=actor_id, salt=salt, name=name)
        )
        of_this_name = (_AUDIT.c.actor_id == actor_id) & (_AUDIT.c.actor_name == name)
        connection.execute(_AUDIT.update().where(of_this_name).values(name_digest=stands_for_it))


def _link_lines() -> None:
    connection = op.get_bind()
    position, previous, last_id = 0, BEGINNING, 0
    while True:
        columns = [one for one in _AUDIT.c if one.name != "actor_name"]
        query = sa.select(*columns).where(_AUDIT.c.id > last_id).order_by(_AUDIT.c.id).limit(_AT_ONCE)
        rows = connection.execute(query).all()
        links = []
        for row in rows:
            position, last_id = position + 1, row.id
            previous = digest(_line(row, position, previous))
            links.append({"position": position, "audit_id": row.id, "hash": previous})
        if not links:
            return
        connection.execute(_LINK.insert(), links)


def _line(row: Any, position: int, previous: str) -> dict[str, object]:
    at: datetime = row.at if row.at.tzinfo else row.at.replace(tzinfo=UTC)
    return line_of(
        position=position,
        previous=previous,
        at=at,
        actor=row.actor_id,
        name=row.name_digest,
        action=row.action,
        dossier=row.dossier_id,
        revision=row.revision,
        details=json.loads(json.dumps(row.details)),
    )


def _refuse_changes() -> None:
    """Let the database itself refuse what would rewrite the record, whoever asks for it."""
    if op.get_bind().dialect.name == "postgresql":
        _refuse_on_postgresql()
    else:
        _refuse_on_sqlite()


def _refuse_on_sqlite() -> None:
    for table in _UNCHANGED:
        for change in ("update", "delete"):
            op.execute(
                f"create trigger {table}_no_{change} before {change} on {table} "
                "begin select raise(abort, 'the record cannot be changed'); end"
            )
    op.execute(
        "create trigger record_seal_no_delete before delete on record_seal "
        "begin select raise(abort, 'the record cannot be changed'); end"
    )
    op.execute(
        f"create trigger record_seal_no_update before update of {', '.join(_SEALED)} on record_seal "
        "begin select raise(abort, 'the record cannot be changed'); end"
    )
    op.execute(
        "create trigger record_seal_stamped before update of time_stamp on record_seal "
        "when old.time_stamp is not null "
        "begin select raise(abort, 'the record cannot be changed'); end"
    )


def _refuse_on_postgresql() -> None:
    op.execute(
        "create function record_unchanged() returns trigger language plpgsql as "
        "$$ begin raise exception 'the record cannot be changed'; end $$"
    )
    for table in (*_UNCHANGED, "record_seal"):
        changes = "update or delete" if table in _UNCHANGED else "delete"
        op.execute(
            f"create trigger {table}_unchanged before {changes} on {table} "
            "for each row execute function record_unchanged()"
        )
        op.execute(
            f"create trigger {table}_whole before truncate on {table} "
            "for each statement execute function record_unchanged()"
        )
    op.execute(
        f"create trigger record_seal_sealed before update of {', '.join(_SEALED)} on record_seal "
        "for each row execute function record_unchanged()"
    )
    op.execute(
        "create trigger record_seal_stamped before update of time_stamp on record_seal "
        "for each row when (old.time_stamp is not null) execute function record_unchanged()"
    )


def _allow_changes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function record_unchanged() cascade")
        return
    for table in _UNCHANGED:
        for change in ("update", "delete"):
            op.execute(f"drop trigger {table}_no_{change}")
    for trigger in ("no_delete", "no_update", "stamped"):
        op.execute(f"drop trigger record_seal_{trigger}")


def downgrade() -> None:
    """Back to lines that stand alone; a name that was erased is empty, and lines of lost dossiers name none."""
    _allow_changes()
    op.drop_table("record_seal")
    op.drop_table("audit_link")
    op.add_column("audit", sa.Column("actor_name", sa.String(length=200), nullable=True))
    connection = op.get_bind()
    named = sa.select(sa.func.coalesce(_NAME.c.name, "")).where(_NAME.c.digest == _AUDIT.c.name_digest)
    connection.execute(_AUDIT.update().values(actor_name=named.scalar_subquery()))
    dossiers = sa.select(sa.table("dossier", sa.column("id")).c.id)
    connection.execute(_AUDIT.update().where(_AUDIT.c.dossier_id.not_in(dossiers)).values(dossier_id=None))
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_audit_name_digest"))
        batch_op.drop_constraint(op.f("fk_audit_name_digest_audit_name"), type_="foreignkey")
        batch_op.drop_column("name_digest")
        batch_op.alter_column("actor_name", existing_type=sa.String(length=200), nullable=False)
        batch_op.create_foreign_key(op.f("fk_audit_dossier_id_dossier"), "dossier", ["dossier_id"], ["id"])
    op.drop_table("audit_name")
