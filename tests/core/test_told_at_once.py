"""Rules that one page can break by itself are told there; rules across pages are not."""

from __future__ import annotations

from datetime import date

import pytest

from core.completeness import assess_completeness
from core.dossier import Dossier, FieldValue, Origin
from core.scope import build_scope, row_variables
from core.told_at_once import broken_in_row, broken_on_page
from forms_service.spec_catalogue import SpecCatalogue

ON = date(2026, 3, 2)


@pytest.fixture(scope="module")
def spec():
    return SpecCatalogue.load().get("311-1-14")


def _dossier(spec, answers, children=()):
    values = {name: FieldValue(value, Origin.SCREEN) for name, value in answers.items()}
    return Dossier(form_id=spec.id, version=spec.version, values=values, groups={"children": tuple(children)})


@pytest.mark.parametrize(
    ("born", "told"), [("2030-01-01", True), ("2026-03-02", False), ("1988-03-05", False)]
)
def test_a_day_of_birth_ahead_is_told_where_it_was_typed(spec, born, told) -> None:
    dossier = _dossier(spec, {"assured.birth": born, "quality": "assured"})
    fields = [one.id for section in spec.sections if section.id == "assured" for one in section.fields()]
    broken = broken_on_page(spec, fields, build_scope(spec, dossier, ON))
    assert ("assured.birth" in broken) is told


def test_what_depends_on_other_pages_waits(spec) -> None:
    dossier = _dossier(
        spec, {"nature": "initial_or_additional", "children_to_declare": 3, "quality": "assured"}
    )
    scope = build_scope(spec, dossier, ON)
    fields = [one.id for one in spec.fields() if one.kind != "signature"]
    assert broken_on_page(spec, fields, scope) == {}, "V04 and V06 look at the children and the papers"
    assert any(
        one.subject == "children_to_declare" for one in assess_completeness(spec, dossier, ON).findings
    )


def test_too_few_children_is_told_at_once(spec) -> None:
    dossier = _dossier(spec, {"nature": "initial_or_additional", "children_to_declare": 0})
    fields = ["nature", "children_to_declare"]
    assert set(broken_on_page(spec, fields, build_scope(spec, dossier, ON))) == {"children_to_declare"}


def test_of_two_children_the_one_not_yet_born_is_told_beside_its_date(spec) -> None:
    rows = [{"birth": "2019-04-01"}, {"birth": "2028-04-01"}]
    dossier, group = _dossier(spec, {}, rows), spec.group("children")
    scope = build_scope(spec, dossier, ON)
    told = []
    for number, row in enumerate(rows, start=1):
        seen = row_variables(group, row, number, scope)
        told.append(broken_in_row(spec, group, number, scope.with_variables(child=seen)))
    assert told[0] == {}
    assert set(told[1]) == {"birth"}
    assert "Enfant 2" in told[1]["birth"].fr
    subjects = [one.subject for one in assess_completeness(spec, dossier, ON).findings]
    assert "children.2.birth" in subjects
    assert "children.1.birth" not in subjects
