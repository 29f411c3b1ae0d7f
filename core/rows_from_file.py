"""Rows of a group as a CSV file: the layout an employer's software writes, and one that a spreadsheet opens.

Layout: the first line names the columns, by the ids of the group's fields or their labels in either
language, in any order; then one line a row.  Separated by semicolons, commas or tabs; UTF-8 (with or
without byte order mark) or Windows-1252.  Dates, amounts and codes are written as on screen.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.dates_in_text import fold_letters
from core.errors import InvalidValue
from core.field_kinds import Answer, kind_of
from core.form_spec import FieldSpec, Group
from core.localized_text import LocalizedText

_T = LocalizedText
_SEPARATORS = ";\t,"
_FORMULA = ("=", "+", "-", "@")

UNREADABLE = _T(
    "تعذرت قراءة هذا الملف. احفظوه بصيغة CSV (UTF-8) ثم أرسلوه من جديد. لم يتغير شيء.",
    "Ce fichier ne peut pas être lu. Enregistrez-le en CSV (UTF-8) et renvoyez-le. Rien n'a été modifié.",
)
NO_COLUMN = _T(
    "لا يعرف السطر الأول أي عمود. ابدؤوا الملف بسطر الأعمدة: {columns}. لم يتغير شيء.",
    "La première ligne ne nomme aucune colonne connue. Commencez le fichier par : {columns}. Rien n'a été modifié.",
)
UNKNOWN_COLUMN = _T(
    "العمود «{column}» غير معروف. الأعمدة هي: {columns}. لم يتغير شيء.",
    "La colonne « {column} » est inconnue. Les colonnes sont : {columns}. Rien n'a été modifié.",
)
TWICE = _T(
    "العمود «{column}» مذكور مرتين. لم يتغير شيء.",
    "La colonne « {column} » figure deux fois. Rien n'a été modifié.",
)
NO_ROW = _T(
    "لا يتضمن الملف أي سطر بعد سطر الأعمدة. لم يتغير شيء.",
    "Le fichier n'a aucune ligne sous celle des colonnes. Rien n'a été modifié.",
)
TOO_MANY = _T(
    "يتضمن الملف {n} سطرا، والحد الأقصى هو {maximum}. لم يتغير شيء.",
    "Le fichier a {n} lignes ; le maximum est {maximum}. Rien n'a été modifié.",
)


@dataclass(frozen=True, slots=True)
class FileMistake:
    """What is wrong in a file, with its line from 1 as a spreadsheet counts."""

    line: int
    column: str
    message: LocalizedText


@dataclass(frozen=True, slots=True)
class FileRows:
    """The rows of a file as written, by field id, and what is not valid in them."""

    rows: tuple[Mapping[str, str], ...]
    mistakes: tuple[FileMistake, ...]


def rows_from_csv(data: bytes, group: Group) -> FileRows:
    """Read the rows of a group.

    What a cell says wrongly is kept as written and named; it keeps nobody from taking the rest over.

    Raises:
        InvalidValue: The file as a whole cannot be used; the message says why, and nothing is taken.
    """
    lines = _lines(_text(data))
    if not lines:
        raise InvalidValue(UNREADABLE, code="unreadable_file")
    columns = _columns(lines[0][1], group)
    body = [(number, cells) for number, cells in lines[1:] if any(cell.strip() for cell in cells)]
    if not body:
        raise InvalidValue(NO_ROW, code="no_row")
    if len(body) > group.maximum:
        raise InvalidValue(TOO_MANY.fill(n=len(body), maximum=group.maximum), code="too_many_rows")
    rows, mistakes = [], []
    for number, cells in body:
        row = {
            field.id: cell.strip()
            for field, cell in zip(columns, cells, strict=False)
            if field is not None and cell.strip()
        }
        rows.append(row)
        mistakes += _mistakes(number, row, group)
    return FileRows(tuple(rows), tuple(mistakes))


def rows_as_csv(rows: Iterable[Mapping[str, Answer]], group: Group) -> bytes:
    """The rows as a file that ``rows_from_csv`` reads back and spreadsheets open, formulas disarmed."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    fields = list(group.fields)
    writer.writerow([one.id for one in fields])
    for row in rows:
        writer.writerow([_cell(row.get(one.id)) for one in fields])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: Answer) -> str:
    if value is None or value is False:
        return ""
    text = "1" if value is True else ",".join(value) if isinstance(value, list) else str(value)
    return (
        "'" + text if text.startswith(_FORMULA) and not text.lstrip("+-").replace(".", "").isdigit() else text
    )


def _text(data: bytes) -> str:
    if b"\x00" in data:
        raise InvalidValue(UNREADABLE, code="unreadable_file")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidValue(UNREADABLE, code="unreadable_file")


def _lines(text: str) -> list[tuple[int, list[str]]]:
    head = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        return [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        raise InvalidValue(UNREADABLE, code="unreadable_file") from error


def _columns(heads: Sequence[str], group: Group) -> list[FieldSpec | None]:
    known: dict[str, FieldSpec] = {}
    for one in group.fields:
        names = (one.id,) if one.id.endswith(".ar") else (one.id, one.label.fr, one.label.ar)
        for name in names:
            known.setdefault(_folded(name), one)
    every = ";".join(one.id for one in group.fields)
    found = [known.get(_folded(head)) for head in heads]
    if not any(found):
        raise InvalidValue(NO_COLUMN.fill(columns=every), code="no_column")
    seen: set[str] = set()
    for head, field in zip(heads, found, strict=True):
        if field is None and head.strip():
            raise InvalidValue(UNKNOWN_COLUMN.fill(column=head.strip(), columns=every), code="unknown_column")
        if field is not None and field.id in seen:
            raise InvalidValue(TWICE.fill(column=head.strip()), code="column_twice")
        if field is not None:
            seen.add(field.id)
    return found


def _folded(head: str) -> str:
    return " ".join(fold_letters(head).split())


def _mistakes(number: int, row: Mapping[str, str], group: Group) -> list[FileMistake]:
    found = []
    for one in group.fields:
        if one.id in row:
            try:
                kind_of(one).parse(row[one.id], one)
            except InvalidValue as wrong:
                found.append(FileMistake(number, one.id, wrong.message))
    return found
