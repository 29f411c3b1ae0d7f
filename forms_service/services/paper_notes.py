"""What a reading says of a paper without finding anything wrong with it, apart from what it does find wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from core.localized_text import LocalizedText

_NOTES = ("several_documents",)
"""Sentences that tell what was done with a file and ask nobody to do anything."""


def remarks(told: Iterable[LocalizedText]) -> list[LocalizedText]:
    """What is to be looked at or mended."""
    return [one for one in told if not _is_note(one)]


def notes(told: Iterable[LocalizedText]) -> list[LocalizedText]:
    """What is only good to know: «this file holds two papers, each is read for itself»."""
    return [one for one in told if _is_note(one)]


def _is_note(told: LocalizedText) -> bool:
    return any(pattern.fullmatch(told.fr) for pattern in _patterns())


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    from forms_service.ocr.attachments.warnings import SENTENCES

    return tuple(
        re.compile(".+".join(map(re.escape, re.split(r"\{\w+\}", SENTENCES[code].fr))), re.DOTALL)
        for code in _NOTES
    )
