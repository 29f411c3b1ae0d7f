"""What every page that shows a reading says of it: its crop's size, its value, its choices, its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import flash, redirect, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from core.correction_slip import answer_field
from forms_service.services.confirming import READ, TYPED
from forms_service.services.reviewer import LEAST_CROP_MARGIN_PX
from forms_service.services.storing_answers import group_place
from forms_service.services.views import DossierView, ExtractionView
from forms_service.web import presentation, screens
from forms_service.web.languages import language, translate
from forms_service.web.security import services, the_actor

KEPT, MENDED = "kept", "mended"
"""What a person says of a reading they both ticked and mended."""

_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YES_OR_NO = ("declaration", "signature")
_CROP_ZOOM, _WIDEST_CROP_PX = 1.4, 900


def crop_width(one: ExtractionView) -> int:
    """How wide a crop is shown: larger than on paper, so that strokes can be judged."""
    left, _, right, _ = one.box
    return round(_CROP_ZOOM * min(right - left + 2 * LEAST_CROP_MARGIN_PX, _WIDEST_CROP_PX))


def as_typed(one: ExtractionView) -> str:
    """The value as it stands in its text box: words for names and numbers, the code for a choice."""
    if one.value is None:
        return one.raw
    if isinstance(one.value, bool):
        return "true" if one.value else "false"
    if (day := _ISO_DAY.fullmatch(str(one.value))) is not None:
        return "/".join(reversed(day.groups()))
    return ",".join(one.value) if isinstance(one.value, list) else str(one.value)


def choices(view: DossierView, every: Iterable[ExtractionView]) -> dict[str, list[tuple[str, str]]]:
    """What there is to choose from, as (code, words), of the fields that have choices."""
    found = {}
    for one in every:
        spec = answer_field(view.spec, one.field_id)
        if spec is None:
            continue
        if spec.kind in _YES_OR_NO:
            found[one.field_id] = [("true", translate("review.yes")), ("false", translate("review.no"))]
        elif spec.choices:
            found[one.field_id] = [(c.value, c.label.in_language(language())) for c in spec.choices]
    return found


def places(view: DossierView) -> dict[str, str]:
    """The heading each field stands under: there is more than one «last name» on a form."""
    places = {
        one.id: section.heading.in_language(language())
        for section in view.spec.sections
        if section.heading
        for one in section.fields()
    }
    for group in view.spec.groups:
        for number in range(1, group.maximum + 1):
            row = view.row_label(group.id, number).in_language(language())
            places |= {f"{group.id}.{number}.{one.id}": row for one in group.fields}
    return places


def label_of(view: DossierView, one: ExtractionView) -> str:
    """The field's name; of a name asked in two scripts, the script with it."""
    label, field = one.label.in_language(language()), answer_field(view.spec, one.field_id)
    if field is None or field.twin is None:
        return label
    script = translate(f"question.in_{field.script.value}")
    return f"{label} ({script})"


# --- what waits for the person whose paper it is ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """One doubtful reading as its applicant sees it.

    Attributes:
        asked_as: Name of its question on its own page, without the row of a group.
        script: Of an answer asked in two: which one.
        target: Id of its block: by the field, so that a finding can lead there.
        said: The value as a person reads it; empty where ink was seen and nothing read.
        may_stay: Whether it is a value at all: an incomplete number can only be mended.
        typed: What was typed before and says something else; None when nothing was.
        box: What its text box holds at first; posted unchanged it mends nothing.
        options: The choices of a field that has some.
    """

    id: str
    field_id: str
    asked_as: str
    script: str
    target: str
    label: str
    place: str
    said: str
    may_stay: bool
    typed: str | None
    reason: str
    crop_url: str | None
    crop_width: int
    page_url: str
    box: str
    options: tuple[tuple[str, str], ...]
    many: bool


def waiting(view: DossierView) -> list[Waiting]:
    """What was read, is in doubt and waits for whoever is signed in."""
    every = services().answers_to_confirm(the_actor(), view.id)
    named, offered = places(view), choices(view, every)
    return [_waiting(view, one, named.get(one.field_id, ""), offered.get(one.field_id, [])) for one in every]


def _waiting(view: DossierView, one: ExtractionView, place: str, offered: list[tuple[str, str]]) -> Waiting:
    field = answer_field(view.spec, one.field_id)
    place_in_row = group_place(view.spec, one.field_id)
    typed = None
    if one.current is not None and field is not None:
        typed = screens.on_screen(field, one.current, language())
    plain = replace(one, label=screens.plain_label(one.label, view.spec))
    doubted = "" if one.reason in (None, "conflict") else presentation.doubt(str(one.reason))
    return Waiting(
        id=one.id,
        field_id=one.field_id,
        asked_as=one.field_id if place_in_row is None else place_in_row[2],
        script=translate(f"question.in_{field.script.value}") if field and field.twin else "",
        target=target_of(one.field_id),
        label=label_of(view, plain),
        place=place,
        said=_said(one),
        may_stay=one.value is not None,
        typed=typed,
        reason=doubted,
        crop_url=url_for("confirming.crop", dossier_id=view.id, extraction_id=one.id)
        if one.crop_available
        else None,
        crop_width=crop_width(one),
        page_url=url_for(
            "documents.page_image", dossier_id=view.id, attachment_id=one.scan_id, page=one.page, width=1600
        ),
        box=_box(one, offered),
        options=tuple(offered),
        many=isinstance(one.value, list),
    )


def target_of(field_id: str) -> str:
    """Id of the block that shows what was read of a field."""
    return "read-" + field_id.replace(".", "-")


def _said(one: ExtractionView) -> str:
    if isinstance(one.value, bool):
        return translate("review.yes" if one.value else "review.no")
    return one.shown.in_language(language())


def _box(one: ExtractionView, offered: list[tuple[str, str]]) -> str:
    held = " ".join(as_typed(one).split())
    codes = {code for code, _ in offered}
    return held if not offered or set(held.split(",")) <= codes else ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a posted page says of the readings it showed, by their ids.

    Attributes:
        kept: As read, or as typed before.
        mended: The right answer as text.
        torn: Said to be right and yet mended: the text, until the person says which counts.
    """

    kept: Mapping[str, str]
    mended: Mapping[str, str]
    torn: Mapping[str, str]


def said_of(every: Iterable[Waiting], form: MultiDict[str, str]) -> Said:
    """What a posted page says of each reading: kept as read or as typed, mended, or both at once."""
    kept, mended, torn = {}, {}, {}
    for one in every:
        choice, which = form.get(f"keep.{one.id}"), form.get(f"which.{one.id}")
        keeps = choice in (READ, TYPED) and which != MENDED
        text = " ".join(",".join(filter(None, form.getlist(f"mend.{one.id}"))).split())
        mends = f"mend.{one.id}" in form and text != one.box and bool(text or one.typed is None)
        if keeps and (which == KEPT or (choice == TYPED and text == one.typed)):
            mends = False
        if keeps and mends:
            torn[one.id] = text
        elif keeps:
            kept[one.id] = str(choice)
        elif mends:
            mended[one.id] = text
    return Said(kept, mended, torn)


@dataclass(frozen=True, slots=True)
class Ticked:
    """What became of the readings ticked beside the questions of a page, by their fields.

    Attributes:
        confirmed: They now have their answer.
        torn: Something else was typed in the same step: that counts until the person says which is right.
    """

    confirmed: frozenset[str] = frozenset()
    torn: tuple[str, ...] = ()


def keep_ticked(dossier_id: str, before: Iterable[ExtractionView], form: MultiDict[str, str]) -> Ticked:
    """Settle the readings ticked beside the questions of a page.

    Called once the page's own answers are stored.

    Args:
        before: What waited before they were.
    """
    ticked = {one.id: one.current for one in before if form.get(f"keep.{one.id}") == READ}
    if not ticked:
        return Ticked()
    after = {one.id: one for one in services().answers_to_confirm(the_actor(), dossier_id)}
    same = [after[name] for name, held in ticked.items() if name in after and after[name].current == held]
    torn = [after[name] for name, held in ticked.items() if name in after and after[name].current != held]
    wrong = services().confirm_answers(the_actor(), dossier_id, {one.id: READ for one in same})
    return Ticked(
        frozenset(one.field_id for one in same if one.id not in wrong), tuple(one.field_id for one in torn)
    )


def ask_which(dossier_id: str, torn: Sequence[str]) -> Response:
    """Lead to where the paper and what was typed stand side by side."""
    flash(translate("confirm.which_told"), "warn")
    address = url_for("confirming.answers", dossier_id=dossier_id, _anchor=target_of(torn[0]))
    return redirect(address, code=303)
