"""Flattened forms and finished papers last: PDF/A-2u, each check shown to notice what it looks for."""

from __future__ import annotations

import io
from collections.abc import Callable

import pdfa_checks
import pikepdf
import pytest
from form_papers import FORMS
from pikepdf import Array, Dictionary, Name, Pdf

from core.localized_text import Language, LocalizedText
from core.placement import BoxMm
from forms_service.render.artwork import Align, Element, Picture, Role, Words
from forms_service.render.metadata import PaperProperties, XmpProperty
from forms_service.render.paper import write_paper


@pytest.mark.parametrize("form", FORMS)
def test_a_flattened_form_is_archival(form: str, paper_file: Callable[[str, str], bytes]) -> None:
    assert pdfa_checks.failures(paper_file(form, "flattened")) == []


def test_a_finished_paper_is_archival(photograph: bytes) -> None:
    assert pdfa_checks.failures(_paper(photograph)) == []


def test_what_a_paper_carries_of_its_own_is_read_back(photograph: bytes) -> None:
    with Pdf.open(io.BytesIO(_paper(photograph))) as pdf, pdf.open_metadata() as metadata:
        assert metadata["{urn:forms-service:paper}payload"] == '{"name": "سعاد <&>"}'


@pytest.fixture(scope="module")
def photograph() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.linear_gradient("L").save(out, "JPEG")
    return out.getvalue()


def _paper(photograph: bytes) -> bytes:
    title = LocalizedText(ar="وصل", fr="Reçu & copie")
    words = Words(
        title.ar, 190, 30, 20, Language.AR, Align.RIGHT, ink=(0.1, 0.3, 0.5), path=(Element(Role.TITLE, "t"),)
    )
    picture = Picture(BoxMm(20, 50, 30, 30), photograph, title)
    own = (XmpProperty("payload", '{"name": "سعاد <&>"}', "What the paper states"),)
    properties = PaperProperties(title, subject="Dépôt", author="CNSS", keywords="a b", own=own)
    return write_paper([[words, picture]], properties)


def _attach(pdf: Pdf, one: Dictionary) -> None:
    pdf.Root["/Attached"] = pdf.make_indirect(one)


def _font_file(pdf: Pdf) -> pikepdf.Stream:
    return pdf.pages[0].Resources.Font["/FormsR"].DescendantFonts[0].FontDescriptor.FontFile2


def _page(pdf: Pdf, content: bytes) -> None:
    pdf.pages[0].contents_add(content)


BREAKS: dict[str, Callable[[Pdf], object]] = {
    "6.1.7 streams": lambda pdf: _font_file(pdf).stream_dict.__setitem__("/F", pikepdf.String("x")),
    "6.2.3 output intent": lambda pdf: pdf.Root.__delitem__("/OutputIntents"),
    "6.2.4 colours": lambda pdf: _page(pdf, b"0 0 0 1 k"),
    "6.2.10 transparency": lambda pdf: _attach(pdf, Dictionary(Type=Name.Group, S=Name.Transparency)),
    "6.2.11 fonts": lambda pdf: pdf.pages[0].Resources.Font["/FormsR"].__delitem__("/ToUnicode"),
    "6.3 annotations": lambda pdf: pdf.pages[0].__setitem__(
        "/Annots", Array([pdf.make_indirect(Dictionary(Subtype=Name.Text, Rect=Array([0, 0, 1, 1])))])
    ),
    "6.4 forms and 6.5 actions": lambda pdf: pdf.Root.__setitem__("/AA", Dictionary()),
    "6.6 metadata": lambda pdf: pdf.docinfo.__setitem__("/Title", "Other"),
    "6.6.2.3 extension schemas": lambda pdf: pdf.Root.Metadata.write(
        pdf.Root.Metadata.read_bytes().replace(b"<pdfaProperty:name>payload<", b"<pdfaProperty:name>other<")
    ),
    "6.8 embedded files": lambda pdf: _attach(pdf, Dictionary(EF=Dictionary())),
}


@pytest.mark.parametrize("number", BREAKS)
def test_a_check_notices_what_it_looks_for(number: str, photograph: bytes) -> None:
    with Pdf.open(io.BytesIO(_paper(photograph))) as pdf:
        BREAKS[number](pdf)
        broken = io.BytesIO()
        pdf.save(broken)
    data = broken.getvalue()
    assert list(pdfa_checks.CHECKS[number](pdfa_checks.Paper(data), data))


def test_a_torn_head_or_tail_is_noticed(photograph: bytes) -> None:
    data = _paper(photograph)
    paper = pdfa_checks.Paper(data)
    assert list(pdfa_checks.CHECKS["6.1.2 header"](paper, data.replace(b"\n%\xe2\xe3", b"\n%ab", 1)))
    assert list(pdfa_checks.CHECKS["6.1.3 trailer"](paper, data + b"trailing"))


def test_every_check_has_been_seen_to_notice() -> None:
    assert {*BREAKS, "6.1.2 header", "6.1.3 trailer"} == set(pdfa_checks.CHECKS)
