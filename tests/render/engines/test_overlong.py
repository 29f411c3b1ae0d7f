"""What does not fit is refused, in fields and flattened; nothing is cut in silence."""

from __future__ import annotations

import pytest
from conftest import Paper

from core.errors import RenderError
from core.localized_text import Direction, Script
from core.placement import WidgetKind
from forms_service.render.appearance import base_direction
from forms_service.render.form_pdf import render_filled

LONG = {Script.ARAB: "عبد الرحمان بن محمد الهواري ", Script.LATN: "Abderrahmane El Haouari "}
COMBS = {"registration_number", "identity_number", "phone", "postal_code", "rib"}


@pytest.mark.parametrize("flatten", [False, True], ids=["fields", "flattened"])
@pytest.mark.parametrize("name", ["311-1-14", "310-1-32", "small"])
def test_an_overlong_value_is_refused_by_name(name: str, flatten: bool, papers: dict[str, Paper]) -> None:
    paper = papers[name]
    tried = 0
    for field, place, text in paper.written():
        if place.widget is WidgetKind.TEXT and not text.replace("/", "").replace(".", "").isdigit():
            script = Script.ARAB if base_direction(text, place.script) is Direction.RTL else Script.LATN
            value = (LONG[script] * 60).strip()
        elif field.kind in COMBS:
            value = "1" * 40
        else:
            continue
        tried += 1
        with pytest.raises(RenderError) as refused:
            render_filled(paper.spec, {field.id: value}, flatten=flatten)
        assert field.label.fr in refused.value.message.fr
    assert tried >= 8
