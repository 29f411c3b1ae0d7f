"""Papers are read aloud rightly: PDF/UA-1 by our own checks and by pdfua's.

Every check is shown to notice what it looks for: a good paper is broken on purpose, one way at a time.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pdfua
import pdfua_checks
import pikepdf
import pytest
from form_papers import FORMS, KINDS
from pikepdf import Array, Dictionary, Name, Pdf

DOCS = Path(__file__).parents[3] / "docs" / "accessible-pdf.md"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", FORMS)
def test_a_paper_keeps_to_pdf_ua(form: str, kind: str, paper_file: Callable[[str, str], bytes]) -> None:
    assert pdfua_checks.failures(paper_file(form, kind)) == []


@pytest.mark.parametrize("kind", ["blank", "flattened"])
def test_another_checker_finds_nothing(
    kind: str, tmp_path: Path, paper_file: Callable[[str, str], bytes]
) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(paper_file(FORMS[0], kind))
    report = pdfua.validate(path)
    assert [finding for finding in report.findings] == []


def _element(pdf: Pdf, role: str) -> Dictionary:
    return next(
        one for one in pdf.objects if isinstance(one, Dictionary) and one.get("/S") == Name(f"/{role}")
    )


def _font(pdf: Pdf, name: str) -> Dictionary:
    return pdf.pages[0].Resources.Font[name]


def _prepend(pdf: Pdf, content: bytes) -> None:
    pdf.pages[0].contents_add(content, prepend=True)


def _replace_content(pdf: Pdf, old: bytes, new: bytes) -> None:
    stream = pdf.pages[0].Contents[0]
    data = stream.read_bytes()
    assert old in data
    stream.write(data.replace(old, new, 1))


def _attach(pdf: Pdf, one: Dictionary) -> None:
    pdf.Root["/Attached"] = pdf.make_indirect(one)


def _widget(pdf: Pdf) -> Dictionary:
    return pdf.pages[0].Annots[0]


def _strip_glyph(pdf: Pdf) -> None:
    mapping = _font(pdf, "/FormsR").ToUnicode
    mapping.write(mapping.read_bytes().replace(b"<0645>", b"<0000>"))


def _move_cell(pdf: Pdf) -> None:
    row = _element(pdf, "P")
    row.S = Name.TD


BREAKS: dict[str, Callable[[Pdf], object]] = {
    "01-003": lambda pdf: _replace_content(pdf, b"BDC", b"BDC /Artifact BMC 0 0 1 1 re f EMC"),
    "01-004": lambda pdf: _prepend(pdf, b"/Artifact BMC /P <</MCID 0>> BDC 0 0 1 1 re f EMC EMC"),
    "01-005": lambda pdf: _prepend(pdf, b"0 0 1 1 re f"),
    "01-007": lambda pdf: pdf.Root.MarkInfo.__setitem__("/Suspects", True),
    "02-001": lambda pdf: _element(pdf, "P").__setitem__("/S", Name("/Paragraph")),
    "06-001": lambda pdf: pdf.Root.__delitem__("/Metadata"),
    "07-001": lambda pdf: pdf.Root.ViewerPreferences.__delitem__("/DisplayDocTitle"),
    "09-004": _move_cell,
    "09-005": lambda pdf: _element(pdf, "LI").__setitem__("/S", Name.P),
    "10-001": _strip_glyph,
    "11-001": lambda pdf: pdf.Root.__setitem__("/Lang", pikepdf.String("arabe")),
    "11-001 as shown": lambda pdf: (
        [
            one.__delitem__("/Lang")
            for one in pdf.objects
            if isinstance(one, Dictionary) and "/Lang" in one and "/S" in one
        ]
        + [_replace_content(pdf, b" /Lang (fr-MA)", b"")]
    ),
    "13-004": lambda pdf: _element(pdf, "Figure").__delitem__("/Alt"),
    "14-002": lambda pdf: _element(pdf, "H1").__setitem__("/S", Name.H2),
    "15-003": lambda pdf: _element(pdf, "P").__setitem__("/S", Name.TH),
    "19-003": lambda pdf: _element(pdf, "Note").__delitem__("/ID"),
    "20-001": lambda pdf: pdf.Root.__setitem__("/OCProperties", Dictionary()),
    "21-001": lambda pdf: _attach(pdf, Dictionary(EF=Dictionary(), F=pikepdf.String("x"))),
    "28-002": lambda pdf: pdf.pages[0].Annots.append(
        pdf.make_indirect(
            Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 9, 9]), TU="الف a")
        )
    ),
    "28-005": lambda pdf: _widget(pdf).__setitem__("/TU", pikepdf.String("Nom")),
    "28-008": lambda pdf: pdf.pages[0].__delitem__("/Tabs"),
    "28-010": lambda pdf: _widget(pdf).__setitem__("/StructParent", 0),
    "30-002": lambda pdf: _widget(pdf).AP.N.write(b"/P <</MCID 0>> BDC EMC"),
    "31-001": lambda pdf: _font(pdf, "/FormsR").__setitem__("/Encoding", Name("/90ms-RKSJ-H")),
    "31-009": lambda pdf: _font(pdf, "/FormsR").DescendantFonts[0].FontDescriptor.__delitem__("/FontFile2"),
    "31-016": lambda pdf: _font(pdf, "/FormsR").DescendantFonts[0].W.__setitem__(1, Array([7] * 800)),
    "31-017": lambda pdf: pdf.Root.AcroForm.DR.Font["/FormsD"].FontDescriptor.__setitem__("/Flags", 4),
}


@pytest.mark.parametrize("number", BREAKS)
def test_a_check_notices_what_it_looks_for(number: str, paper_file: Callable[[str, str], bytes]) -> None:
    with Pdf.open(io.BytesIO(paper_file(FORMS[0], "blank"))) as pdf:
        BREAKS[number](pdf)
        broken = io.BytesIO()
        pdf.save(broken)
    paper = pdfua_checks.Paper(broken.getvalue())
    assert list(pdfua_checks.CHECKS[number](paper))


def test_an_encrypted_paper_is_noticed(paper_file: Callable[[str, str], bytes]) -> None:
    with Pdf.open(io.BytesIO(paper_file(FORMS[0], "blank"))) as pdf:
        locked = io.BytesIO()
        pdf.save(locked, encryption=pikepdf.Encryption(owner="x", user=""))
    assert list(pdfua_checks.CHECKS["26-001"](pdfua_checks.Paper(locked.getvalue())))


def test_every_check_has_been_seen_to_notice() -> None:
    seen = {pdfua_checks.CHECKS[number] for number in [*BREAKS, "26-001"]}
    assert seen == set(pdfua_checks.CHECKS.values())


def test_reading_order_leads_from_each_label_to_its_box(paper_file: Callable[[str, str], bytes]) -> None:
    """A box's own label, which its spoken name repeats, is the last text read before it or the next after it."""
    paper = pdfua_checks.Paper(paper_file(FORMS[0], "blank"))
    texts = _texts_by_element(paper)
    reading = [(one, texts.get(one.entries.objgen, "")) for one in paper.elements]
    boxes = [index for index, (one, _) in enumerate(reading) if one.role == "Form"]
    assert len(boxes) > 50
    lost = []
    for index in boxes:
        spoken = str(reading[index][0].objects[0].get("/TU", ""))
        around = [
            text
            for one, text in reading[max(0, index - 6) : index + 4]
            if one.role in ("P", "H2", "TH") and text
        ]
        if not any(_bare(text) and _bare(text) in _bare(spoken) for text in around):
            lost.append(spoken)
    assert lost == []


def _bare(text: str) -> str:
    return "".join(letter for letter in text if letter.isalpha())


def _texts_by_element(paper: pdfua_checks.Paper) -> dict[tuple[int, int], str]:
    texts: dict[tuple[int, int], str] = {}
    owners = {spot: element for element in paper.elements for spot in element.content}
    for one in paper.stretches:
        numbers = [number for _, number, _ in one.marks if number is not None]
        if not numbers or one.font is None:
            continue
        text = pdfua_checks.shown_text(one)
        if any("\u0600" <= letter <= "\u06ff" for letter in text):
            text = text[::-1]  # glyphs run from the left, Arabic is read from the right
        owner = owners[one.page, numbers[-1]].entries.objgen
        texts[owner] = f"{texts.get(owner, '')}{text}"
    return texts


def test_the_document_says_which_conditions_are_checked() -> None:
    said = _conditions_said()
    assert [number for number in pdfua_checks.CHECKS if not _is_checked(said.get(number[:6], ""))] == []
    checked = {number for number, how in said.items() if how.startswith(("ours", "absent, ours"))}
    assert checked - set(pdfua_checks.CHECKS) == set()


def _is_checked(how: str) -> bool:
    return how.startswith(("ours", "absent"))


def _conditions_said() -> dict[str, str]:
    """What the document says of every condition; « 01-001 – 01-003 » stands for three."""
    said: dict[str, str] = {}
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 3 or not re.match(r"\d\d-\d{3}", cells[0]):
            continue
        for part in cells[0].split(","):
            first, _, last = part.strip().partition(" – ")
            point, start = first.split("-")
            for number in range(int(start), int((last or first).split("-")[1]) + 1):
                said[f"{point}-{number:03d}"] = cells[2]
    return said
