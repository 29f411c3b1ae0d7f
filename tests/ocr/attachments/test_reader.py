"""The whole reader on drawn pages, in typefaces and wear it was not adjusted on."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from core.dates_in_text import fold_letters
from core.document_types import DocumentTypes
from core.errors import UnreadableDocument
from forms_service.ocr.attachments import read_attachment, writing
from forms_service.spec_catalogue import SpecCatalogue
from samples.drawing.documents import Case
from samples.drawing.paper import UNSEEN_TYPEFACES
from samples.drawing.people import invent
from samples.drawing.strangers import STRANGERS
from tests.ocr.attachments.drawn import ON, drawn_page, page_image

pytestmark = pytest.mark.tesseract


@pytest.fixture(scope="module")
def types() -> DocumentTypes:
    return SpecCatalogue.load().types


def same(read: object, true: object) -> bool:
    return sorted(fold_letters(str(read)).split()) == sorted(fold_letters(str(true)).split())


@pytest.mark.parametrize(
    ("name", "seed", "wear", "certain"),
    [
        ("identity_card", 3, "soft_focus", ("number", "birth", "expires", "last", "first")),
        ("bank_attestation", 4, "lamp_light", ("rib", "name", "issued")),
        ("judgment", 5, None, ("ipp_rate", "issued")),
        ("underground_work_certificate", 3, "wavy_paper", ("years_underground", "issued")),
        ("birth_extract", 4, None, ("birth", "issued", "act")),
    ],
)
def test_class_and_facts_are_read(
    types: DocumentTypes, name: str, seed: int, wear: str | None, certain: tuple[str, ...]
) -> None:
    page, true, class_id = drawn_page(name, seed, wear, rate=82, years=9)
    reading = read_attachment([page], types, on=ON)
    assert reading.class_id == class_id
    for fact in certain:
        assert same(reading.facts.get(fact), true[fact]), fact


def test_the_json_shape_is_the_contracts(types: DocumentTypes) -> None:
    page, _, _ = drawn_page("identity_card", 6)
    shape = json.loads(json.dumps(read_attachment([page], types, as_type="id_spouse", on=ON).as_dict()))
    assert {"type", "confidence", "facts", "valid_until", "warnings"} <= set(shape)
    assert shape["type"] == "id_spouse"
    assert shape["valid_until"] == shape["facts"]["expires"]
    assert shape["warnings"] == []


def test_a_class_that_serves_many_roles_is_named_itself(types: DocumentTypes) -> None:
    page, _, _ = drawn_page("identity_card", 6)
    assert read_attachment([page], types, on=ON).type == "identity_card"


def test_the_wrong_paper_is_told(types: DocumentTypes) -> None:
    page, _, _ = drawn_page("bank_attestation", 4)
    reading = read_attachment([page], types, as_type="marriage", on=ON)
    assert reading.type != "marriage"
    assert [warning.code for warning in reading.warnings] == ["other_kind"]
    assert "Acte de mariage" in reading.warnings[0].message.fr
    assert "عقد الزواج" in reading.warnings[0].message.ar


def test_an_expired_paper_is_told_on_the_day(types: DocumentTypes) -> None:
    page, true, _ = drawn_page("identity_card", 6)
    late = ON.replace(year=int(str(true["expires"])[:4]) + 1)
    codes = [warning.code for warning in read_attachment([page], types, on=late).warnings]
    assert codes == ["expired"]


def test_a_page_upside_down_or_on_its_side_is_read(types: DocumentTypes) -> None:
    page, true, class_id = drawn_page("bank_attestation", 4)
    for quarters in (1, 2):
        turned = page_image(np.rot90(page.pixels, quarters))
        reading = read_attachment([turned], types, on=ON)
        assert (reading.class_id, reading.facts.get("rib")) == (class_id, true["rib"])


@pytest.mark.parametrize("name", sorted(STRANGERS))
def test_a_paper_nobody_asked_for_is_unknown(types: DocumentTypes, name: str) -> None:
    chance = random.Random(f"stranger {name}")
    drawn = STRANGERS[name](Case(invent(chance), UNSEEN_TYPEFACES[1], chance))
    reading = read_attachment([page_image(drawn.pixels())], types, on=ON)
    assert reading.type == "unknown"
    assert "unrecognised" in [warning.code for warning in reading.warnings]
    assert dict(reading.facts) == {}


def test_front_and_back_on_two_pages_are_one_card(types: DocumentTypes) -> None:
    page, true, _ = drawn_page("identity_card", 9)
    middle = page.pixels.shape[0] // 2
    halves = [page_image(page.pixels[:middle], 1), page_image(page.pixels[middle:], 2)]
    reading = read_attachment(halves, types, on=ON)
    assert reading.class_id == "identity_card"
    assert (reading.facts["number"], reading.facts["birth"]) == (true["number"], true["birth"])
    assert "several_documents" not in [warning.code for warning in reading.warnings]


def test_both_sides_of_a_card_in_one_photo_are_one_card(types: DocumentTypes) -> None:
    page, true, _ = drawn_page("identity_card", 9)
    middle = page.pixels.shape[0] // 2
    front, back = page.pixels[:middle], page.pixels[middle : 2 * middle]
    height, width = front.shape
    table = np.full((height + 240, 2 * width + 360), 60, np.uint8)
    for side, x in ((front, 120), (back, width + 240)):
        table[120 : 120 + height, x : x + width] = side
    reading = read_attachment([page_image(table)], types, on=ON)
    assert reading.class_id == "identity_card"
    for fact in ("number", "last", "first", "birth", "expires"):
        assert same(reading.facts.get(fact), true[fact]), fact
    assert (reading.fact_confidences["number"], reading.others) == (0.99, ())


def test_two_papers_in_one_file_are_both_read(types: DocumentTypes) -> None:
    card, true, _ = drawn_page("identity_card", 6)
    bank, account, _ = drawn_page("bank_attestation", 4)
    reading = read_attachment([card, page_image(bank.pixels, 2)], types, as_type="bank", on=ON)
    assert (reading.type, reading.pages, reading.facts["rib"]) == ("bank", (2,), account["rib"])
    (other,) = reading.others
    assert (other.type, other.pages, other.facts["number"]) == ("identity_card", (1,), true["number"])
    (told,) = [one.message for one in reading.warnings if one.code == "several_documents"]
    assert "Carte nationale d'identité (CNI) (page 1), Attestation de compte bancaire (page 2)" in told.fr


def test_the_cards_of_two_people_in_one_file_are_two(types: DocumentTypes) -> None:
    cards = [drawn_page("identity_card", seed) for seed in (6, 12)]
    reading = read_attachment([cards[0][0], page_image(cards[1][0].pixels, 2)], types, on=ON)
    numbers = [reading.facts["number"], *(other.facts["number"] for other in reading.others)]
    assert numbers == [true["number"] for _, true, _ in cards]


def test_where_the_reader_of_latin_gives_up_the_arabic_is_still_read(
    types: DocumentTypes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(*_: object, **__: object) -> None:
        raise UnreadableDocument("too long", code="reading_timed_out")

    monkeypatch.setattr(writing, "read_page_text", give_up)
    page, true, class_id = drawn_page("birth_extract", 4)
    reading = read_attachment([page], types, on=ON)
    assert (reading.class_id, [warning.code for warning in reading.warnings]) == (class_id, ["half_read"])
    assert same(reading.facts["last.ar"], true["last.ar"]) and "last" not in reading.facts


def test_a_blank_page_is_not_even_read(types: DocumentTypes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "read_page_text", lambda *_, **__: pytest.fail("a blank page was read"))
    reading = read_attachment([page_image(np.full((1600, 1200), 250, np.uint8))], types, on=ON)
    assert [warning.code for warning in reading.warnings] == ["blank"]
