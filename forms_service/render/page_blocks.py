"""Blocks a page is filled with from top to bottom, and the problems met while making them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from core.form_spec import FormSpec
from core.localized_text import Language, LocalizedText
from core.placement import Placement
from forms_service.render.artwork import Element, Path, Piece, moved_box, within
from forms_service.render.paper_grid import USUAL_PRINT, Density, PrintSizes


@dataclass(frozen=True, slots=True)
class LayoutProblem:
    """Something declared that does not fit its place on paper.

    Attributes:
        subject: Id of the field, section or text.
        language: The wording that is too long, or None when the box itself is too small.
        excess_mm: How much wider than its place it is; 0 when not its width is the matter.
        english: The message in the language of the spec language itself.
    """

    subject: str
    language: Language | None
    excess_mm: float
    message: LocalizedText
    english: str


def too_wide(subject: str, language: Language, excess_mm: float) -> LayoutProblem:
    """A wording that overflows its place even at the smallest size."""
    message = LocalizedText(
        ar="نص «{subject}» بالعربية أعرض من مكانه بـ {mm} مم: اختصروه أو وسّعوا خانته."
        if language is Language.AR
        else "النص الفرنسي لـ «{subject}» أعرض من مكانه بـ {mm} مم: اختصروه أو وسّعوا خانته.",
        fr="Le texte {which} de « {subject} » dépasse sa place de {mm} mm : abrégez-le ou élargissez sa case.",
    ).fill(subject=subject, mm=f"{excess_mm:.1f}", which="arabe" if language is Language.AR else "français")
    english = (
        f"the {'Arabic' if language is Language.AR else 'French'} text of {subject!r} is {excess_mm:.1f} mm "
        "wider than its place: shorten it or widen its box"
    )
    return LayoutProblem(subject, language, round(excess_mm, 2), message, english)


def box_too_narrow(subject: str, excess_mm: float) -> LayoutProblem:
    """A row whose boxes cannot all be wide enough to write in."""
    message = LocalizedText(
        ar="السطر الذي يبدأ بالخانة «{subject}» أعرض من الصفحة بـ {mm} مم: وزّعوا خاناته على سطرين.",
        fr="La ligne qui commence par « {subject} » dépasse la page de {mm} mm : "
        "répartissez ses cases sur deux lignes.",
    ).fill(subject=subject, mm=f"{excess_mm:.1f}")
    english = (
        f"the row that begins with {subject!r} is {excess_mm:.1f} mm wider than the page: "
        "spread its boxes over two rows"
    )
    return LayoutProblem(subject, None, round(excess_mm, 2), message, english)


@dataclass(slots=True)
class Setting:
    """What every block is set with: the form, its density, its print, and where problems are noted."""

    spec: FormSpec
    density: Density
    problems: list[LayoutProblem] = field(default_factory=list)
    sizes: PrintSizes = USUAL_PRINT


@dataclass(frozen=True, slots=True)
class Block:
    """A band of the page that is never split.

    Attributes:
        height: Its own height in millimetres.
        gap_before: White above it, dropped at the top of a page.
        keep_with_next: A title is never the last thing on a page.
        gap_after: White below it, in place of the next block's own gap.
        inside: The elements of the document's structure that all of it lies in.
        continued: What stands over it when it opens a page in the middle of its section.
    """

    height: float
    pieces: tuple[Piece, ...] = ()
    placements: tuple[Placement, ...] = ()
    gap_before: float = 0.0
    keep_with_next: bool = False
    gap_after: float | None = None
    inside: Path = ()
    continued: Block | None = None

    def within(self, *elements: Element) -> Block:
        """The same block, deeper in the document's structure."""
        return replace(self, inside=(*elements, *self.inside))

    def placed_pieces(self) -> Sequence[Piece]:
        """Its pieces at their place in the document's structure; asked of blocks that are kept only."""
        return within(self.pieces, *self.inside) if self.inside else self.pieces

    def at(self, y: float, page: int) -> tuple[list[Piece], list[Placement]]:
        """The block's pieces and placements with its top at ``y`` of ``page``."""
        return (
            [piece.moved(y) for piece in self.placed_pieces()],
            [moved_placement(placement, y, page) for placement in self.placements],
        )


def moved_placement(placement: Placement, down: float, page: int) -> Placement:
    """The same place on another page, lower by ``down`` millimetres."""
    return replace(
        placement,
        page=page,
        box=moved_box(placement.box, down),
        frame=moved_box(placement.frame, down) if placement.frame else None,
    )


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """A block that has found its page and its height on it."""

    block: Block
    page: int
    y: float


def paginate(
    blocks: Iterable[Block], first_page: int, first_top: float, next_top: float, bottom: float
) -> list[PlacedBlock]:
    """Fill pages from top to bottom, keeping titles with what follows them."""
    placed: list[PlacedBlock] = []
    page, y = first_page, first_top
    above: Block | None = None
    for run in _kept_together(blocks):
        gaps = [_gap(before, block) for before, block in zip([above, *run], run, strict=False)]
        if above is not None and y + sum(gaps) + sum(block.height for block in run) > bottom + 1e-6:
            page, y = page + 1, next_top
            gaps[0] = 0.0
            if (again := run[0].continued) is not None:
                placed.append(PlacedBlock(again, page, y))
                y, gaps[0] = y + again.height, _gap(again, run[0])
        for gap, block in zip(gaps, run, strict=True):
            y += gap
            placed.append(PlacedBlock(block, page, y))
            y += block.height
        above = run[-1]
    return placed


def _gap(above: Block | None, block: Block) -> float:
    """White between two blocks; a page's first block has none above it."""
    if above is None:
        return 0.0
    return block.gap_before if above.gap_after is None else above.gap_after


def _kept_together(blocks: Iterable[Block]) -> list[list[Block]]:
    runs: list[list[Block]] = []
    is_open = False
    for block in blocks:
        if is_open:
            runs[-1].append(block)
        else:
            runs.append([block])
        is_open = block.keep_with_next
    return runs
