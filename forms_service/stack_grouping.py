"""Which sheets of a clerk's stack make up one paper, and what a sheet without a code lies behind.

Pure: it only knows what was seen on every sheet, in the order in which they were scanned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.placement import PageIdentity
from forms_service.stack_covers import heed_covers


@dataclass(frozen=True, slots=True)
class SheetMark:
    """What was seen on one sheet.

    Attributes:
        blank: It bears nothing: the back of another.
        marked: It has corner marks or the print of our forms, though its code could not be read.
        known: Its form, version and print are among those published here.
        readable: It could be opened at all.
        unclear: It is blurred, or no whole sheet shows in the picture.
        blurred: Not even whether it is a page of a form can be told.
    """

    identity: PageIdentity | None = None
    blank: bool = False
    marked: bool = False
    known: bool = True
    readable: bool = True
    unclear: bool = False
    blurred: bool = False


class SheetKind(StrEnum):
    """What a sheet is to the stack."""

    FORM = "form"
    COVER = "cover"
    LOOSE = "loose"
    BLANK = "blank"
    UNIDENTIFIED = "unidentified"
    CODE_UNREADABLE = "code_unreadable"
    UNREADABLE = "unreadable"
    UNCLEAR = "unclear"


_MAY_BEGIN_ANOTHER = (SheetKind.CODE_UNREADABLE, SheetKind.UNREADABLE)
"""Sheets that may be the form of somebody else, whose papers then follow."""


@dataclass(frozen=True, slots=True)
class SortedSheet:
    """Where one sheet belongs.

    Attributes:
        identity: Of a form's page; an anonymous one below a cover has the cover's reference.
        paper: Number of the paper a form's page is part of; None where it cannot be told.
        cover: The cover sheet it lies below.
        behind: Place of the form's page before it, whether or not that decides where it goes.
    """

    kind: SheetKind
    identity: PageIdentity | None = None
    paper: int | None = None
    cover: PageIdentity | None = None
    behind: int | None = None


def sort_sheets(marks: Sequence[SheetMark], by_position: bool) -> list[SortedSheet]:
    """Tell of every sheet what it is and which paper it belongs to.

    Pages of one reference belong together wherever they lie.  Anonymous pages belong together when
    they follow one another as pages of one form, beginning with its first.  Below a dossier's cover
    sheet, anonymous pages and sheets without a code are the dossier's, up to the next cover.  Blank
    backs come between nothing.

    Args:
        by_position: Whether a sheet without a code belongs to the form that lies before it.
    """
    solid = [place for place, mark in enumerate(marks) if not mark.blank]
    covered = heed_covers([marks[place].identity for place in solid])
    keys = group_pages([page.identity for page in covered])
    papers = {key: number for number, key in enumerate(dict.fromkeys(one for one in keys if one))}
    found = [SortedSheet(SheetKind.BLANK)] * len(marks)
    before: int | None = None
    for place, page, key in zip(solid, covered, keys, strict=True):
        if page.is_cover:
            found[place], before = SortedSheet(SheetKind.COVER, identity=marks[place].identity), None
        elif page.identity is not None:
            kind = SheetKind.FORM if key else SheetKind.UNIDENTIFIED
            found[place] = SortedSheet(kind, page.identity, papers[key] if key else None, behind=before)
            before = place if key else None
        else:
            found[place] = _without_code(marks[place], page.cover, before, by_position)
            if found[place].kind in _MAY_BEGIN_ANOTHER or _hides_a_form(marks[place], found[place]):
                before = None  # papers behind it may be those of another person
    return found


def _without_code(
    mark: SheetMark, cover: PageIdentity | None, before: int | None, by_position: bool
) -> SortedSheet:
    if not mark.readable:
        return SortedSheet(SheetKind.UNREADABLE, cover=cover, behind=before)
    if mark.marked:
        return SortedSheet(SheetKind.CODE_UNREADABLE, cover=cover, behind=before)
    if cover is None and mark.unclear:
        return SortedSheet(SheetKind.UNCLEAR, behind=before)
    if cover is None and (before is None or not by_position):
        return SortedSheet(SheetKind.UNIDENTIFIED, behind=before)
    return SortedSheet(SheetKind.LOOSE, cover=cover, behind=before)


def _hides_a_form(mark: SheetMark, sheet: SortedSheet) -> bool:
    """Whether a blurred picture may be the form of somebody else, whose papers then follow."""
    return sheet.kind is SheetKind.UNCLEAR and mark.blurred


def group_pages(identities: Iterable[PageIdentity | None]) -> list[tuple[object, ...] | None]:
    """For every page the group it belongs to, or None when it cannot be told whose it is.

    A group is one paper: a large print, a usual one and a correction slip of the same dossier are three.
    """
    keys: list[tuple[object, ...] | None] = []
    run: tuple[object, ...] | None = None
    expected = 0
    for place, identity in enumerate(identities):
        if identity is None or identity.reference:
            run = None
            keys.append(identity and (*_paper(identity), identity.reference))
            continue
        if identity.page == 1:
            run, expected = (*_paper(identity), "", place), 1
        elif run is None or run[:3] != _paper(identity) or identity.page != expected:
            run = None
        keys.append(run)
        expected += 1
    return keys


def _paper(identity: PageIdentity) -> tuple[str, int, str]:
    return identity.form_id, identity.version, identity.variant
