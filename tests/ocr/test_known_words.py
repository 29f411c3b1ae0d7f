"""The lists of known words choose only where nobody confirmed a line, and only among what the ink says."""

from __future__ import annotations

import numpy as np
import pytest

from core.localized_text import Script
from forms_service.ocr import known_words
from forms_service.ocr.arabic_lines import ArabicLine
from forms_service.ocr.crops import PAPER, ink_of
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.known_words import FOLDER, SWITCH, folded, settled_by_list, share_known
from forms_service.ocr.looks import DoubtedLine, LineReading

INK = ink_of(np.full((60, 300), PAPER, np.uint8))
NEAR = (("خديحة", 0.5), ("خديجة", 0.3))


def _reading(text: str, confidence: float, agreed: bool = False) -> LineReading:
    return LineReading(text, confidence, agreed, Script.ARAB)


@pytest.fixture
def nearly(monkeypatch):
    def say(*lines: tuple[str, float]) -> None:
        monkeypatch.setattr(known_words, "nearly_read", lambda _: [ArabicLine(*line) for line in lines])

    return say


def test_the_nearly_read_known_name_is_proposed_and_doubted(nearly):
    nearly(*NEAR)
    settled = settled_by_list(_reading("خديحة", 0.5), INK)
    assert isinstance(settled, DoubtedLine)
    assert (settled.text, settled.agreed, settled.doubt) == ("خديجة", False, Doubt.SETTLED_BY_LIST)


@pytest.mark.parametrize(
    ("reading", "near"),
    [
        (_reading("خديحة", 0.5, agreed=True), NEAR),  # another reader confirmed it
        (_reading("خديحة", 0.95), (("خديحة", 0.95), ("خديجة", 0.04))),  # clear
        (_reading("خديحة", 0.8), (("خديحة", 0.8), ("خديجة", 0.01))),  # the ink does not nearly say so
        (_reading("خديحة", 0.5), (("خديحة", 0.5), ("خدبحة", 0.3))),  # none is known
        (DoubtedLine("خديحة", 0.5, False, Script.ARAB, Doubt.SETTLED_BY_TWIN), NEAR),
        (LineReading("Khadiha", 0.5, False, Script.LATN), NEAR),
    ],
)
def test_otherwise_the_line_stays_as_it_was_read(nearly, reading, near):
    nearly(*near)
    assert settled_by_list(reading, INK) == reading


def test_the_lists_can_be_left_out(nearly, monkeypatch):
    nearly(*NEAR)
    monkeypatch.setenv(SWITCH, "off")
    assert settled_by_list(_reading("خديحة", 0.5), INK).text == "خديحة"


def test_words_are_known_with_or_without_article_and_hamza():
    assert share_known("الرباط") == share_known("أكادير") == share_known("اكادير") == 1.0
    assert share_known("شارع ظصضثق") == 0.5
    assert share_known("12") == 0.0


def test_the_lists_hold_folded_single_words_once():
    for name in ("names", "places"):
        words = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split()
        assert words == sorted(set(words))
        assert all(folded(word) == word for word in words)
    assert "CC0" in (FOLDER / "README.md").read_text(encoding="utf-8")
