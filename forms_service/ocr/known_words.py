"""Asks a list of known names and places for a second opinion on an Arabic line nobody confirmed.

The list only chooses among readings that the ink nearly supports, and what it chose goes to a
person.  A clear reading, or one that another reader confirmed, is never measured against it: most
people's names stand on no list.
"""

from __future__ import annotations

import math
import os
import re
from functools import cache
from pathlib import Path

from core.localized_text import Script
from forms_service.ocr.arabic_reader import nearly_read
from forms_service.ocr.crops import Ink
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.looks import DoubtedLine, LineReading

FOLDER = Path(__file__).parent / "lexicons"

SWITCH = "FORMS_LEXICONS"
"""Set to ``off`` in the environment, readings are what the readers alone say: so figures are taken."""

NEARLY = 0.05
"""A reading is nearly supported by the ink when it is at least this likely beside the likeliest."""

KNOWN_WEIGHT = 4.0
"""Natural logarithms of likelihood that a line of known words weighs."""

CLEAR = 0.9
"""A reading this sure stands as it is."""

_WORD = re.compile(r"[\u0621-\u064a]+")
_FOLDED = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ؤ": "و", "ئ": "ي", "ة": "ه", "ء": None})
_IN_ADDRESSES = (
    "شارع زنقة حي رقم عمارة إقامة دوار تجزئة بلوك شقة طابق ساحة طريق كلم مكرر ابن بن بنت أبو بو عبد سيدي مولاي "
    "لالة آيت أولاد بني أم"
)


def folded(word: str) -> str:
    """The word without what spellers and readers of Arabic confuse: hamzas, final ye and te."""
    return word.translate(_FOLDED)


def share_known(text: str) -> float:
    """Share of the line's Arabic words that stand on a list, with or without the article."""
    words = [folded(word) for word in _WORD.findall(text)]
    known = _known()
    found = [word for word in words if word in known or word.removeprefix("ال") in known]
    return len(found) / len(words) if words else 0.0


def settled_by_list(reading: LineReading, ink: Ink) -> LineReading:
    """The line as it was read, or, where nobody confirmed it, as the ink nearly says in known words."""
    if not _is_open(reading) or os.environ.get(SWITCH) == "off":
        return reading
    lines = nearly_read(ink)
    if not lines or lines[0].text != reading.text:
        return reading
    likely = [line for line in lines if line.confidence >= NEARLY * lines[0].confidence > 0.0]
    best = max(likely, key=lambda one: math.log(one.confidence) + KNOWN_WEIGHT * share_known(one.text))
    if best.text == reading.text:
        return reading
    return DoubtedLine(best.text, best.confidence, False, Script.ARAB, Doubt.SETTLED_BY_LIST)


def _is_open(reading: LineReading) -> bool:
    settled = isinstance(reading, DoubtedLine) and reading.doubt is Doubt.SETTLED_BY_TWIN
    unconfirmed = not reading.agreed and not settled and reading.confidence < CLEAR
    return bool(reading.text) and unconfirmed and reading.script is Script.ARAB


@cache
def _known() -> frozenset[str]:
    words = {folded(word) for word in _IN_ADDRESSES.split()}
    for path in sorted(FOLDER.glob("*.txt")):
        words.update(path.read_text(encoding="utf-8").split())
    return frozenset(words)
