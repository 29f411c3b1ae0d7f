"""Every answer that a form accepts can be printed, and what cannot is said before it must be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import RenderError
from core.field_kinds import kind_of
from core.form_spec import FieldSpec, FormSpec
from core.localized_text import LocalizedText, Script
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.render.answer_misfits import capacity, fits, misfits
from forms_service.render.form_pdf import read_values, render_filled
from forms_service.render.layout import lay_out, layout_problems
from forms_service.render.paper_grid import LARGE
from forms_service.render.value_fitting import BoxedValue, set_text
from tests.render.conftest import crop, ink_columns, page_pixels

WIDE_ARABIC = "شمس الضحى بنت سيدي حسن الشنقيطي الششتري"
FIRST = "ABDERRAHMANE BEN MOHAMMED EL HAOUARI"
DPI = 150

NAMES = {
    Script.LATN: [
        FIRST,
        "OULD SIDI MOHAMMED-ABDELHAFID EL BOUZIDI",
        "BENABDELJALIL EL IDRISSI EL ALAOUI KADIR",
        "Fatima-Zahra Oum Keltoum Bent Moulay Ali",
        "MOHAMMEDABDERRAHMANEBENMOHAMMEDELHAOUARI",
    ],
    Script.ARAB: [
        "فاطمة الزهراء بنت مولاي عبد الرحمان العل",
        "عبد الرحمان بن محمد بن عبد السلام الهوار",
        "المستنصرباللهالمستعصمباللهالمستظهرباللهق",
        WIDE_ARABIC,
    ],
}
ADDRESSES = {
    Script.LATN: "RÉSIDENCE AL MANSOUR EDDAHBI, IMMEUBLE 12, 3e ÉTAGE, APPARTEMENT 7, ANGLE AVENUE HASSAN II "
    "ET RUE IBN SINA, HAY RIAD, PRÈS DE LA MOSQUÉE",
    Script.ARAB: "الإقامة السكنية المنصور الذهبي، العمارة رقم 12، الطابق الثالث، الشقة 7، زاوية شارع الحسن "
    "الثاني وزنقة ابن سينا، حي الرياض، قرب المسجد",
}
EMAIL = "ABDERRAHMANE.BENMOHAMMED.ELHAOUARI.BENABDELJALIL@EXEMPLE.MA"


def longest(field: FieldSpec) -> list[str]:
    """Realistic answers as long as the field accepts them."""
    limit = field.max_length or kind_of(field).max_length or 15
    scripts = list(NAMES) if field.script is Script.ANY else [field.script]
    match field.kind:
        case "latin_name" | "arabic_name":
            return [name[:limit] for name in NAMES[field.script]]
        case "email":
            return [EMAIL[:limit]]
        case "amount":
            return ["999999999999.99"]
    return [(ADDRESSES[script] * 4)[:limit].strip() for script in scripts]


def text_places(spec: FormSpec) -> list[tuple[FieldSpec, Placement]]:
    places = lay_out(spec).layout.placements
    return [(spec.field(place.field_id), place) for place in places if place.widget is WidgetKind.TEXT]


def half_and_frame(spec: FormSpec, field_id: str) -> tuple[BoxMm, BoxMm]:
    (place,) = lay_out(spec).layout.of_field(field_id)
    assert place.frame is not None
    return place.box, place.frame


def test_the_longest_answers_people_have_can_be_printed(any_form: FormSpec) -> None:
    checked = 0
    for field, place in text_places(any_form):
        for text in longest(field):
            checked += 1
            assert fits(any_form, field.id, text), (field.id, text)
            written = set_text(BoxedValue(text, field, place))
            assert written is not None
            assert written.size_pt >= (6.0 if place.lines > 1 else 5.0)
            assert "".join("".join(written.lines).split()) == "".join(text.split()), "nothing is lost"
    assert checked > 10


@pytest.mark.parametrize("flatten", [False, True])
def test_long_names_are_drawn_inside_their_boxes_and_read_back_whole(
    allowance: FormSpec, flatten: bool
) -> None:
    answers = {
        "assured.first": FIRST,
        "assured.first.ar": NAMES[Script.ARAB][1],
        "spouse.last": NAMES[Script.LATN][4],
        "spouse.last.ar": NAMES[Script.ARAB][2],
        "assured.country": "RÉPUBLIQUE ISLAMIQUE DE MAURITANIE (RIM)",
        "guardian.quarter": (ADDRESSES[Script.ARAB] * 2)[:90].strip(),
    }
    pdf = render_filled(allowance, answers, flatten=flatten)
    if not flatten:
        assert read_values(pdf).values == answers
    drawn = (
        abs(page_pixels(pdf, dpi=DPI).astype(int) - page_pixels(render_filled(allowance, {}), dpi=DPI)) > 90
    )
    for field_id in answers:
        box, _ = half_and_frame(allowance, field_id)
        inside = crop(drawn, box, DPI)
        assert inside.any(), field_id
        drawn[
            int(box.y * DPI / 25.4) - 1 : int(box.bottom * DPI / 25.4) + 2,
            int(box.x * DPI / 25.4) - 1 : int(box.right * DPI / 25.4) + 2,
        ] = False
    assert not drawn.any(), "ink outside the boxes"


@pytest.mark.parametrize(
    ("field_id", "other_id", "name"),
    [
        ("assured.last", "assured.last.ar", NAMES[Script.LATN][2]),
        ("assured.last.ar", "assured.last", WIDE_ARABIC),
    ],
)
def test_a_name_alone_runs_over_its_whole_frame_on_drawn_pages(
    allowance: FormSpec, field_id: str, other_id: str, name: str
) -> None:
    half, frame = half_and_frame(allowance, field_id)
    blank = page_pixels(render_filled(allowance, {}), dpi=DPI).astype(int)

    def ink_mm(answers: dict[str, object], *, flatten: bool) -> tuple[float, float]:
        drawn = page_pixels(render_filled(allowance, answers, flatten=flatten), dpi=DPI)
        columns = ink_columns(crop(255 - abs(drawn - blank), frame, DPI)) * 25.4 / DPI
        return columns.min() + frame.x, columns.max() + frame.x

    left, right = ink_mm({field_id: name}, flatten=True)
    assert right - left > half.width
    left, right = ink_mm({field_id: name}, flatten=False)
    assert half.x <= left and right <= half.right, "the other script may still be typed in its half"
    drawn = set_text(
        BoxedValue(name, allowance.field(field_id), lay_out(allowance).layout.of_field(field_id)[0])
    )
    assert drawn is not None and len(drawn.lines) == 2
    both = {field_id: name, other_id: "Ali" if field_id.endswith(".ar") else "علي"}
    assert misfits(allowance, both) == {}


def test_a_name_too_long_for_its_half_alone_is_typed_over_the_frame(small: FormSpec) -> None:
    name = "ABDERRAHMANE BEN MOHAMMED EL HAOUARI " * 4
    answers = {"person.last": name.strip()}
    assert not fits(small, "person.last", name.strip()), "the other script could not be written any more"
    assert misfits(small, answers) == {}
    for flatten in (False, True):
        pdf = render_filled(small, answers, flatten=flatten)
        assert flatten or read_values(pdf).values == answers
    assert set(misfits(small, {**answers, "person.last.ar": "علي"})) == {"person.last"}


def test_small_print_is_broken_between_words_and_only_then_within_one(allowance: FormSpec) -> None:
    def lines(field_id: str, text: str) -> tuple[str, ...]:
        (place,) = lay_out(allowance).layout.of_field(field_id)
        written = set_text(BoxedValue(text, allowance.field(field_id), place))
        assert written is not None
        return written.lines

    assert lines("assured.first", FIRST) == ("ABDERRAHMANE BEN MOHAMMED", "EL HAOUARI")
    assert lines("assured.email", EMAIL) == (EMAIL,)
    assert len(lines("assured.first", "M" * 40)) == 2


def test_what_cannot_be_printed_is_named_with_its_block_in_both_languages(allowance: FormSpec) -> None:
    answers = {"spouse.first": "M" * 400, "assured.first": "Ali", "guardian.last": "李", "quality": "assured"}
    found = misfits(allowance, answers)
    assert list(found) == ["spouse.first", "guardian.last"]
    message = found["spouse.first"]
    assert (
        "« Prénom (en lettres latines) », dans « Informations concernant le(a) conjoint (e) »" in message.fr
    )
    assert "«الاسم الشخصي (بالحروف اللاتينية)» في «معلومات خاصة بالزوج(ة)»" in message.ar
    assert "400" in message.ar and "اختصروه" in message.ar
    with pytest.raises(RenderError) as caught:
        render_filled(allowance, {"spouse.first": "M" * 400}, flatten=True)
    assert caught.value.message == message


def test_a_row_of_a_group_is_named_by_its_number(small: FormSpec) -> None:
    found = misfits(small, {"children.2.name": "M" * 400, "children.3.birth": "2020-01-02"})
    assert list(found) == ["children.2.name"]
    assert "dans « Enfant 2 »" in found["children.2.name"].fr
    assert "في «الطفل 2»" in found["children.2.name"].ar


def test_the_room_that_a_refusal_names_is_there(small: FormSpec) -> None:
    name = "M" * 400
    message = misfits(small, {"person.last": name})["person.last"].fr
    room = int(message.partition("environ ")[2].partition(".")[0])
    render_filled(small, {"person.last": "M" * room})
    with pytest.raises(RenderError):
        render_filled(small, {"person.last": "M" * (room + 1)})


def test_capacity_is_what_a_box_takes(small: FormSpec) -> None:
    comb, name = capacity(small, "person.registration"), capacity(small, "person.last")
    remarks = capacity(small, "person.remarks")
    assert comb is not None and comb.cells == comb.characters == 9
    assert name is not None and name.cells is None and name.characters >= 40
    assert remarks is not None and remarks.characters > 3 * name.characters
    assert capacity(small, "urgent") is None and fits(small, "urgent", True)
    assert fits(small, "person.registration", "123456789")
    assert not fits(small, "person.registration", "1234567890")


def test_blank_and_unprinted_answers_fit(allowance: FormSpec) -> None:
    assert misfits(allowance, {"assured.first": "", "assured.last": None, "assured.id_kind": "x" * 900}) == {}


# --- what a spec may promise ----------------------------------------------------------------------


def changed(small: FormSpec, field_id: str, **changes: object) -> FormSpec:
    """The form with one field declared otherwise."""
    sections = tuple(
        replace(
            section,
            rows=tuple(
                tuple(replace(one, **changes) if one.id == field_id else one for one in row)
                if isinstance(row, tuple)
                else row
                for row in section.rows
            ),
        )
        for section in small.sections
    )
    return replace(small, sections=sections)


def messages(spec: FormSpec) -> dict[str, LocalizedText]:
    return {one.subject: one.message for one in layout_problems(spec)}


def test_the_published_forms_promise_only_what_they_take(any_form: FormSpec) -> None:
    assert layout_problems(any_form) == []


@pytest.mark.parametrize(("field_id", "limit"), [("office.agent", 3000), ("person.last", 200)])
def test_a_box_too_small_for_its_longest_answers_is_reported(
    small: FormSpec, field_id: str, limit: int
) -> None:
    found = messages(changed(small, field_id, max_length=limit))
    assert list(found) == [field_id]
    taken = capacity(small, field_id)
    assert taken is not None and taken.characters < limit
    for wording in (found[field_id].ar, found[field_id].fr):
        assert str(limit) in wording and f"max_length: {taken.characters}" in wording
    assert messages(changed(small, field_id, max_length=taken.characters)) == {}


@pytest.mark.parametrize(
    ("field_id", "changes", "longest_answer"),
    [
        ("office.agent", {"comb": 12, "max_length": 40}, 40),
        ("office.agent", {"comb": 12}, 40),
        ("person.registration", {"kind": "phone", "comb": 9}, 10),
        ("person.registration", {"kind": "integer", "comb": 2}, 3),
        ("person.registration", {"kind": "integer", "comb": 2, "maximum": 12000}, 5),
        ("office.day", {"comb": 6}, 8),
    ],
)
def test_a_comb_with_too_few_cells_is_reported(
    small: FormSpec, field_id: str, changes: dict[str, object], longest_answer: int
) -> None:
    found = messages(changed(small, field_id, **changes))
    assert list(found) == [field_id]
    assert f"{longest_answer} caractères pour {changes['comb']} cases" in found[field_id].fr


def test_a_comb_whose_answers_are_bounded_is_not_reported(small: FormSpec) -> None:
    assert messages(changed(small, "office.agent", comb=12, max_length=12)) == {}
    assert messages(changed(small, "person.registration", kind="integer", comb=2, maximum=20)) == {}


def test_a_column_of_a_table_is_reported_once(small: FormSpec) -> None:
    (group,) = small.groups
    wide = tuple(replace(one, max_length=900) if one.id == "name" else one for one in group.fields)
    assert list(messages(replace(small, groups=(replace(group, fields=wide),)))) == ["children.name"]


@pytest.mark.parametrize("field_id", ["assured.city", "assured.registration"])
def test_answers_are_larger_in_a_large_print(field_id: str, allowance: FormSpec) -> None:
    sizes = []
    for variant in ("", LARGE):
        (place,) = lay_out(allowance, variant).layout.of_field(field_id)
        found = set_text(BoxedValue("123456789", allowance.field(field_id), place))
        assert found is not None
        sizes.append(found.size_pt)
    assert sizes[1] >= 14.0 > sizes[0]


def test_several_lines_are_larger_in_a_large_print_and_stay_inside(small: FormSpec) -> None:
    sizes = []
    for variant in ("", LARGE):
        (place,) = lay_out(small, variant).layout.of_field("person.remarks")
        found = set_text(BoxedValue("Une phrase. " * 4, small.field("person.remarks"), place))
        assert found is not None and len(found.lines) * found.size_pt * 25.4 / 72 < place.box.height
        sizes.append(found.size_pt)
    assert sizes[1] >= 13.0 > sizes[0]
