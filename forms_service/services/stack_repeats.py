"""Sheets that lie twice in one stack: the clerk learns of it before two receipts go to one person."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_service.services.stack_by_hand import PlacedSheet
from forms_service.storage.models import DossierRow, PageRow, StackSheetRow

Place = tuple[int, int]
"""(file, page) of a sheet in its stack."""


def place_of(row: StackSheetRow) -> Place:
    """Where a sheet lies in its stack."""
    return row.file, row.page


def repeated_sheets(session: Session, placed: Sequence[PlacedSheet]) -> dict[Place, Place]:
    """The first sheet that each later one repeats, by their places.

    Two sheets are the same if their pictures are, or if they are the same page of the same form of one
    registration number, in whichever dossiers they ended; without a number, in one dossier.
    """
    images = _images(session, placed)
    first: dict[Hashable, Place] = {}
    found: dict[Place, Place] = {}
    for one in sorted(placed, key=lambda sheet: place_of(sheet.row)):
        place = place_of(one.row)
        for key in _keys(session, one, images.get(place)):
            earlier = first.setdefault(key, place)
            if earlier != place:
                found.setdefault(place, earlier)
    return found


def _keys(session: Session, one: PlacedSheet, image: str | None) -> Iterator[Hashable]:
    if image is not None:
        yield "image", image
    if one.identity is not None and one.row.form_page is not None:
        dossier = session.get_one(DossierRow, one.dossier_id)
        identity = one.identity
        page = (identity.form_id, identity.version, identity.variant, identity.page)
        yield "page", *page, dossier.registration or dossier.id


def _images(session: Session, placed: Sequence[PlacedSheet]) -> dict[Place, str]:
    """The picture of each sheet by its digest, where it is plain which page of an upload the sheet became."""
    together: dict[str, list[Place]] = {}
    for one in placed:
        if one.attachment_id is not None:
            together.setdefault(one.attachment_id, []).append(place_of(one.row))
    pages: dict[str, list[str]] = {}
    query = select(PageRow).where(PageRow.attachment_id.in_(together)).order_by(PageRow.number)
    for row in session.scalars(query):
        pages.setdefault(row.attachment_id, []).append(row.image_object)
    return {
        place: image
        for upload, places in together.items()
        if len(places) == len(pages.get(upload, ()))
        for place, image in zip(sorted(places), pages[upload], strict=True)
    }
