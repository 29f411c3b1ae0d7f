"""Says where a rule or a figure stands, for people who have never seen how sources are cited in the files."""

from __future__ import annotations

import re

from core.localized_text import LocalizedText

_PAGE = re.compile(r"002(?: L[\dL, \-]+)?(?: \(answers? (?P<numbers>[\d, ]+)\))?(?:, .*)?\Z")
_FORM = re.compile(r"form (?P<form>[\w-]+)(?:, .*)?\Z")
_PAGE_NAME = LocalizedText("صفحة «أسئلة وأجوبة» للصندوق", "page « Questions et réponses » de la Caisse")


def source_in_words(source: str) -> LocalizedText:
    """The page or form a source names; the citation as it stands where it names another."""
    if match := _PAGE.match(source):
        numbers = match["numbers"]
        if not numbers:
            return _PAGE_NAME
        many = "," in numbers
        return LocalizedText(
            f"{_PAGE_NAME.ar}، {'الأجوبة' if many else 'الجواب'} {numbers.replace(',', '،')}",
            f"{_PAGE_NAME.fr}, {'réponses' if many else 'réponse'} {numbers}",
        )
    if match := _FORM.match(source):
        return LocalizedText(f"الاستمارة \u2066{match['form']}\u2069", f"formulaire {match['form']}")
    return LocalizedText(source, source)
