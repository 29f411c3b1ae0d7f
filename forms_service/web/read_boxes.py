"""Where on the pages of a form each value was read, so that a reviewer finds it on the paper."""

from __future__ import annotations

from dataclasses import dataclass

from forms_service.services.views import DossierView, ExtractionView
from forms_service.web import readings
from forms_service.web.security import services, the_actor


@dataclass(frozen=True, slots=True)
class ReadBox:
    """Where on its page one value was read, in the page's pixels."""

    id: str
    left: int
    top: int
    width: int
    height: int
    doubtful: bool
    label: str


@dataclass(frozen=True, slots=True)
class SheetBoxes:
    """One page of the form with everything read on it."""

    scan_id: str
    page: int
    width: int
    height: int
    boxes: tuple[ReadBox, ...]


def boxes_on_pages(view: DossierView, every: list[ExtractionView], doubts: set[str]) -> list[SheetBoxes]:
    """Every page of the form that something was read from, with the places it was read at."""
    sizes = services().page_sizes(the_actor(), view.id)
    pages_seen: dict[tuple[str, int], list[ReadBox]] = {}
    for one in every:
        if one.crop_available and (one.scan_id, one.page) in sizes:
            left, top, right, bottom = one.box
            box = ReadBox(
                one.id, left, top, right - left, bottom - top, one.id in doubts, readings.label_of(view, one)
            )
            pages_seen.setdefault((one.scan_id, one.page), []).append(box)
    return [
        SheetBoxes(scan_id, page, *sizes[scan_id, page], tuple(boxes))
        for (scan_id, page), boxes in pages_seen.items()
    ]
