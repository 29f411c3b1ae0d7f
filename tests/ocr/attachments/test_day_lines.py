"""Which lines are read again for a day that is not on them: each costs many looks."""

from __future__ import annotations

import numpy as np
import pytest

from forms_service.ocr.arabic_lines import ArabicWord
from forms_service.ocr.attachments import day_lines
from forms_service.ocr.attachments.arabic_writing import ReadLine
from forms_service.ocr.attachments.written_lines import find_lines
from tests.ocr.attachments.drawn import drawn_page

PIXELS = drawn_page("marriage_act")[0].pixels


def read_again(monkeypatch: pytest.MonkeyPatch, *texts: str) -> list[str]:
    """The lines of a page that were looked at again, each once."""
    line = find_lines(PIXELS)[0]
    lines = [
        ReadLine(line, tuple(ArabicWord(word, 0.95, 0.0, 0.1) for word in text.split())) for text in texts
    ]
    again: list[ReadLine] = []
    monkeypatch.setattr(day_lines, "_with_day", lambda _, read, __: again.append(read) or read)
    assert day_lines.with_lost_days(np.asarray(PIXELS), lines) == lines
    return [" ".join(word.text for word in read.words) for read in again]


def test_a_word_that_names_no_date_costs_no_look(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_again(monkeypatch, "كل يوم عمل", "حررت هذه النسخة") == ["حررت هذه النسخة"]


def test_a_page_of_dates_costs_six_lines_and_those_that_say_so_first(monkeypatch: pytest.MonkeyPatch) -> None:
    years = [f"الميزانية السنوية 20{at}" for at in range(20, 30)]
    said = ["حررت هذه النسخة", "سلمت هذه الشهادة"]
    again = read_again(monkeypatch, *years, *said)
    assert len(again) == day_lines.MOST_LINES == 6
    assert set(said) < set(again)
