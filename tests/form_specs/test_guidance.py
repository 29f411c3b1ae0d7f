"""All answers of the fund's page: complete, in both languages, linked, and found by their own questions."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from core.guidance import PLACEHOLDER, GuidanceAnswer
from core.localized_text import Language, Script, dominant_script
from core.search_words import asked_words
from forms_service.guidance_search import GuidanceSearch, index_for
from forms_service.knowledge import Knowledge
from forms_service.spec_catalogue import load_spec, spec_files

SPECS = Path(__file__).parents[2] / "form_specs"
KNOWN = Knowledge.load(SPECS)
ANSWERS = list(KNOWN.guidance.answers())
ON = date(2026, 1, 1)
FORMS = {path.parent.name for path in spec_files(SPECS)}
IN_SOURCE = {"89b", "90b", "90c"}


def test_every_question_of_the_page_is_answered_once() -> None:
    expected = Counter([str(number) for number in range(1, 167)] + sorted(IN_SOURCE))
    assert Counter(one.reference for one in ANSWERS) == expected
    assert {one.reference for one in ANSWERS if one.question_in_source} == IN_SOURCE


def problems(answer: GuidanceAnswer) -> list[str]:
    """What a reader would stumble over."""
    text = KNOWN.guidance.text_of(answer, ON)
    both = [("question", answer.question), ("answer", text)] + (
        [("outdated", KNOWN.guidance.filled(answer.outdated, ON))] if answer.outdated else []
    )
    found = []
    for name, words in both:
        unquoted = re.sub("«[^»]*»", "x", words.ar)
        if dominant_script(unquoted) is not Script.ARAB or dominant_script(words.fr) is not Script.LATN:
            found.append(f"{name}: in the wrong language")
        if re.search("[\u0640\u064b-\u0650\u0652٠-٩]", words.ar):
            found.append(f"{name}: tatweel, vowel marks or other digits")
        if re.search(r" [،؛.؟]|[,;?](?=\s|$)", re.sub(r"[A-Za-z][^\u0600-\u06ff]*", "x", words.ar)):
            found.append(f"{name}: Arabic punctuation")
        if re.search(r"\w[;?!](\s|$)|\w:\s", words.fr):
            found.append(f"{name}: French punctuation")
        if PLACEHOLDER.search(words.ar + words.fr):
            found.append(f"{name}: a figure is not put in")
    if not answer.question.ar.endswith("؟") or not answer.question.fr.endswith(" ?"):
        found.append("question: no question mark")
    found += [f"no form {one}" for one in answer.procedures if one not in FORMS]
    found += [f"no calculator {one}" for one in answer.calculators if one not in KNOWN.calculators]
    return found


def test_answers_read_well_and_lead_somewhere() -> None:
    wrong = {one.reference: found for one in ANSWERS if (found := problems(one))}
    assert wrong == {}


def test_figures_that_are_shared_are_typed_nowhere() -> None:
    """A rate or deadline typed into a text would stay when the law changes it."""
    typed = re.compile(r"(?<![\d.,])(\d[\d\u202f.,]*)\s*(?:%|DH|jours|درهم|يوما)")
    telling = {
        answer.reference: typed.findall(answer.answer.fr + answer.answer.ar)
        for answer in ANSWERS
        if typed.search(answer.answer.fr + answer.answer.ar)
    }
    assert telling == {}


def test_calculators_and_procedures_name_answers_that_exist() -> None:
    ids = {one.id for one in ANSWERS}
    for calculator in KNOWN.calculators.values():
        assert set(calculator.answers) <= ids, calculator.id
    named = {
        name: path.parent.name
        for path in spec_files(SPECS)
        for listed in re.findall(r"^  guidance: \[(.*)\]", path.read_text("utf-8"), re.MULTILINE)
        for name in re.split(r",\s*", listed)
        if name
    }
    assert {name: form for name, form in named.items() if name not in ids} == {}


def test_the_published_form_and_the_shared_figures_agree() -> None:
    """311-1-14 was printed before figures were shared, and keeps its own."""
    own = {one.id: one for one in load_spec(SPECS / "311-1-14" / "v1.yaml").spec.parameters}
    pairs = {
        "first_rate": "fa_amount_first",
        "next_rate": "fa_amount_next",
        "first_children": "fa_first_children",
        "maximum_children": "fa_most_children",
    }
    for mine, shared in pairs.items():
        told = KNOWN.parameters.by_id[shared]
        assert [(one.value, one.since) for one in own[mine].values] == [
            (one.value, one.since) for one in told.values
        ]


@pytest.fixture(scope="module")
def search() -> GuidanceSearch:
    return GuidanceSearch(KNOWN.guidance, index_for(None))


@pytest.mark.parametrize("language", list(Language))
def test_nearly_every_question_finds_its_own_answer(search: GuidanceSearch, language: Language) -> None:
    lost = []
    for answer in ANSWERS:
        question = answer.question.in_language(language)
        assert asked_words(question)
        found = [one.answer.id for one in search.find(question, language, ON).found[:3]]
        if answer.id not in found:
            lost.append(answer.reference)
    assert len(lost) <= len(ANSWERS) * 0.03, lost
