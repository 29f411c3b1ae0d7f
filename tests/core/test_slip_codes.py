"""What a correction slip says of itself, and the form it is."""

from __future__ import annotations

import random

import pytest

from core.correction_slip import (
    SLIP_DATE,
    SLIP_SIGNATURE,
    AskedAgain,
    answer_field,
    asked_by,
    is_slip,
    requested,
    slip_code,
    slip_fields,
    slip_spec,
)
from core.errors import DossierError
from core.placement import PageIdentity
from forms_service.spec_catalogue import SpecCatalogue

FORMS = ("311-1-14", "310-1-32")


@pytest.fixture(scope="module")
def catalogue() -> SpecCatalogue:
    return SpecCatalogue.load()


@pytest.mark.parametrize("form", FORMS)
def test_a_slips_code_says_what_it_asks(catalogue: SpecCatalogue, form: str) -> None:
    spec = catalogue.get(form)
    names = [one.id for one in slip_fields(spec)]
    chance = random.Random(3)
    for _ in range(50):
        fields = chance.sample(names, chance.randint(0, 9))
        documents = chance.sample([one.id for one in spec.documents], chance.randint(0, 2))
        asked = requested(spec, fields, documents).asked
        assert set(fields) <= set(asked.fields)
        code = slip_code(spec, asked)
        assert is_slip(code)
        assert asked_by(spec, code) == asked


def test_the_longest_code_fits_a_page_identity(catalogue: SpecCatalogue) -> None:
    for form in FORMS:
        spec = catalogue.get(form)
        everything = AskedAgain(
            tuple(one.id for one in slip_fields(spec)), tuple(one.id for one in spec.documents)
        )
        identity = PageIdentity(form, 1, 1, 3, "7K2M-9QXA-4D1C", slip_code(spec, everything))
        assert len(identity.variant) <= 64
        assert PageIdentity.decode(identity.encode()) == identity


@pytest.mark.parametrize("code", ["", "L", "C", "CX1", "C1X", "CG", "C" + "F" * 60, "C1XFFFFFFFFFF"])
def test_what_is_no_slip_of_the_form_is_told(catalogue: SpecCatalogue, code: str) -> None:
    assert asked_by(catalogue.get("310-1-32"), code) is None


def test_a_request_is_sorted_into_what_paper_can_ask(catalogue: SpecCatalogue) -> None:
    spec = catalogue.get("311-1-14")
    request = requested(
        spec,
        ["spouse.last", "assured.birth", "children.2.birth", "pensioner", "children", "children.15.birth"],
        ["school.2", "id_assured", "no_such"],
    )
    assert request.asked.fields == ("assured.birth", "spouse.last", "spouse.last.ar", "children.2.birth")
    assert request.asked.documents == ("id_assured", "school")
    assert request.left_out == ("pensioner", "children", "children.15.birth", "no_such")


def test_the_slip_is_a_form_with_the_same_answers(catalogue: SpecCatalogue) -> None:
    spec = catalogue.get("311-1-14")
    asked = requested(
        spec, ["assured.id_kind", "assured.birth", "spouse.work", "children.2.birth"], ["marriage"]
    ).asked
    slip = slip_spec(spec, asked)
    assert (slip.id, slip.version) == (spec.id, spec.version)
    assert [one.id for one in slip.printed_fields()] == [*asked.fields, SLIP_DATE, SLIP_SIGNATURE]
    for name in ("assured.birth", "spouse.work"):
        mine, theirs = slip.field(name), spec.field(name)
        assert (mine.kind, mine.comb, mine.label) == (theirs.kind, theirs.comb, theirs.label)
        assert [one.value for one in mine.choices] == [one.value for one in theirs.choices]
    assert [section.title.fr for section in slip.sections if section.title][-1] == "Enfant 2"
    assert [one.id for one in slip.documents] == ["marriage"]


def test_the_slips_signature_is_the_forms_where_that_is_asked(catalogue: SpecCatalogue) -> None:
    spec = catalogue.get("311-1-14")
    slip = slip_spec(spec, AskedAgain(("sign",)))
    assert [one.id for one in slip.printed_fields()] == [SLIP_DATE, "sign"]


def test_a_slip_cannot_ask_what_the_form_lacks(catalogue: SpecCatalogue) -> None:
    with pytest.raises(DossierError, match=r"no\.such") as caught:
        slip_spec(catalogue.get("311-1-14"), AskedAgain(("no.such",)))
    assert "311-1-14" in caught.value.message.ar


def test_an_answer_is_found_in_any_row(catalogue: SpecCatalogue) -> None:
    spec = catalogue.get("311-1-14")
    found = answer_field(spec, "children.12.birth")
    assert found is not None
    assert (found.id, found.kind) == ("children.12.birth", "date")
    assert answer_field(spec, "assured.birth") is spec.field("assured.birth")
    for name in ("children.21.birth", "children.0.birth", "children.1.nothing", "nothing"):
        assert answer_field(spec, name) is None
