"""Tables taken away hold what they held on the page, and nothing in them is ever run."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import openpyxl
import pytest
from flask import Flask

from core.localized_text import Language
from forms_service.web import tables
from forms_service.web.plots import WIDTH, bar_plot
from forms_service.web.tables import Sheet, as_csv, as_xlsx

EVIL = ["=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1"]
SHEET = Sheet(
    "الأعداد",
    ["اليوم", "=head"],
    [(date(2026, 3, 1), 5), (datetime(2026, 3, 1, 9, 30, tzinfo=UTC), -2), *((one, None) for one in EVIL)],
)


def body(response) -> bytes:
    response.direct_passthrough = False
    return response.get_data()


@pytest.fixture(autouse=True)
def in_a_request():
    with Flask(__name__).test_request_context():
        yield


def test_text_that_looks_like_a_formula_is_text() -> None:
    rows = list(
        csv.reader(io.StringIO(body(as_csv([SHEET], "x")).decode("utf-8-sig"), newline=""), delimiter=";")
    )
    assert rows[0] == ["اليوم", "'=head"]
    assert rows[1] == ["2026-03-01", "5"]
    assert rows[2] == ["2026-03-01 09:30", "-2"], "a number stays a number"
    assert [row[0] for row in rows[3:]] == ["'" + one for one in EVIL]


def test_a_workbook_holds_texts_numbers_and_days_and_no_formula() -> None:
    page = openpyxl.load_workbook(io.BytesIO(body(as_xlsx([SHEET], "x", True)))).active
    assert page.title == "الأعداد"
    assert page.sheet_view.rightToLeft
    assert page["B1"].value == "=head" and page["B1"].data_type == "s"
    assert page["A2"].value == datetime(2026, 3, 1) and page["B2"].value == 5  # noqa: DTZ001
    cells = [page.cell(row, 1) for row in range(4, 4 + len(EVIL))]
    assert {one.data_type for one in cells} == {"s"}
    assert cells[0].value == EVIL[0]


def test_a_plot_is_mirrored_for_readers_of_arabic() -> None:
    values = [("1", 4), ("2", 0), ("3", 8)]
    french, arabic = (bar_plot(values, one) for one in (Language.FR, Language.AR))
    assert [one.x for one in french.bars] == sorted(one.x for one in french.bars)
    assert [one.x for one in arabic.bars] == sorted((one.x for one in arabic.bars), reverse=True)
    for left, right in zip(french.bars, arabic.bars, strict=True):
        assert left.x + left.width == pytest.approx(WIDTH - right.x, abs=0.3)
        assert left.height == right.height
    assert french.bars[2].height == 2 * french.bars[0].height
    assert french.bars[1].height == 0
    assert [one.label for one in french.grid][-1] == "10"


def test_the_last_of_many_bars_has_its_words() -> None:
    labels = [one.label for one in bar_plot([(str(n), 0) for n in range(30)], Language.AR).bars]
    assert labels[-1] == "29" and 5 < sum(map(bool, labels)) < 13
    bars = bar_plot([(str(n), 0) for n in range(30)], Language.AR).bars
    on_a_phone = [one.label for one in bars if not one.dense]
    assert on_a_phone[-1] == "29" and 1 < sum(map(bool, on_a_phone)) < 5


def test_a_plot_of_nothing_is_still_a_plot() -> None:
    plot = bar_plot([], Language.FR)
    assert plot.bars == () and [one.label for one in plot.grid] == ["0", "1"]


def test_several_tables_stand_one_below_the_other_under_their_names() -> None:
    short = Sheet("Sums", ["Figure", "Value"], iter([("open", 3)]))
    text = body(as_csv([short, SHEET], "x")).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert rows[:5] == [["Sums"], ["Figure", "Value"], ["open", "3"], [], [SHEET.name]]
    assert rows[5] == ["اليوم", "'=head"]


def test_a_long_table_goes_on_on_further_pages_and_is_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    for rows, pages in ((0, 1), (2, 1), (5, 3)):
        long = Sheet("Record", ["n"], ((number,) for number in range(rows)))
        book = openpyxl.load_workbook(io.BytesIO(body(as_xlsx([long], "x", False))))
        assert len(book.worksheets) == pages
        held = [row[0] for page in book for row in page.iter_rows(min_row=2, values_only=True)]
        assert held == list(range(rows))
    assert book.sheetnames == ["Record", "Record 2", "Record 3"]
