"""Tables as a file for a spreadsheet, in either of two formats; nothing in them is ever run.

However long a table is, it is written row by row while it is read, and none of it is left out.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from typing import IO, Any

from flask import Response, send_file, stream_with_context

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDEST_COLUMN, _NARROWEST_COLUMN = 60, 10
_LOOKED_AT = 500
"""Rows that decide how wide columns are, and rows of text sent at a time."""
MOST_ROWS = 1_000_000
"""Rows of one page of a workbook; spreadsheets take 1,048,576."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Cell = str | int | float | date | datetime | None
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: a short name, the heads of its columns, its rows."""

    name: str
    heads: Sequence[str]
    rows: Iterable[Row]


def as_csv(sheets: Sequence[Sheet], name: str) -> Response:
    """The tables as text that spreadsheets open as it is: UTF-8 with its mark, semicolons.

    Several tables stand one below the other, each under its name.  A text that a spreadsheet would run
    as a formula is preceded by an apostrophe.
    """
    response = Response(stream_with_context(_text_of(sheets)), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
    return response


def _text_of(sheets: Sequence[Sheet]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf"
    for number, sheet in enumerate(sheets):
        above: list[Row] = [[], [sheet.name]] if number else [[sheet.name]] if len(sheets) > 1 else []
        rows = chain(above, [sheet.heads], sheet.rows)
        while some := list(islice(rows, _LOOKED_AT)):
            out = io.StringIO()
            writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
            writer.writerows([_harmless(cell) for cell in row] for row in some)
            yield out.getvalue().encode("utf-8")


def as_xlsx(sheets: Iterable[Sheet], name: str, from_the_right: bool) -> Response:
    """The tables as a workbook; every text is stored as text, whatever it looks like."""
    import xlsxwriter

    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    styles = _Styles(
        book.add_format({"bold": True, "bottom": 1}),
        book.add_format({"num_format": "yyyy-mm-dd"}),
        book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    )
    for sheet in sheets:
        rows, part = iter(sheet.rows), 1
        while part == 1 or (more := next(rows, None)) is not None:
            begun = rows if part == 1 else chain([more], rows)
            page = book.add_worksheet(sheet.name[:31] if part == 1 else f"{sheet.name[:27]} {part}")
            if from_the_right:
                page.right_to_left()
            _write(page, sheet.heads, islice(begun, MOST_ROWS), styles)
            part += 1
    book.close()
    file.seek(0)
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx")


@dataclass(frozen=True, slots=True)
class _Styles:
    head: Any
    day: Any
    moment: Any


def _write(page: Any, heads: Sequence[str], rows: Iterator[Row], styles: _Styles) -> None:
    page.freeze_panes(1, 0)
    first = list(islice(rows, _LOOKED_AT))
    for column, head in enumerate(heads):
        page.write_string(0, column, head, styles.head)
        widest = max([len(head), *(len(str(row[column])) for row in first)])
        page.set_column(column, column, min(max(widest + 2, _NARROWEST_COLUMN), _WIDEST_COLUMN))
    for number, row in enumerate(chain(first, rows), 1):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                page.write_datetime(number, column, cell.replace(tzinfo=None), styles.moment)
            elif isinstance(cell, date):
                page.write_datetime(number, column, cell, styles.day)
            elif isinstance(cell, int | float):
                page.write_number(number, column, cell)
            elif cell is not None:
                page.write_string(number, column, cell)


def _harmless(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if cell is None:
        return ""
    text = str(cell)
    if isinstance(cell, str) and text.startswith(_BEGINS_A_FORMULA):
        return "'" + text
    return text
