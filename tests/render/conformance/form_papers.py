"""The papers under examination: each kind of each form."""

from __future__ import annotations

import random
from collections.abc import Callable

from core.form_spec import FormSpec
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.material import TUNING
from forms_service.render.form_pdf import render_blank, render_filled
from forms_service.render.layout import lay_out
from forms_service.render.paper_grid import LARGE

FORMS = ("311-1-14", "310-1-32")


def _answers(spec: FormSpec) -> dict:
    return invent_answers(spec, lay_out(spec).layout, TUNING, random.Random(20))


KINDS: dict[str, Callable[[FormSpec], bytes]] = {
    "blank": render_blank,
    "referenced": lambda spec: render_blank(spec, "AF-2026-000123"),
    "filled": lambda spec: render_filled(spec, _answers(spec), "AF-2026-000123"),
    "flattened": lambda spec: render_filled(spec, _answers(spec), "AF-2026-000123", flatten=True),
    "large": lambda spec: render_filled(spec, _answers(spec), "AF-2026-000123", variant=LARGE),
}
