"""Values of both scripts, flattened, in pdf.js, PDFium and pypdf: exact but for those named here.

A value that begins to come out must leave its list, so that the lists say neither more nor less than is so.
"""

from __future__ import annotations

import pypdfium2
import pytest
from conftest import Paper
from mixed_values import mixed_values
from pdfjs_harness import PdfJs
from test_text_comes_out import READERS, plain

from core.localized_text import Direction, Language, LocalizedText, Script
from forms_service.render.appearance import base_direction
from forms_service.render.artwork import Align, Words
from forms_service.render.form_pdf import render_filled
from forms_service.render.paper import PaperProperties, write_paper

VALUES = mixed_values(80)
ISSUE = ["شقة 12، زنقة N'Guyen", "شقة N'Guyen الطابق", "حي السلام، N'Guyen"]
PER_PAGE = 27


def written(values: list[str]) -> bytes:
    """A paper with each value on a line of its own, on the side where it begins."""
    pages = []
    for start in range(0, len(values), PER_PAGE):
        page = []
        for index, value in enumerate(values[start : start + PER_PAGE]):
            is_rtl = base_direction(value, Script.ARAB) is Direction.RTL
            side = (190, Align.RIGHT, Language.AR) if is_rtl else (20, Align.LEFT, Language.FR)
            page.append(Words(value, side[0], 20 + 9 * index, 10, side[2], align=side[1]))
        pages.append(page)
    return write_paper(
        pages, PaperProperties(title=LocalizedText(ar="عناوين", fr="Adresses"), language=Language.AR)
    )


@pytest.mark.parametrize("reader", ["pdf.js", "PDFium", "pypdf"])
def test_only_named_values_come_out_otherwise(reader: str, pdfjs: PdfJs) -> None:
    pages = [plain(text) for text in READERS[reader](pdfjs, written(VALUES))]
    missing = {value for index, value in enumerate(VALUES) if plain(value) not in pages[index // PER_PAGE]}
    assert missing == OTHERWISE[reader]


@pytest.mark.parametrize("address", ISSUE)
def test_an_address_is_read_and_found_as_it_was_filled(
    address: str, papers: dict[str, Paper], pdfjs: PdfJs
) -> None:
    filled = render_filled(papers["311-1-14"].spec, {"assured.address": address}, flatten=True)
    for reader in ("pdf.js", "PDFium", "pypdf"):
        assert plain(address) in plain(" ".join(READERS[reader](pdfjs, filled))), reader
    pages = [page.get_textpage() for page in pypdfium2.PdfDocument(filled)]
    assert sum(page.search(address).get_next() is not None for page in pages) == 1
    assert sum(page.search(address[::-1]).get_next() is not None for page in pages) == 0


OTHERWISE: dict[str, set[str]] = {
    "pdf.js": set(),
    "PDFium": {
        "الطابق (B) Bd. Zerktouni",
        'إقامة "Les Orangers" عمارة B3',
        "Rue الزيتون, n° 12",
        "شارع محمد الخامس / (n° 5)",
        "lot. 12-B عمارة GH2، إقامة الأمل",
        "[lot. 12-B], إقامة الأمل",
        "étage 3، lot. 12-B",
        "lot. 12-B 7، إقامة الأمل",
        "«N'Guyen» 2,5 - سلا الجديدة، Bd. Zerktouni",
        "(étage 3) - زنقة، سلا الجديدة",
        "سلا الجديدة Aït Melloul / [rue Ibn Sina] زنقة",
        "(Aït Melloul) 7 - Bd. Zerktouni الطابق",
        "«rue Ibn Sina»، (06.12.34.56.78)، 12-14, rue Ibn Sina",
    },
    "pypdf": {
        "étage 3، lot. 12-B",
        "سلا الجديدة, lot. 12-B 7، 2,5",
        "«rue Ibn Sina»، (06.12.34.56.78)، 12-14, rue Ibn Sina",
    },
}
