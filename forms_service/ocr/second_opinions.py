"""Asks again before a Latin line is taken as it stands: the ink's own marks, and a look of another kind.

Looks of one model make the same small mistakes.  What they agree on must also fit the accents and
dots measured in the ink; an e-mail address, where every dot counts, must be read the same by a
model of another language.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from core.localized_text import Script
from forms_service.ocr.crops import Ink
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.engine import TextEngine
from forms_service.ocr.letter_marks import dots_on_line, has_unexplained_mark
from forms_service.ocr.look_alikes import mend_latin
from forms_service.ocr.looks import FIRST_LOOKS, LATIN_LOOKS, DoubtedLine, LineReading, Look
from forms_service.ocr.underscores import restore_underscores


def confirmed_latin(line: LineReading, ink: Ink, engine: TextEngine) -> LineReading:
    """The line as it is, or doubted when its accents do not fit the ink or another look."""
    if not line.agreed or line.script is not Script.LATN:
        return line
    if has_unexplained_mark(line.text, ink):
        return _doubted(line, _accented(line.text, ink, engine), Doubt.UNEXPLAINED_MARK)
    if _bare(line.text) != line.text and _seen(ink, engine, LATIN_LOOKS[FIRST_LOOKS]) != line.text:
        return _doubted(line, line.text, Doubt.READINGS_DISAGREE)
    return line


def confirmed_email(line: LineReading, ink: Ink, engine: TextEngine, charset: str | None) -> LineReading:
    """The address as it is, or doubted when another model or the dots on the line say otherwise."""
    if not line.agreed:
        return line
    others = []
    for look in LATIN_LOOKS[:FIRST_LOOKS]:
        shown, mode = look.of(ink)
        seen = engine.read(shown, "eng", mode, charset).text
        others.append(restore_underscores(" ".join(seen.split()), ink))
        if others[-1] == line.text:
            break
    dots = dots_on_line(ink)
    if line.text in others:
        fits = line.text.count(".") == dots
        return line if fits else _doubted(line, line.text, Doubt.UNEXPLAINED_MARK)
    fitting = [text for text in (line.text, *others) if text.count(".") == dots]
    return _doubted(line, fitting[0] if fitting else line.text, Doubt.READINGS_DISAGREE)


def _doubted(line: LineReading, text: str, doubt: Doubt) -> DoubtedLine:
    return DoubtedLine(text, line.confidence, False, line.script, doubt)


def _accented(text: str, ink: Ink, engine: TextEngine) -> str:
    """The same words as another look sees them, if that one has a letter for every mark."""
    for seen in _further(ink, engine):
        if _bare(seen) == _bare(text) and not has_unexplained_mark(seen, ink):
            return seen
    return text


def _further(ink: Ink, engine: TextEngine) -> Iterator[str]:
    return (_seen(ink, engine, look) for look in LATIN_LOOKS[FIRST_LOOKS:])


def _seen(ink: Ink, engine: TextEngine, look: Look) -> str:
    shown, mode = look.of(ink)
    return mend_latin(engine.read(shown, "fra", mode).text)


def _bare(text: str) -> str:
    """The text without its accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
