"""What lint remarks on a form's paper: every remark has a form that deserves it, good forms get none."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from core.form_spec import FormSpec
from core.localized_text import Script, dominant_script
from core.placement import BoxMm, WidgetKind
from core.spec_parser import parse_spec
from forms_service.render import lint_advice
from forms_service.render.answer_misfits import fits
from forms_service.render.layout import lay_out, layout_problems
from forms_service.render.layout_lint import layout_advice, printed_form_advice
from forms_service.render.lint_advice import AdviceSeverity, advise
from forms_service.spec_linting import lint_spec

HEAD = """\
language: 1
id: draft-1
version: 1
title: {fr: Essai, ar: تجربة}
reference_label: {fr: "Réf. : draft-1", ar: "المرجع رقم: draft-1"}
receipt_type: {fr: Essai, ar: تجربة}
applicant: {name: [a.last], registration: a.reg}
"""
WHO = """\
sections:
  - id: a
    title: {fr: La personne, ar: الشخص}
    rows:
      - - {id: a.reg, kind: registration_number, label: {fr: N° d'immatriculation, ar: رقم التسجيل}}
        - {id: a.birth, kind: date, label: {fr: Né(e) le, ar: تاريخ الازدياد}}
      - - {id: a.last, kind: name, label: {fr: Nom, ar: الاسم العائلي}}
"""
LONG = "Direction des prestations familiales et sociales et de tout ce qui s'y rapporte de près ou de loin"
FLOOR = "Montant mensuel total déclaré à la"
LARGE_ONLY = "Ville de naissance de la personne concernée telle qu'elle figure au registre de l'état civil du"
LONG_AR = "مديرية التعويضات العائلية والاجتماعية وكل ما يتعلق بها من قريب أو بعيد في جميع أنحاء المملكة"


def text(kind: str, name: str, label: str = "Ville", **keys: object) -> str:
    more = "".join(f", {key}: {value}" for key, value in keys.items())
    return f"{{id: {name}, kind: {kind}, label: {{fr: {label}, ar: المدينة}}{more}}}"


def row(*fields: str) -> str:
    return "      - - " + "\n        - ".join(fields) + "\n"


def statement(french: str, arabic: str, style: str = "paragraph") -> str:
    return f"      - text: {{fr: {french}, ar: {arabic}}}\n        style: {style}\n"


def draft(more: str = "", head: str = HEAD, who: str = WHO) -> FormSpec:
    return parse_spec(head + who + more, "draft.yaml")


def codes(spec: FormSpec) -> set[str]:
    return {one.code for one in layout_advice(spec)}


TICKS = "[{value: a, label: {fr: Oui, ar: نعم}}, {value: b, label: {fr: Non, ar: لا}}]"
BAD = {
    "does_not_fit": draft(row(text("city", "b", LONG, max_length=10), text("rib", "c", "RIB"))),
    "text_over_text": draft(head=f"{HEAD}header: [{{fr: {LONG}, ar: {LONG_AR}}}]\n"),
    "text_off_page": draft(statement(". ".join([LONG] * 70), ". ".join([LONG_AR] * 70))),
    "box_off_page": draft(row(text("text", "b", lines=60))),
    "label_at_floor": draft(
        row(text("rib", "b", "RIB"), *(text("amount", n, FLOOR, max_length=6) for n in "cd"))
    ),
    "narrow_for_hand": draft(row(text("rib", "b"), *(text("email", n, max_length=6) for n in "cd"))),
    "squeezed": draft(row(text("text", "b", max_length=9), text("text", "c", width=9))),
    "narrow_cells": draft(row(text("rib", "b"), text("rib", "c"))),
    "small_signature": draft(
        row(text("signature", "b"), text("rib", "c"), text("amount", "d", max_length=6))
    ),
    "idle_row": draft(row(text("date", "b"))),
    "unbalanced_text": draft(statement(". ".join([LONG] * 3), "نص قصير")),
    "arabic_forgotten": draft(row("{id: b, kind: city, label: {fr: Ville, ar: Ville de naissance}}")),
    "french_forgotten": draft(row("{id: b, kind: city, label: {fr: مدينة, ar: مدينة}}")),
    "missing_twin": draft(row("{id: b, kind: name, scripts: latn, label: {fr: Mère, ar: الأم}}")),
    "lonely_heading": draft(statement("Un titre", "عنوان", "heading")),
    "empty_page": draft(f"  - id: z\n    new_page: true\n    rows:\n{statement('Fin.', 'انتهى.')}"),
    "dense_page": draft("".join(row(text("city", f"c{n}"), text("date", f"d{n}")) for n in range(19))),
    "header_not_printed": draft(head=HEAD + "header: [{fr: a, ar: ا}, {fr: b, ar: ب}, {fr: c, ar: ت}]\n"),
    "office_box_in_body": draft(
        who="sections:\n  - id: o\n    rows:\n"
        + row(text("office_text", "o.no", "Numéro du dossier donné par l'agence", max_length=8))
        + WHO.removeprefix("sections:\n")
    ),
    "unused_footnote": draft(head=HEAD + 'footnotes: {"7": {fr: Note, ar: حاشية}}\n'),
}
"""A form for each remark that a spec can call forth; the others stand in tests of their own below."""


@pytest.mark.parametrize("code", BAD)
def test_a_bad_form_is_told_so(code: str) -> None:
    assert code in codes(BAD[code])


def test_every_remark_is_tested() -> None:
    doctored = {"low_lines", "ticks_too_close", "text_over_box"}
    assert set(BAD) | doctored == set(lint_advice._SENTENCES) | {"does_not_fit"}


def test_good_forms_get_no_remark(any_form: FormSpec) -> None:
    remarks = layout_advice(any_form)
    crowded = {"dense_page"} if any_form.id == "311-1-14" else set()
    assert {one.code for one in remarks} == crowded, [one.english for one in remarks]


def test_the_plain_draft_deserves_nothing() -> None:
    assert layout_advice(draft()) == []


@pytest.mark.parametrize(
    ("code", "height_mm", "width_mm", "shift_mm"),
    [("low_lines", 6.2, 40.0, 0.0), ("ticks_too_close", 4.5, 4.5, 0.4), ("text_over_box", 30.0, 150.0, 0.0)],
)
def test_boxes_that_the_layout_never_makes_are_noticed_all_the_same(
    code: str, height_mm: float, width_mm: float, shift_mm: float
) -> None:
    form = lay_out(
        draft(row(text("city", "b"), text("choice", "c", choices=TICKS)) + statement("Fin", "نهاية"))
    )
    wanted = "c" if code == "ticks_too_close" else "b"
    places, x = [], 100.0
    for place in form.layout.placements:
        if place.field_id == wanted:
            frame = BoxMm(x, place.box.y, width_mm, height_mm)
            place, x = replace(place, box=frame.inset(0.1), frame=frame), x + width_mm + shift_mm
        places.append(place)
    doctored = replace(form, layout=replace(form.layout, placements=tuple(places)))
    assert code in {one.code for one in printed_form_advice(doctored)}
    assert code not in {one.code for one in printed_form_advice(form)}


def test_squeezing_names_the_neighbour_with_room() -> None:
    (remark,) = [one for one in layout_advice(BAD["squeezed"]) if one.code == "squeezed"]
    assert remark.subject == "b" and "'c'" in remark.english and "« c »" in remark.message.fr


def test_every_remark_is_said_in_three_languages_with_the_same_particulars() -> None:
    for severity, english, french, arabic in lint_advice._SENTENCES.values():
        assert severity in AdviceSeverity
        named = [set(re.findall(r"{(\w+)", sentence)) for sentence in (english, french, arabic)]
        assert named[0] | {"subject"} == named[1] | {"subject"} == named[2] | {"subject"}
        assert dominant_script(arabic) is Script.ARAB and dominant_script(french) is Script.LATN
    remark = advise("narrow_cells", "assured.rib", room="4.2")
    assert "4.2" in remark.in_language("ar") and "4.2" in remark.in_language("fr")


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("text_over_text", "header: [{fr: Direction"),
        ("unused_footnote", "footnotes:"),
        ("lonely_heading", "- text: {fr: Un titre"),
        ("idle_row", "id: b, kind: date"),
        ("box_off_page", "id: b, kind: text"),
    ],
)
def test_a_remark_stands_where_its_cause_stands(code: str, line: str, tmp_path: Path) -> None:
    sources = {
        "text_over_text": f"{HEAD}header: [{{fr: {LONG}, ar: {LONG_AR}}}]\n{WHO}",
        "unused_footnote": f'{HEAD}footnotes: {{"7": {{fr: Note, ar: حاشية}}}}\n{WHO}',
        "lonely_heading": HEAD + WHO + statement("Un titre", "عنوان", "heading"),
        "idle_row": HEAD + WHO + row(text("date", "b")),
        "box_off_page": HEAD + WHO + row(text("text", "b", lines=60)),
    }
    path = tmp_path / "draft.yaml"
    path.write_text(sources[code], encoding="utf-8")
    wanted = {
        one.english for one in layout_advice(parse_spec(sources[code], "draft.yaml")) if one.code == code
    }
    places = {one.place.line for one in lint_spec(path, tmp_path).remarks if one.english in wanted}
    assert [sources[code].splitlines()[place - 1] for place in places]
    assert all(line in sources[code].splitlines()[place - 1] for place in places)


def test_a_comb_of_no_cells_is_a_plain_box_that_takes_its_answer() -> None:
    form = lay_out(draft(row(text("phone", "b", comb=0), text("rib", "c", comb=0, max_length=24))))
    assert [form.layout.of_field(name)[0].widget for name in "bc"] == [WidgetKind.TEXT] * 2
    assert fits(form.spec, "b", "0612345678")


def test_what_spoils_the_large_print_only_is_a_warning_that_says_so() -> None:
    spec = draft(row("{id: b, kind: date, label: {fr: Date, ar: التاريخ}}", text("city", "c", LARGE_ONLY)))
    assert not layout_problems(spec) and layout_problems(spec, "L")
    said = [one for one in layout_advice(spec) if one.english.startswith("in large print: ")]
    assert said and all(one.severity is AdviceSeverity.WARNING for one in said)
    assert "gros caractères" in said[0].message.fr and "الحروف الكبيرة" in said[0].message.ar


def test_names_do_not_turn_the_arabic_words_around_them() -> None:
    remark = advise("squeezed", "a.x", room="23", other="a.y", spare="98")
    assert "«\u2068a.x\u2069»" in remark.message.ar and "\u2068" not in remark.message.fr + remark.english
    assert "\u2068" in advise("text_off_page", "t", text="نص طويل", page=1).message.fr
