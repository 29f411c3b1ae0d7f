"""Reads the two spellings of one name together, where the ink of the Arabic one leaves room.

The Latin half of a name is read almost without mistakes.  Where the Arabic recogniser hesitated
between readings, the one that spells the same name is proposed.  It is never taken from a list and
never against clear ink, and it no longer confirms the Latin one: a person looks at it.
"""

from __future__ import annotations

import math

from core.localized_text import Script
from forms_service.ocr.arabic_reader import nearly_read
from forms_service.ocr.crops import Ink
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.looks import DoubtedLine, LineReading
from forms_service.ocr.name_scripts import is_same_name, name_difference

NEARLY = 0.01
"""A reading is nearly supported by the ink when it is at least this likely beside the likeliest."""

ALIKE_ENOUGH = 0.02
"""Two spellings this near leave nothing to settle."""

SPELLING_WEIGHT = 20.0
"""Natural logarithms of likelihood that a whole difference in spelling weighs."""


def settled_arabic(arabic: LineReading, ink: Ink, latin: LineReading) -> LineReading:
    """The Arabic spelling as it was read, or as the ink nearly says and the Latin spelling confirms."""
    if not _may_settle(arabic, latin) or name_difference(latin.text, arabic.text) <= ALIKE_ENOUGH:
        return arabic
    readings = nearly_read(ink)
    if not readings or (readings[0].text != arabic.text and is_same_name(latin.text, arabic.text)):
        return arabic
    least = NEARLY * readings[0].confidence
    likely = [
        (math.log(one.confidence) - SPELLING_WEIGHT * name_difference(latin.text, one.text), one)
        for one in readings
        if one.confidence >= least > 0.0
    ]
    best = max(likely, key=lambda one: one[0])[1] if likely else readings[0]
    if best.text == arabic.text or not is_same_name(latin.text, best.text):
        return arabic
    return DoubtedLine(best.text, best.confidence, False, Script.ARAB, Doubt.SETTLED_BY_TWIN)


def _may_settle(arabic: LineReading, latin: LineReading) -> bool:
    read = bool(arabic.text and latin.text)
    return read and arabic.script is Script.ARAB and latin.script is Script.LATN and latin.agreed
