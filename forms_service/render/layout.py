"""From a spec to the place of every box and word: pure geometry, the same on every day.

A form that has been printed must be laid out the same way for ever, so nothing here depends on
anything but the spec and the forms' own typeface.  Sections are set one under the other; a section
that begins a page begins a *part*, and each part is set as generously as its number of pages allows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.form_spec import FieldSpec, FormSpec, Section, StaticText
from core.placement import FormLayout, PageIdentity, Placement
from forms_service.render.answer_limits import limit_problems
from forms_service.render.artwork import Element, Piece, Role
from forms_service.render.continued_sections import continuing
from forms_service.render.density import DENSITY_STEPS, Attempt, most_generous
from forms_service.render.field_rows import field_rows
from forms_service.render.group_tables import group_blocks
from forms_service.render.office_corner import office_field, paint_office_corner
from forms_service.render.page_blocks import (
    Block,
    LayoutProblem,
    PlacedBlock,
    Setting,
    moved_placement,
    paginate,
)
from forms_service.render.page_furniture import (
    corner_marks,
    first_page_head,
    identity_pieces,
    next_page_head,
    page_foot,
)
from forms_service.render.paper_grid import BODY_BOTTOM, PRINTS, PrintSizes
from forms_service.render.running_text import footnote_block, is_list_item, section_bar, text_block
from forms_service.render.signature_rows import signed_statement

VARIANTS = tuple(PRINTS)
"""The settings a form is printed in: the usual one and the large print."""

_CACHE_SIZE = 64


@dataclass(frozen=True)
class PrintedForm:
    """One form as it is printed.

    Attributes:
        layout: The place of every answer.
        artwork: What is printed on each page, the page identity excepted.
        problems: The wordings that do not fit their places.
        variant: Which setting of the form this is; empty for the usual one.
    """

    spec: FormSpec
    layout: FormLayout
    artwork: tuple[tuple[Piece, ...], ...]
    problems: tuple[LayoutProblem, ...]
    variant: str = ""

    @cached_property
    def by_page(self) -> tuple[tuple[Placement, ...], ...]:
        """The placements of each page, in reading order."""
        return tuple(self.layout.on_page(page) for page in range(1, self.layout.pages + 1))

    @cached_property
    def fields(self) -> dict[str, FieldSpec]:
        """Every field that has a place on paper, by its id, printed group rows included."""
        return {field.id: field for field in self.spec.printed_fields()}

    def identity(self, page: int, reference: str) -> PageIdentity:
        """What the QR code of a page says."""
        return PageIdentity(self.spec.id, self.spec.version, page, self.layout.pages, reference, self.variant)

    def identity_artwork(self, page: int, reference: str) -> list[Piece]:
        """The QR code of a page with its readable words."""
        return identity_pieces(self.identity(page, reference))


_printed_forms: dict[tuple[str, str], PrintedForm] = {}
_known_digests: dict[int, tuple[FormSpec, str]] = {}


def spec_digest(spec: FormSpec) -> str:
    """A name that two specs share only when they are the same in every word.

    The spec's own digest is that of its file; here a spec may also have been made in memory.
    """
    known = _known_digests.get(id(spec))
    if known is not None and known[0] is spec:
        return known[1]
    digest = hashlib.sha256(repr(spec).encode()).hexdigest()
    _forget_oldest(_known_digests)
    _known_digests[id(spec)] = (spec, digest)
    return digest


def lay_out(spec: FormSpec, variant: str = "") -> PrintedForm:
    """Give every box and word of a form its place; the result is kept for the next call.

    Args:
        variant: One of ``VARIANTS``; empty for the usual setting.
    """
    key = spec_digest(spec), variant
    if key not in _printed_forms:
        _forget_oldest(_printed_forms)
        _printed_forms[key] = _lay_out(spec, PRINTS[variant])
    return _printed_forms[key]


def _forget_oldest(kept: dict[Any, Any]) -> None:
    while len(kept) >= _CACHE_SIZE:
        kept.pop(next(iter(kept)))


def layout_problems(spec: FormSpec, variant: str = "") -> list[LayoutProblem]:
    """Every wording that does not fit its place on paper, then every box too small for its answers."""
    form = lay_out(spec, variant)
    return [*form.problems, *limit_problems(spec, form.layout)]


def _lay_out(spec: FormSpec, sizes: PrintSizes) -> PrintedForm:
    placed: list[PlacedBlock] = []
    problems: list[LayoutProblem] = []
    for part in _parts(spec):
        first_page = placed[-1].page + 1 if placed else 1
        blocks, noted = _fill_part(spec, part, first_page, sizes)
        placed += blocks
        problems += noted
    pages = max((block.page for block in placed), default=1)
    office = _office_field(spec, sizes)
    artwork: list[list[Piece]] = [
        _furniture(spec, page, pages, problems, sizes) for page in range(1, pages + 1)
    ]
    placements: list[Placement] = []
    if office is not None:
        drawn, places = paint_office_corner(office)
        artwork[0] += drawn
        placements += [moved_placement(place, 0.0, 1) for place in places]
    for item in placed:
        drawn, places = item.block.at(item.y, item.page)
        artwork[item.page - 1] += drawn
        placements += places
    return PrintedForm(
        spec,
        FormLayout(spec.id, spec.version, pages, tuple(placements)),
        tuple(tuple(page) for page in artwork),
        tuple(dict.fromkeys(problems)),
        sizes.variant,
    )


def _furniture(
    spec: FormSpec, page: int, pages: int, problems: list[LayoutProblem], sizes: PrintSizes
) -> list[Piece]:
    head = first_page_head if page == 1 else next_page_head
    return [*head(spec, problems, sizes), *page_foot(spec, page, pages, sizes), *corner_marks()]


def _office_field(spec: FormSpec, sizes: PrintSizes) -> FieldSpec | None:
    """The field that stands in the head; elsewhere it is a field like any other."""
    return office_field(spec) if sizes.head.office_corner else None


def _parts(spec: FormSpec) -> list[list[Section]]:
    parts: list[list[Section]] = []
    for section in spec.sections:
        if section.new_page or not parts:
            parts.append([])
        parts[-1].append(section)
    return parts


def _fill_part(
    spec: FormSpec, part: list[Section], first_page: int, sizes: PrintSizes
) -> tuple[list[PlacedBlock], list[LayoutProblem]]:
    """Set a part at the most generous density that costs no extra page."""

    def attempt(step: int) -> Attempt:
        setting = Setting(spec, sizes.density(step / DENSITY_STEPS), sizes=sizes)
        blocks = list(_part_blocks(part, setting))
        head = sizes.head
        top = head.first_body_top if first_page == 1 else head.next_body_top
        return paginate(blocks, first_page, top, head.next_body_top, BODY_BOTTOM), setting.problems

    return most_generous(attempt)


def _part_blocks(part: list[Section], setting: Setting) -> Iterable[Block]:
    spec = setting.spec
    explained: set[str] = set()
    is_in_head = _office_field(spec, setting.sizes) is not None
    for section in part:
        if is_in_head and section is spec.sections[0]:
            continue
        yield from _section_blocks(section, setting)
        explained.update(section.footnotes)
        for group in spec.groups:
            if group.after_section == section.id:
                yield from group_blocks(group, setting)
    is_last = part[-1] is spec.sections[-1]
    if is_last:
        section_ids = {section.id for section in spec.sections}
        for group in spec.groups:
            if group.after_section not in section_ids:
                yield from group_blocks(group, setting)
    listed_anywhere = {mark for section in spec.sections for mark in section.footnotes}
    for mark in _marks_used(part):
        if mark in spec.footnotes and mark not in explained and mark not in listed_anywhere:
            yield footnote_block(mark, spec.footnotes[mark], setting)


def _section_blocks(section: Section, setting: Setting) -> Iterable[Block]:
    known_marks = tuple(setting.spec.footnotes)
    place = Element(Role.SECTION, section.id)
    if section.title is not None:
        trailing = tuple(mark for mark in known_marks if f"({mark.strip('()')})" in section.title.fr)
        yield section_bar(section.id, section.title, trailing, setting).within(place)
    for block in continuing(list(_row_blocks(section, setting)), section.title, setting):
        yield block.within(place)
    for mark in section.footnotes:
        if mark in setting.spec.footnotes:
            yield footnote_block(mark, setting.spec.footnotes[mark], setting).within(place)


def _row_blocks(section: Section, setting: Setting) -> Iterable[Block]:
    rows = list(section.rows)
    heading = Role.SUBHEADING if section.title is not None else Role.HEADING
    texts, list_key = 0, ""
    while rows:
        row, following = rows.pop(0), rows[0] if rows else None
        if isinstance(row, StaticText):
            texts += 1
            key = f"text.{texts}"
            list_key = (list_key or key) if is_list_item(row) else ""
            yield text_block(row, setting, key=key, heading=heading, list_key=list_key)
            continue
        list_key = ""
        block = signed_statement(row, following, setting) if isinstance(following, StaticText) else None
        if block is not None:
            rows.pop(0)
            yield block
        else:
            yield from field_rows(row, section.title, setting)


def _marks_used(part: list[Section]) -> list[str]:
    marks: dict[str, None] = {}
    for section in part:
        for field in section.fields():
            if field.printed:
                marks.update(dict.fromkeys(field.footnotes))
                for choice in field.choices:
                    marks.update(dict.fromkeys(choice.footnotes))
    return list(marks)
