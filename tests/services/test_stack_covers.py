"""Cover sheets in a scanned stack: where one lies a dossier begins, and what follows is filed with it."""

from __future__ import annotations

import io

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from core.placement import COVER, PageIdentity
from forms_service.messages import say
from forms_service.ocr.page_identity import find_identity
from forms_service.stack_covers import heed_covers, is_blank

PAPER = "a paper without identity"


def page(reference: str = "", form: str = "f", variant: str = "") -> PageIdentity:
    return PageIdentity(form, 1, 1, 2, reference, variant)


def cover(reference: str, form: str = "f") -> PageIdentity:
    return PageIdentity(form, 1, 1, 1, reference, COVER)


@pytest.mark.parametrize(
    ("stack", "belongs"),
    [
        ([cover("A"), None, None], ["cover", "A", "A"]),
        ([cover("A"), None, cover("B"), None], ["cover", "A", "cover", "B"]),
        ([None, cover("A"), None], [None, "cover", "A"]),
        ([cover("A"), page(), None], ["cover", "A", "A"]),
        ([cover("A"), page("A"), None], ["cover", "A", "A"]),
        ([cover("A"), page("B"), None], ["cover", "B", None]),
        ([cover("A"), page(form="g"), None], ["cover", "", None]),
        ([page("B"), None], ["B", None]),
    ],
    ids=[
        "papers below a cover",
        "two dossiers",
        "a paper above the first cover",
        "an anonymous form",
        "a form of the same dossier",
        "a form of somebody else ends the reach",
        "an anonymous form of another kind ends it",
        "no cover at all",
    ],
)
def test_what_lies_below_a_cover_belongs_to_its_dossier(stack: list, belongs: list) -> None:
    def whose(one) -> str | None:
        if one.is_cover:
            return "cover"
        if one.cover:
            return one.cover.reference
        return one.identity.reference if one.identity else None

    assert [whose(one) for one in heed_covers(stack)] == belongs


def test_a_blank_back_is_told_from_a_faint_paper() -> None:
    back = np.full((1000, 700), 240, np.uint8)
    back[:, :8] = 20  # the shadow of the scanner's edge
    faint = Image.fromarray(back.copy())
    ImageDraw.Draw(faint).text((200, 300), "Acte de naissance", fill=90)
    assert is_blank(back)
    assert not is_blank(np.asarray(faint))


def scanned(pdf: bytes) -> Image.Image:
    """The first page as a scanner gives it, laid a little crooked."""
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72, grayscale=True).to_pil()
    return image.rotate(1.2, fillcolor=255, resample=3)


def paper(words: str) -> Image.Image:
    image = Image.new("L", (1240, 1754), 255)
    ImageDraw.Draw(image).text((200, 300), words, fill=0, font_size=60)
    return image


@pytest.fixture
def dossier(office) -> str:
    return office.open()


def test_the_code_of_a_printed_cover_sheet_is_read_and_names_the_dossier(office, dossier: str) -> None:
    reference = office.services.dossier(office.applicant, dossier).reference
    mark = find_identity(np.asarray(scanned(office.services.cover_sheet(office.clerk, dossier))))
    assert mark
    assert (mark.identity.reference, mark.identity.variant) == (reference, COVER)


def test_a_stack_with_covers_is_filed_dossier_by_dossier(office, dossier: str) -> None:
    """The papers below each cover become documents of its dossier; blank backs and covers do not."""
    other = office.services.open_dossier(office.neighbour, "311-1-14", "fr")
    covers = [scanned(office.services.cover_sheet(office.clerk, one)) for one in (dossier, other)]
    blank = Image.new("L", (1240, 1754), 250)
    pages = [covers[0], blank, paper("Certificat"), covers[1], paper("Attestation"), paper("Acte")]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    result = office.services.intake_scan(office.clerk, [("stack.pdf", out.getvalue())])
    assert [one.fate for one in result.pages] == ["filed"] * 6
    assert [one.dossier_id for one in result.pages] == [dossier, None, dossier, other, other, other]
    assert office.services.left_pages(office.clerk) == ([], 0)
    held = [len(office.services.dossier(office.clerk, one).attachments) for one in (dossier, other)]
    assert held == [1, 2]
    assert set(result.found) == {dossier, other}


def test_a_cover_sheet_alone_is_no_document(office, dossier: str) -> None:
    """Uploaded by itself it is refused and said what it is: nothing of it enters the dossier."""
    out = io.BytesIO()
    scanned(office.services.cover_sheet(office.clerk, dossier)).save(out, "PNG")
    office.services.upload(office.applicant, dossier, "cover.png", out.getvalue())
    office.read_all()
    (upload,) = office.services.dossier(office.applicant, dossier).attachments
    assert upload.status == "refused"
    assert upload.message == say("only_cover")


def test_every_page_of_a_cover_sheet_that_goes_on_is_passed_over(office, dossier: str) -> None:
    """Dozens of documents need a second page: it too says that it is cover, and lies in no dossier."""
    reference = office.services.dossier(office.applicant, dossier).reference
    first, second = (PageIdentity("f", 1, page, 2, reference, COVER) for page in (1, 2))
    assert [one.is_cover for one in heed_covers([first, second, None])] == [True, True, False]
    assert heed_covers([first, second, None])[2].cover == second
