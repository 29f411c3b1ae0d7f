"""What the published specs look like on paper, in millimetres."""

from __future__ import annotations

import pytest

from core.placement import WidgetKind
from forms_service.render.layout import VARIANTS, lay_out, layout_problems
from forms_service.spec_catalogue import SpecCatalogue

FORMS = ["311-1-14", "310-1-32"]
HAND_CELL_MM = 5.0
CELLS = {"birth": 8, "id_no": 10, "registration": 9, "postcode": 5, "mobile": 10, "rib": 24}


every_print = pytest.mark.parametrize("variant", VARIANTS, ids=["usual", "large"])


@every_print
@pytest.mark.parametrize("form_id", FORMS)
def test_every_word_fits_its_place(catalogue: SpecCatalogue, form_id: str, variant: str) -> None:
    problems = layout_problems(catalogue.get(form_id), variant)
    assert [one.message.fr for one in problems] == []


@every_print
@pytest.mark.parametrize("form_id", FORMS)
def test_every_printed_answer_has_its_place(catalogue: SpecCatalogue, form_id: str, variant: str) -> None:
    spec = catalogue.get(form_id)
    placed = {one.field_id for one in lay_out(spec, variant).layout.placements}
    assert placed == {one.id for one in spec.printed_fields()}


@pytest.mark.parametrize("form_id", FORMS)
def test_everything_that_is_filled_in_stands_on_the_first_page(
    catalogue: SpecCatalogue, form_id: str
) -> None:
    layout = lay_out(catalogue.get(form_id)).layout
    assert {one.page for one in layout.placements} == {1}
    assert layout.pages > 1


@every_print
@pytest.mark.parametrize("form_id", FORMS)
def test_comb_cells_leave_room_for_a_hand(catalogue: SpecCatalogue, form_id: str, variant: str) -> None:
    layout = lay_out(catalogue.get(form_id), variant).layout
    combs = [one for one in layout.placements if one.widget is WidgetKind.COMB]
    assert combs
    for one in combs:
        assert one.comb and one.box.width / one.comb >= HAND_CELL_MM, one.field_id
        wanted = CELLS.get(one.field_id.rpartition(".")[2])
        assert wanted in (None, one.comb), one.field_id


@pytest.mark.parametrize("form_id", FORMS)
def test_rows_stand_left_to_right_as_written(catalogue: SpecCatalogue, form_id: str) -> None:
    spec = catalogue.get(form_id)
    layout = lay_out(spec).layout
    for section in spec.sections:
        for row in section.rows:
            if isinstance(row, tuple):
                boxes = [layout.of_field(one.id)[0].box for one in row if one.printed]
                assert [box.x for box in boxes] == sorted(box.x for box in boxes)
