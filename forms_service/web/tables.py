"""A table as a file for a spreadsheet, in either of two formats; nothing in it is ever run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Response, send_file

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDEST_COLUMN, _NARROWEST_COLUMN = 60, 10
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Cell = str | int | float | date | datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: a short name, the heads of its columns, its rows."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def as_csv(sheet: Sheet, name: str) -> Response:
    """The table as text that spreadsheets open as it is: UTF-8 with its mark, semicolons.

    A text that a spreadsheet would run as a formula is preceded by an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_harmless(one) for one in sheet.heads])
    writer.writerows([_harmless(cell) for cell in row] for row in sheet.rows)
    return _sent(out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", f"{name}.csv")


def as_xlsx(sheets: Iterable[Sheet], name: str, from_the_right: bool) -> Response:
    """The tables as a workbook; every text is stored as text, whatever it looks like."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name[:31])
        if from_the_right:
            page.right_to_left()
        page.freeze_panes(1, 0)
        for column, head in enumerate(sheet.heads):
            page.write_string(0, column, head, bold)
            widest = max([len(head), *(len(str(row[column])) for row in sheet.rows[:500])])
            page.set_column(column, column, min(max(widest + 2, _NARROWEST_COLUMN), _WIDEST_COLUMN))
        for number, row in enumerate(sheet.rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    page.write_datetime(number, column, cell.replace(tzinfo=None), moment)
                elif isinstance(cell, date):
                    page.write_datetime(number, column, cell, day)
                elif isinstance(cell, int | float):
                    page.write_number(number, column, cell)
                elif cell is not None:
                    page.write_string(number, column, cell)
    book.close()
    return _sent(out.getvalue(), XLSX, f"{name}.xlsx")


def _harmless(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if cell is None:
        return ""
    text = str(cell)
    if isinstance(cell, str) and text.startswith(_BEGINS_A_FORMULA):
        return "'" + text
    return text


def _sent(data: bytes, media_type: str, name: str) -> Response:
    return send_file(io.BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name)
