"""Labels in two languages, with their footnote marks raised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from core.localized_text import Direction, Language, LocalizedText
from forms_service.render.artwork import POINT_MM, Align, Path, Words
from forms_service.render.typography import text_width_mm

_MARK_SIZE = 0.72
_MARK_RISE_EM = 0.32
_MARK_GAP = 0.35


@dataclass(frozen=True, slots=True)
class LabelLine:
    """One label in one language; its marks follow the last word in reading order."""

    text: str
    marks: str
    language: Language
    size_pt: float
    bold: bool = False

    @property
    def width(self) -> float:
        """Length in millimetres, marks included."""
        width = text_width_mm(self.text, self.size_pt, bold=self.bold)
        return width + _MARK_GAP + self._marks_width() if self.marks else width

    def enlarged(self, factor: float) -> LabelLine:
        """The same line in larger type; never in smaller."""
        return replace(self, size_pt=self.size_pt * factor) if factor > 1.0 else self

    def _marks_width(self) -> float:
        return text_width_mm(self.marks, self.size_pt * _MARK_SIZE, bold=self.bold)

    def pieces(self, x: float, baseline: float, align: Align = Align.LEFT, *, path: Path = ()) -> list[Words]:
        """The line set at ``x``, which is its left, middle or right according to ``align``."""
        width = self.width
        left = x - width * {Align.LEFT: 0.0, Align.CENTRE: 0.5, Align.RIGHT: 1.0}[align]
        if not self.marks:
            return [Words(self.text, left, baseline, self.size_pt, self.language, bold=self.bold, path=path)]
        leading = self._marks_width() + _MARK_GAP
        is_rtl = self.language.direction is Direction.RTL
        text_left, marks_left = (
            (left + leading, left) if is_rtl else (left, left + width - leading + _MARK_GAP)
        )
        raised = baseline - _MARK_RISE_EM * self.size_pt * POINT_MM
        words = Words(self.text, text_left, baseline, self.size_pt, self.language, bold=self.bold, path=path)
        marks = replace(
            words, text=self.marks, x=marks_left, baseline=raised, size_pt=self.size_pt * _MARK_SIZE
        )
        return [words, marks]


def printed_mark(mark: str) -> str:
    """A footnote's mark as it is printed: ``(1)``."""
    return f"({mark.strip('()')})"


def label_lines(
    label: LocalizedText, marks: Iterable[str], size_pt: float, *, bold: bool = False
) -> tuple[LabelLine, LabelLine]:
    """The French and the Arabic line of a label.

    Marks written at the end of either wording stay in that language only, as on the source form;
    marks written in neither are added to both.
    """
    french, french_marks, arabic, arabic_marks = _words_and_marks(label, tuple(marks))
    return (
        LabelLine(french, french_marks, Language.FR, size_pt, bold),
        LabelLine(arabic, arabic_marks, Language.AR, size_pt, bold),
    )


@lru_cache(maxsize=1024)
def _words_and_marks(label: LocalizedText, marks: tuple[str, ...]) -> tuple[str, str, str, str]:
    """French, its marks, Arabic, its marks; kept while a form is tried in size after size."""
    wanted = [printed_mark(mark) for mark in marks]
    french, french_marks = _without_trailing(label.fr, wanted)
    arabic, arabic_marks = _without_trailing(label.ar, wanted)
    unwritten = [mark for mark in wanted if mark not in french_marks and mark not in arabic_marks]
    return french, "".join(french_marks + unwritten), arabic, "".join(arabic_marks + unwritten)


def _without_trailing(text: str, marks: list[str]) -> tuple[str, list[str]]:
    found: list[str] = []
    text = text.rstrip()
    while True:
        mark = next((mark for mark in marks if text.endswith(mark)), None)
        if mark is None:
            return text, found
        found.insert(0, mark)
        text = text.removesuffix(mark).rstrip()
