"""Print a correction slip: one calm page that asks again only what was rejected.

Where its boxes stand follows from the spec and the slip's code alone, so that any reader can lay the
same page out again.  Everything else on it (whose it is, why) is written into rooms of fixed size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from core.correction_slip import SLIP_TITLE, AskedAgain, slip_code, slip_spec
from core.form_spec import FormSpec, Section
from core.localized_text import Language, LocalizedText
from core.placement import BoxMm, FormLayout, PageIdentity, Placement, WidgetKind
from forms_service.render.artwork import POINT_MM, Element, Piece, Role, Slot
from forms_service.render.field_boxes import PrintedField, box_height, least_width, printed_fields
from forms_service.render.field_rows import (
    columns_across,
    field_row,
    label_band,
    label_words,
    paint_column,
    statement_height,
)
from forms_service.render.layout import spec_digest
from forms_service.render.page_blocks import Block, PlacedBlock, Setting, paginate
from forms_service.render.page_furniture import (
    FIRST_BODY_TOP,
    NEXT_BODY_TOP,
    corner_marks,
    first_page_head,
    identity_pieces,
    next_page_head,
    page_foot,
)
from forms_service.render.paper_grid import (
    BODY_BOTTOM,
    COLUMN_GAP,
    CONTENT_WIDTH,
    LEFT,
    RIGHT,
    Density,
    density,
)
from forms_service.render.running_text import section_bar
from forms_service.render.slip_blocks import (
    DOCUMENTS,
    STEP_BRING,
    STEP_ONLY_BRING,
    STEPS,
    SlipNotes,
    document_block,
    dossier_strip,
    message_block,
    note_pieces,
    steps_block,
)
from forms_service.render.tick_boxes import ticks_height, ticks_of
from forms_service.render.typography import METRICS

__all__ = ["PrintedSlip", "SlipNotes", "lay_out_slip", "render_slip"]

_BIG = replace(
    density(1.0),
    box_height=11.0,
    row_gap=2.6,
    label_pt=10.0,
    label_gap=0.9,
    bar_height=6.6,
    bar_pt=10.2,
    bar_gap=2.2,
    section_gap=4.6,
    tick_pt=9.6,
    tick_height=9.6,
    text_pt=9.6,
    signature_height=27.0,
)
_SMALL = replace(
    density(0.1),
    box_height=7.4,
    row_gap=1.6,
    label_pt=7.0,
    bar_gap=1.2,
    text_pt=7.4,
    section_gap=2.2,
    signature_height=17.0,
)
_STEPS = 24
_ROOMY, _CLOSE = 2, 1
"""Lines of reason under a box."""

_CACHE_SIZE = 64
_EDGE = 0.8
_NOTE_GAP = 0.7
_SMALLEST_NOTE_PT = 6.4


@dataclass(frozen=True)
class _Ease:
    """How generously a slip is set: sizes, lines of reason, whether short answers stand side by side."""

    density: Density
    note_lines: int
    is_paired: bool

    @property
    def note_pt(self) -> float:
        return max(_SMALLEST_NOTE_PT, self.density.label_pt - 1.4)

    @property
    def note_height(self) -> float:
        return self.note_lines * METRICS.line_height * self.note_pt * POINT_MM


@dataclass(frozen=True)
class PrintedSlip:
    """One slip as it is printed.

    Attributes:
        form: The form it belongs to.
        spec: The slip as a form of its own.
        layout: The place of every answer.
        code: What its page identity says of it.
    """

    form: FormSpec
    asked: AskedAgain
    spec: FormSpec
    layout: FormLayout
    code: str
    ease: _Ease

    def identity(self, page: int, reference: str) -> PageIdentity:
        """What the QR code of a page says."""
        pages = self.layout.pages
        return PageIdentity(self.form.id, self.form.version, page, pages, reference, self.code)

    def pages(self, reference: str, notes: SlipNotes) -> list[list[Piece]]:
        """What is printed on each page, in reading order."""
        setting = Setting(self.spec, self.ease.density)
        placed = _placed(self, setting, reference, notes)
        found: list[list[Piece]] = []
        for page in range(1, self.layout.pages + 1):
            head = first_page_head if page == 1 else next_page_head
            pieces = [*head(self.spec, setting.problems)]
            for item in placed:
                if item.page == page:
                    pieces += item.block.at(item.y, page)[0]
            pieces += page_foot(self.spec, page, self.layout.pages)
            pieces += [*corner_marks(), *identity_pieces(self.identity(page, reference))]
            found.append([piece for piece in pieces if not isinstance(piece, Slot)])  # a pen needs no field
        return found


_printed_slips: dict[tuple[str, str], PrintedSlip] = {}


def lay_out_slip(spec: FormSpec, asked: AskedAgain) -> PrintedSlip:
    """Give every box of a slip its place; the result is kept for the next call.

    A slip is set as generously as one page allows; what does not fit even closely set takes more.

    Raises:
        DossierError: The form has no such answer or demand.
    """
    key = spec_digest(spec), slip_code(spec, asked)
    if key not in _printed_slips:
        while len(_printed_slips) >= _CACHE_SIZE:
            _printed_slips.pop(next(iter(_printed_slips)))
        _printed_slips[key] = _lay_out(spec, asked, key[1])
    return _printed_slips[key]


def render_slip(
    spec: FormSpec,
    asked: AskedAgain,
    reference: str = "",
    notes: SlipNotes | None = None,
    language: Language = Language.AR,
) -> bytes:
    """The slip as a finished paper: tagged, with its fonts, to print or to keep."""
    from forms_service.render.paper import PaperProperties, write_paper

    slip = lay_out_slip(spec, asked)
    title = LocalizedText(f"{SLIP_TITLE.ar} {reference}".strip(), f"{SLIP_TITLE.fr} {reference}".strip())
    return write_paper(
        slip.pages(reference, notes or SlipNotes()),
        PaperProperties(title=title, language=language, subject=f"{spec.id} v{spec.version}"),
    )


def _lay_out(spec: FormSpec, asked: AskedAgain, code: str) -> PrintedSlip:
    """Try from generous to close, short answers side by side last; the first that fits one page wins."""
    own = slip_spec(spec, asked)
    attempts = [_Ease(_between(step), _ROOMY, False) for step in range(_STEPS, -1, -1)]
    attempts += [_Ease(_between(step), _CLOSE, True) for step in range(_STEPS, -1, -1)]
    for ease in attempts:
        empty = FormLayout(spec.id, spec.version, 1, ())
        slip = PrintedSlip(spec, asked, own, empty, code, ease)
        placed = _placed(slip, Setting(own, ease.density), "", SlipNotes())
        pages = max(item.page for item in placed)
        if pages == 1:
            break
    placements: list[Placement] = []
    for item in placed:
        placements += item.block.at(item.y, item.page)[1]
    return replace(slip, layout=FormLayout(spec.id, spec.version, pages, tuple(placements)))


def _between(step: int) -> Density:
    share = step / _STEPS
    return Density(
        **{
            name: round(getattr(_SMALL, name) + share * (getattr(_BIG, name) - getattr(_SMALL, name)), 3)
            for name in Density.__slots__
        }
    )


def _placed(slip: PrintedSlip, setting: Setting, reference: str, notes: SlipNotes) -> list[PlacedBlock]:
    """Every block on its page; date and signature stand at the foot of the last one."""
    *body, signed = _blocks(slip, setting, reference, notes)
    bottom = BODY_BOTTOM - signed.height - setting.density.section_gap
    placed = paginate(body, 1, FIRST_BODY_TOP + _EDGE, NEXT_BODY_TOP + _EDGE, bottom)
    last = max(item.page for item in placed)
    return [*placed, PlacedBlock(signed, last, BODY_BOTTOM - signed.height - _EDGE)]


def _blocks(slip: PrintedSlip, setting: Setting, reference: str, notes: SlipNotes) -> Iterator[Block]:
    *sections, last = slip.spec.sections
    yield dossier_strip(slip.form.title, reference, notes)
    yield steps_block(_steps(sections, slip.asked), setting)
    yield message_block(notes.message, setting)
    for section in sections:
        yield from _section_blocks(section, slip, setting, notes)
    if slip.asked.documents:
        bar = section_bar("slip.documents", DOCUMENTS, (), setting)
        yield bar.within(Element(Role.SECTION, "slip.documents"))
    for document in slip.spec.documents:
        block = document_block(document, notes.documents.get(document.id), setting)
        yield block.within(Element(Role.SECTION, "slip.documents"))
    (row,) = (row for row in last.rows if isinstance(row, tuple))
    signed = field_row(row, None, setting)
    assert signed is not None  # noqa: S101 - every slip has a date and a signature
    yield signed.within(Element(Role.SECTION, last.id))


def _steps(sections: Sequence[Section], asked: AskedAgain) -> list[LocalizedText]:
    first = STEPS[0] if sections else STEP_ONLY_BRING
    return [first, STEPS[1], STEP_BRING if asked.documents else STEPS[2]]


def _section_blocks(
    section: Section, slip: PrintedSlip, setting: Setting, notes: SlipNotes
) -> Iterable[Block]:
    place = Element(Role.SECTION, section.id)
    if section.title is not None:
        yield section_bar(section.id, section.title, (), setting).within(place)
    columns = [
        column
        for row in section.rows
        if isinstance(row, tuple)
        for column in printed_fields(row, section.title)
    ]
    for together in _rows(columns, setting) if slip.ease.is_paired else [[one] for one in columns]:
        yield _answer_row(together, slip.ease, setting, notes).within(place)


def _rows(columns: Sequence[PrintedField], setting: Setting) -> list[list[PrintedField]]:
    """Two short answers side by side where both have the room."""
    rows: list[list[PrintedField]] = []
    room = (CONTENT_WIDTH - COLUMN_GAP) / 2
    for column in columns:
        is_short = least_width(column, setting) <= room and len(column.fields) == 1
        is_short = is_short and column.widget is not WidgetKind.TICK and column.main.kind != "address"
        before = rows[-1] if rows else []
        if is_short and len(before) == 1 and _is_open(before[0], room, setting):
            before.append(column)
        else:
            rows.append([column])
    return rows


def _is_open(column: PrintedField, room: float, setting: Setting) -> bool:
    return (
        least_width(column, setting) <= room
        and len(column.fields) == 1
        and column.widget is not WidgetKind.TICK
        and column.main.kind != "address"
    )


def _answer_row(columns: list[PrintedField], ease: _Ease, setting: Setting, notes: SlipNotes) -> Block:
    """One answer, or two short ones: label, box and, under it, room for the reason.

    Read aloud, the reason comes before the box.
    """
    places = columns_across(columns, setting) if len(columns) > 1 else [(LEFT, RIGHT - LEFT)]
    band = label_band(columns, [width for _, width in places], setting)
    heights = [_height(column, width, setting) for column, (_, width) in zip(columns, places, strict=True)]
    under = band.height + max(heights) + _NOTE_GAP
    pieces: list[Piece] = []
    placements: list[Placement] = []
    for column, (x, width) in zip(columns, places, strict=True):
        pieces += label_words(column, x, width, band, setting)
        note = next((notes.answers[one.id] for one in column.fields if one.id in notes.answers), None)
        if note is not None:
            pieces += note_pieces(note, x, x + width, under, ease.note_pt, ease.note_lines, column.main.id)
        drawn, placed = paint_column(column, BoxMm(x, band.height, width, max(heights)), setting)
        pieces += drawn
        placements += placed
    height = under + ease.note_height
    return Block(height, tuple(pieces), tuple(placements), gap_before=setting.density.row_gap)


def _height(column: PrintedField, width: float, setting: Setting) -> float:
    if column.widget is not WidgetKind.TICK:
        return box_height(column, setting)
    if column.main.choices:
        return ticks_height(ticks_of(column.main), width, setting)
    return statement_height(column, width, setting)
