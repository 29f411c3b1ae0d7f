"""What the test of every page's language takes for a foreign word, and what it lets pass."""

from __future__ import annotations

import pytest
from language_of_pages import foreign_words


@pytest.mark.parametrize(
    "text",
    [
        "أرسلوا ملف PDF أو صورة JPEG وPNG",
        "سجلوا برقم \u2068AB123456\u2069 لدى CNSS",
        "اسم الملف \u2068scan of the form\u2069 محفوظ",
        "12 سنة",
    ],
)
def test_what_an_arabic_page_may_say(text: str) -> None:
    assert foreign_words(text, "ar") == []


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("اختيار Choose الملفات", "ar", ["Choose"]),
        ("الرجوع إلى Accueil", "ar", ["Accueil"]),
        ("Votre demande مسودة est gardée", "fr", ["مسودة"]),
        ("Please choose a file", "fr", ["please", "choose", "file"]),
    ],
)
def test_what_a_reader_would_stumble_over(text: str, language: str, found: list[str]) -> None:
    assert foreign_words(text, language) == found


def test_a_french_word_that_looks_english_is_french() -> None:
    assert foreign_words("Cette page est introuvable.", "fr") == []
