"""What became of a stack is told by its files and sheets alone; stacks taken in before these move there."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True)
_TOLD = {
    True: {"ar": "أُضيفت الصفحة عند مسح المجموعة.", "fr": "Page classée lors du scan de la pile."},
    False: {"ar": "لم تُضف الصفحة آليا عند المسح.", "fr": "Page non classée automatiquement lors du scan."},
}
"""Which sentence was told then was not kept."""

_INTAKE = sa.table("intake", sa.column("id", sa.String), sa.column("files", _JSON), sa.column("pages", _JSON))
_FILE = sa.table(
    "stack_file",
    sa.column("intake_id", sa.String),
    sa.column("number", sa.Integer),
    sa.column("name", sa.String),
    sa.column("object_key", sa.String),
    sa.column("pages", sa.Integer),
)
_SHEET = sa.table(
    "stack_sheet",
    sa.column("intake_id", sa.String),
    sa.column("file", sa.Integer),
    sa.column("page", sa.Integer),
    sa.column("seen", _JSON),
    sa.column("fate", sa.String),
    sa.column("message", _JSON),
    sa.column("remarks", _JSON),
    sa.column("dossier_id", sa.String),
    sa.column("opened", sa.Boolean),
)


def upgrade() -> None:
    connection = op.get_bind()
    known = set(connection.scalars(sa.select(_FILE.c.intake_id)))
    for intake, files, pages in connection.execute(sa.select(_INTAKE)).all():
        if intake not in known:
            _move(connection, intake, files or [], pages or [])
    # Not in a batch: that would make the table anew, and rows refer to it.
    op.drop_column("intake", "files")
    op.drop_column("intake", "pages")


def _move(
    connection: sa.Connection, intake: str, files: list[dict[str, Any]], pages: list[dict[str, Any]]
) -> None:
    """One stack's lists as rows."""
    for number, (file, theirs) in enumerate(_pages_of_files(files, pages)):
        row = {"intake_id": intake, "number": number, "name": file["name"], "object_key": file["object"]}
        connection.execute(_FILE.insert().values(**row, pages=len(theirs)))
        for one in theirs:
            told = _TOLD[one["fate"] == "filed"]
            sheet = {"intake_id": intake, "file": number, "page": one["page"], "fate": one["fate"]}
            rest = {"seen": {}, "remarks": [], "opened": False, "dossier_id": one["dossier"]}
            connection.execute(_SHEET.insert().values(**sheet, **rest, message=told))


def _pages_of_files(
    files: list[dict[str, Any]], pages: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Every file with its pages, none lost where files have one name.

    Pages were listed file by file: where a page comes again, or a file that could not be opened (its page is 0)
    stands between, the next file of that name begins.
    """
    runs: dict[str, list[list[dict[str, Any]]]] = {}
    for one in pages:
        begun = runs.setdefault(one["file"], [[]])
        held = {other["page"] for other in begun[-1]}
        if one["page"] in held or (held and 0 in (one["page"], *held)):
            begun.append([])
        begun[-1].append(one)
    return [(file, runs[file["name"]].pop(0) if runs.get(file["name"]) else []) for file in files]


def downgrade() -> None:
    op.add_column("intake", sa.Column("files", _JSON, server_default="[]", nullable=False))
    op.add_column("intake", sa.Column("pages", _JSON, server_default="[]", nullable=False))
    connection = op.get_bind()
    for intake in connection.scalars(sa.select(_INTAKE.c.id)).all():
        files = connection.execute(
            sa.select(_FILE).where(_FILE.c.intake_id == intake).order_by(_FILE.c.number)
        ).all()
        sheets = connection.execute(
            sa.select(_SHEET).where(_SHEET.c.intake_id == intake).order_by(_SHEET.c.file, _SHEET.c.page)
        ).all()
        names = {one.number: one.name for one in files}
        listed = [{"name": one.name, "object": one.object_key} for one in files]
        fates = [
            {"file": names[one.file], "page": one.page, "fate": one.fate, "dossier": one.dossier_id}
            for one in sheets
            if one.fate is not None
        ]
        connection.execute(_INTAKE.update().where(_INTAKE.c.id == intake).values(files=listed, pages=fates))
