"""What cover sheets say of a scanned stack: a dossier begins here, and what follows belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.placement import COVER, PageIdentity

if TYPE_CHECKING:
    import numpy as np

_EDGE = 0.05
_CONTRAST = 45
"""How much darker than its paper the faintest writing is; of 256 grays."""

_LEAST_INK = 0.0001
"""Share of the page that a few words cover.  In doubt a page is a paper: nothing may be lost."""


@dataclass(frozen=True, slots=True)
class CoveredPage:
    """One page of a stack once the cover sheets were heeded.

    Attributes:
        identity: The page's own, or an anonymous blank's with the reference of the cover above it.
        cover: The cover sheet above a page that has no identity: a certificate, a card.
        is_cover: Whether the page is a cover sheet itself.
    """

    identity: PageIdentity | None
    cover: PageIdentity | None = None
    is_cover: bool = False


def heed_covers(identities: Sequence[PageIdentity | None]) -> list[CoveredPage]:
    """Give what follows a cover sheet to its dossier, up to the next one.

    A page that carries a reference of its own always goes by that; where it is another dossier's, the
    cover's reach ends, for somebody else's papers have begun.
    """
    pages: list[CoveredPage] = []
    cover: PageIdentity | None = None
    for one in identities:
        if one is not None and one.variant == COVER:
            cover = one
            pages.append(CoveredPage(None, is_cover=True))
        elif one is None:
            pages.append(CoveredPage(None, cover))
        elif one.reference:
            cover = cover if cover and cover.reference == one.reference else None
            pages.append(CoveredPage(one))
        elif cover and (one.form_id, one.version) == (cover.form_id, cover.version):
            pages.append(CoveredPage(replace(one, reference=cover.reference)))
        else:
            cover = None
            pages.append(CoveredPage(one))
    return pages


def is_blank(pixels: np.ndarray) -> bool:
    """Whether a page bears nothing but the shadows of its edges."""
    import numpy as np  # whoever only files sheets that were looked at has no picture

    height, width = pixels.shape[:2]
    down, across = int(height * _EDGE), int(width * _EDGE)
    middle = pixels[down : height - down, across : width - across]
    return float(np.mean(middle < np.median(middle) - _CONTRAST)) < _LEAST_INK
