"""What readers tell people: in both languages, and politely in each."""

from __future__ import annotations

import re

import pytest

from core.localized_text import LocalizedText
from forms_service.ocr.attachments import warnings
from forms_service.ocr.doubts import DOUBT_SENTENCES, Doubt
from forms_service.ocr.page_messages import PAGE_SENTENCES, PageCode
from forms_service.ocr.page_text import _GIVEN_UP
from forms_service.ocr.refusals import _SENTENCES as REFUSALS

SENTENCES: dict[str, LocalizedText] = {
    **{f"page {code}": sentence for code, sentence in PAGE_SENTENCES.items()},
    **{f"doubt {code}": sentence for code, sentence in DOUBT_SENTENCES.items()},
    **{f"refusal {code}": sentence for code, sentence in REFUSALS.items()},
    **{f"warning {code}": sentence for code, sentence in warnings.SENTENCES.items()},
    "page text": _GIVEN_UP,
}

SINGULAR = re.compile(
    r"(?<!\w)ف?(أعد|أضف|اختر|تحقق|أرسل|أرفق|اطبع|صور|التقط|امسح|قرب|قسم|أزل|انتظر|ضع|راجع)(ها|ه)?(?!\w)"
    r"|يمكنك(?!م)|\w+ته[.]"
)
"""Orders to one person; the polite plural ends in «وا»."""

FAMILIAR = re.compile(
    r"\b(tu|toi|ton|ta|tes|ajoute|vérifie|envoie|reprends|imprime|choisis|recommence)\b", re.I
)


def test_every_code_has_its_sentence():
    assert set(PAGE_SENTENCES) == set(PageCode)
    assert set(DOUBT_SENTENCES) == set(Doubt)


@pytest.mark.parametrize("name", SENTENCES)
def test_people_are_addressed_in_the_polite_plural(name):
    sentence = SENTENCES[name]
    assert not SINGULAR.search(sentence.ar), sentence.ar
    assert not FAMILIAR.search(sentence.fr), sentence.fr


@pytest.mark.parametrize("singular", ["أعد مسحها", "إذا كانت فأضفها إلى", "تحقق من الملف", "يمكنك إيداعها"])
def test_the_singular_would_be_noticed(singular):
    assert SINGULAR.search(singular)
