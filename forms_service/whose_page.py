"""Whose a page of an upload is: this dossier's, another's, or one without our page identity."""

from __future__ import annotations

from dataclasses import dataclass

from core.localized_text import LocalizedText
from core.placement import COVER, PageIdentity
from forms_service.messages import say
from forms_service.ocr.page_identity import find_identity
from forms_service.ocr.page_images import PageImage
from forms_service.reading_process import ReadingRequest

FORM = "form"
"""What pages of the dossier's own form are handed in as."""

NOBODY = PageIdentity("?", 0, 1, 1)


@dataclass(frozen=True, slots=True)
class SeenPage:
    """One page of the upload, whose it is, and what is wrong with that (a message code) if anything."""

    image: PageImage
    identity: PageIdentity | None
    problem: str | None

    @property
    def ours(self) -> bool:
        """Whether it is a page of this dossier's form."""
        return self.identity is not None and self.problem is None


def see_page(image: PageImage, request: ReadingRequest) -> SeenPage:
    """Find out whose one page is."""
    mark = find_identity(image.pixels)
    if mark is None:
        return SeenPage(image, None, None)
    return SeenPage(image, mark.identity, problem_of(mark.identity, request))


def is_cover(page: SeenPage) -> bool:
    """A dossier's cover sheet came along with its papers: it says only whose they are."""
    return page.identity is not None and page.identity.variant == COVER


def problem_of(identity: PageIdentity, request: ReadingRequest) -> str | None:
    """Why a page is not one of this dossier's; an anonymous blank may be anybody's."""
    if identity.form_id != request.form_id:
        return "other_form"
    if identity.version != request.version:
        return "other_version"
    if identity.reference and identity.reference != request.reference:
        return "other_reference"
    return None


def refusal_of(problem: str, identity: PageIdentity, request: ReadingRequest) -> LocalizedText:
    """Why a page that belongs elsewhere is not taken, and what to do with it."""
    if problem == "other_form":
        return say(problem, form=identity.form_id, expected=request.form_id)
    if problem == "other_version":
        return say(problem, version=identity.version, expected=request.version)
    return say(problem)
