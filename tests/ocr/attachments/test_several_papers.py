"""Which pages of one file are one document, from facts that are given: no recogniser runs here."""

from __future__ import annotations

import numpy as np
import pytest

from forms_service.ocr.attachments.facts import DISAGREED, ReadFact
from forms_service.ocr.attachments.page_reading import ReadPage
from forms_service.ocr.attachments.reader import _described
from forms_service.ocr.attachments.recognition import UNKNOWN, Recognition
from forms_service.ocr.attachments.several_papers import Paper, papers_in
from forms_service.ocr.attachments.writing import PageWriting
from forms_service.ocr.page_text import PageText
from forms_service.spec_catalogue import SpecCatalogue
from tests.ocr.attachments.drawn import ON

Said = dict[str, object]


def papers(class_id: str, *said: Said, unrecognised: tuple[int, ...] = (), sure: float = 0.88) -> list[Paper]:
    """The documents of a file whose pages say this; as in the reader, the surest page gives a fact."""
    pages = [
        ReadPage(number, PageWriting(np.full((4, 4), 255, np.uint8), PageText(())))
        for number in range(1, len(said) + 1)
    ]
    seen = [
        Recognition(
            UNKNOWN if page.number in unrecognised else class_id, 0.0 if page.number in unrecognised else 0.9
        )
        for page in pages
    ]

    def facts_of(_: str, on_pages: list[ReadPage]) -> dict[str, ReadFact]:
        found: dict[str, ReadFact] = {}
        for page in on_pages:
            found = {name: ReadFact(value, sure) for name, value in said[page.number - 1].items()} | found
        return found

    return papers_in(pages, seen, class_id, facts_of)


KARIM, SARA, YASSINE = {"name.ar": "كريم التازي"}, {"child.ar": "سارة العلوي"}, {"child.ar": "ياسين العلوي"}
HUSBAND, INSURED = {"husband": "Karim TAZI"}, {"registration": "123456789"}


@pytest.mark.parametrize(
    ("class_id", "one", "other"),
    [
        ("adoption_act", KARIM | SARA, KARIM | YASSINE),
        ("guardianship_act", SARA, YASSINE),
        ("adoul_certificate", SARA, YASSINE),
        ("filiation_act", SARA, YASSINE),
        ("marriage_act", HUSBAND | {"wife": "Sara ALAOUI"}, HUSBAND | {"wife": "Hind BENNIS"}),
        ("divorce_act", {"wife.ar": "سارة العلوي"}, {"wife.ar": "هند بنيس"}),
        ("activity_proof", {"name": "Karim TAZI"}, {"name": "Omar TAZI"}),
        ("miner_certificate", {"name": "Karim TAZI"}, {"name": "Said OUALI"}),
        ("sn_honour", {"name": "Karim TAZI"}, {"name.ar": "سعيد الوالي"}),
        ("birth_extract", {"birth": "2020-05-01", "act": "12"}, {"birth": "2020-05-01", "act": "13"}),
        ("birth_extract", {"birth": "2020-05-01", "first": "Sara"}, {"birth": "2020-05-01", "first": "Yassine"}),
    ],
)  # fmt: skip
def test_papers_of_two_people_are_two(class_id: str, one: Said, other: Said) -> None:
    found = papers(class_id, one, other)
    assert [paper.numbers for paper in found] == [(1,), (2,)]
    assert [dict((name, fact.value) for name, fact in paper.facts.items()) for paper in found] == [one, other]
    assert [paper.doubtful for paper in found] == [(), ()]


@pytest.mark.parametrize(
    ("class_id", "one", "other"),
    [
        ("adoption_act", SARA, {"child.ar": "ساره العلوى"}),
        ("marriage_act", HUSBAND | {"wife": "Sara ALAOUI"}, {"husband": "Kareem TAZI", "wife": "Sarah ALAOUI"}),
        ("activity_proof", {"name": "Karim TAZI"}, {"name.ar": "كريم التازي"}),
        ("activity_proof", {"name": "Karim TAZI"}, {"name": "TAZI Karim"}),
        ("cnss_card", INSURED | {"name": "Karim TAZI"}, INSURED | {"name": "Service Central"}),
        ("identity_card", {"number": "BK123456"}, {}),
        ("birth_extract", {"act": "12", "birth": "2020-05-01"}, {"act": "12", "birth": "2020-05-07"}),
    ],
)  # fmt: skip
def test_pages_of_one_person_are_one_paper(class_id: str, one: Said, other: Said) -> None:
    (paper,) = papers(class_id, one, other)
    assert (paper.numbers, paper.doubtful) == ((1, 2), ())


def test_first_pages_that_nothing_tells_apart_stay_together_and_none_is_believed() -> None:
    (paper,) = papers("adoption_act", KARIM | SARA, KARIM)
    assert paper.doubtful == (1, 2)
    assert {fact.confidence for fact in paper.facts.values()} == {DISAGREED}
    types = SpecCatalogue.load().types
    told = _described(types, paper, types.classes["adoption_act"], ON).warnings
    assert [one.code for one in told] == ["perhaps_several"]
    assert "Pages 1, 2" in told[0].message.fr and "1، 2" in told[0].message.ar


def test_unsure_names_part_nothing_but_are_told() -> None:
    (paper,) = papers("adoption_act", SARA, YASSINE, sure=0.8)
    assert paper.doubtful == (1, 2)


def test_a_page_that_looks_like_nothing_goes_on_with_the_paper_before_it() -> None:
    first, second = papers("adoption_act", SARA, {"name.ar": "عمر بنيس"}, YASSINE, {}, unrecognised=(2, 4))
    assert (first.numbers, second.numbers) == ((1, 2), (3, 4))
    assert (first.doubtful, second.doubtful) == ((), ())


def test_a_third_side_of_a_card_is_told() -> None:
    (paper,) = papers("identity_card", {}, {}, {})
    assert paper.doubtful == (1, 2, 3)
