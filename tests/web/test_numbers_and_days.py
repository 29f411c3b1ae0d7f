"""Numbers, days and plurals as each language writes them in Morocco."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from web_service import Service

from core.localized_text import Language
from forms_service.locales import say, sentences
from forms_service.web.presentation import long_time, money

DAY = date(2026, 2, 1)
MOMENT = datetime(2026, 8, 5, 13, 7, tzinfo=UTC)


def spoken(service: Service, language: str, say_it: object) -> str:
    with service.app.test_request_context(f"/{language}/"):
        service.app.preprocess_request()
        return str(say_it())  # type: ignore[operator]


def test_days_have_their_moroccan_names(service: Service) -> None:
    assert spoken(service, "ar", lambda: long_time(DAY)) == "1 فبراير 2026"
    assert spoken(service, "fr", lambda: long_time(DAY)) == "1er février 2026"
    august = spoken(service, "ar", lambda: long_time(MOMENT))
    assert august == "5 غشت 2026 14:07", "Morocco's name of the month, Morocco's hour"
    assert spoken(service, "fr", lambda: long_time(MOMENT)) == "5 août 2026 14:07"


def test_amounts_are_written_as_on_the_papers(service: Service) -> None:
    arabic = spoken(service, "ar", lambda: money("1234.5", "MAD"))
    french = spoken(service, "fr", lambda: money("1234.5", "MAD"))
    assert arabic == "1\u202f234,50 درهم"
    assert french == "1\u202f234,50 DH"


ARABIC = {
    0: "zero",
    1: "one",
    2: "two",
    3: "few",
    10: "few",
    11: "many",
    99: "many",
    100: "other",
    103: "few",
}


@pytest.mark.parametrize("code", sorted(code for code, one in sentences().items() if len(one.ar) > 1))
def test_arabic_chooses_among_its_six_forms(code: str) -> None:
    sentence = sentences()[code]
    blanks = {name: "1" for form in sentence.ar.values() for name in re.findall(r"\{(\w+)\}", form)}
    for number, form in ARABIC.items():
        values = {**blanks, "n": number}
        assert say(code, Language.AR, **values) == sentence.ar[form].format(**values)


def test_digits_are_western_everywhere() -> None:
    for one in sentences().values():
        for text in (*one.ar.values(), *one.fr.values()):
            assert not re.search(r"[\u0660-\u0669\u06f0-\u06f9]", text), one.code
