"""Labels and flattened values in pdf.js, PDFium, poppler and pypdf, letter for letter, in both languages.

Compared are the lines as they were set, white space aside and without the invisible marks of direction.
What an engine cannot give back, whatever is written, is named here with the reason.
"""

from __future__ import annotations

import io
import re
import subprocess
import unicodedata
from collections.abc import Callable, Iterator

import pypdf
import pypdfium2
import pytest
from conftest import Paper
from pdfjs_harness import PdfJs

from core.localized_text import Language
from core.placement import Placement, WidgetKind
from forms_service.render.artwork import Words
from forms_service.render.layout import lay_out

NAMES = ["311-1-14", "310-1-32", "small"]
_MARKS = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_VOWEL = re.compile("[\u064b-\u065f\u0670]")
_ARABIC = re.compile("[\u0600-\u06ff]")
_NOT_WORDS = re.compile(r"[^\u0620-\u064a\s()\[\]«»]")


def plain(text: str) -> str:
    """White space made single, marks of direction taken out; every letter as it was."""
    return " ".join(_MARKS.sub("", unicodedata.normalize("NFC", text)).split())


def by_pdfium(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


def by_pypdf(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def by_poppler(pdf: bytes, *options: str) -> list[str]:
    command = ["pdftotext", *options, "-enc", "UTF-8", "-", "-"]
    out = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    return out.decode("utf-8").split("\f")[:-1]


def in_box(pdf: bytes, place: Placement) -> str:
    """What poppler gives for one box; on the whole page it takes the cells of a comb for columns."""
    box = [place.box.x, place.box.y, place.box.width, place.box.height]
    area = [
        word
        for flag, mm in zip("xyWH", box, strict=True)
        for word in (f"-{flag}", str(round(mm * 72 / 25.4)))
    ]
    return by_poppler(pdf, "-layout", "-f", str(place.page), "-l", str(place.page), *area)[0]


def by_pdfjs(viewer: PdfJs, pdf: bytes) -> list[str]:
    viewer.open(pdf)
    return [viewer.text(page) for page in range(1, viewer.pages + 1)]


def selected_in_pdfjs(viewer: PdfJs, pdf: bytes) -> list[str]:
    viewer.open(pdf)
    return [viewer.selected_text(page) for page in range(1, viewer.pages + 1)]


READERS: dict[str, Callable[[PdfJs, bytes], list[str]]] = {
    "pdf.js": by_pdfjs,
    "pdf.js, selected": selected_in_pdfjs,
    "PDFium": lambda _, pdf: by_pdfium(pdf),
    "pypdf": lambda _, pdf: by_pypdf(pdf),
    "poppler": lambda _, pdf: by_poppler(pdf),
    "poppler -layout": lambda _, pdf: by_poppler(pdf, "-layout"),
}


def is_beyond(reader: str, line: str) -> bool:
    """Whether a reader cannot give a line back, whatever is written.

    - PDFium takes a raised vowel («طبقاً») for a line of its own and cuts the words there.
    - poppler decides on one direction for a whole page; where most letters are French, it gives the
      numbers, the Latin words and the stops of an Arabic line in the order they stand from the left.
      It also takes a raised vowel for a word of its own.
    """
    if not _ARABIC.search(line):
        return False
    if reader == "PDFium":
        return _VOWEL.search(line) is not None
    return reader.startswith("poppler") and _NOT_WORDS.search(line) is not None


def lines_of(paper: Paper) -> Iterator[tuple[int, str]]:
    for page, artwork in enumerate(lay_out(paper.spec).artwork):
        for piece in artwork:
            if isinstance(piece, Words) and piece.text.strip():
                yield page, plain(piece.text)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", NAMES)
def test_every_line_of_every_label_comes_out(
    name: str, reader: str, papers: dict[str, Paper], pdfjs: PdfJs
) -> None:
    pages = [plain(text) for text in READERS[reader](pdfjs, papers[name].blank)]
    wanted = [(page, line) for page, line in lines_of(papers[name]) if not is_beyond(reader, line)]
    assert not [line for page, line in wanted if line not in pages[page]]
    arabic = [line for _, line in wanted if _ARABIC.search(line)]
    all_arabic = [line for _, line in lines_of(papers[name]) if _ARABIC.search(line)]
    assert len(arabic) > 0.7 * len(all_arabic)


@pytest.mark.parametrize("reader", ["pdf.js", "PDFium", "pypdf"])
@pytest.mark.parametrize("name", ["311-1-14", "310-1-32"])
def test_wrapped_texts_come_out_in_one_piece(
    name: str, reader: str, papers: dict[str, Paper], pdfjs: PdfJs
) -> None:
    """Column by column: the lines of a text follow each other, never mixed with the other language."""
    text = " ".join(plain(page) for page in READERS[reader](pdfjs, papers[name].blank))
    footnotes = papers[name].spec.footnotes.values()
    wanted = [plain(note.in_language(language)) for note in footnotes for language in Language]
    assert wanted
    assert not [words for words in wanted if words not in text and not is_beyond(reader, words)]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", NAMES)
def test_every_flattened_value_comes_out(
    name: str, reader: str, papers: dict[str, Paper], pdfjs: PdfJs
) -> None:
    paper = papers[name]
    pages = [plain(text) for text in READERS[reader](pdfjs, paper.flattened)]
    missing = []
    for field, place, text in paper.written():
        wanted, seen = plain(text), pages[place.page - 1]
        if place.widget is WidgetKind.COMB and reader.startswith("poppler"):
            seen = in_box(paper.flattened, place)
        if place.widget is WidgetKind.COMB:
            wanted, seen = wanted.replace(" ", ""), seen.replace(" ", "")
        if wanted not in seen and not is_beyond(reader, wanted):
            missing.append((field.id, text))
    assert not missing


def test_pdfjs_finds_arabic_words_and_phrases(papers: dict[str, Paper], pdfjs: PdfJs) -> None:
    pdfjs.open(papers["311-1-14"].flattened)
    for words in ("الاسم العائلي", "طبيعة الطلب", "المؤمن له", "فاطمة الزهراء", "Prénom", "déclaration"):
        assert sum(pdfjs.find(words)) >= 1, words
    assert sum(pdfjs.find("يلئاعلا مسالا")) == 0


def test_pdfium_finds_arabic_words_and_phrases(papers: dict[str, Paper]) -> None:
    document = pypdfium2.PdfDocument(papers["311-1-14"].flattened)
    pages = [page.get_textpage() for page in document]

    def count(words: str) -> int:
        return sum(page.search(words).get_next() is not None for page in pages)

    for words in ("الاسم العائلي", "طبيعة الطلب", "المؤمن له", "فاطمة الزهراء", "Prénom", "déclaration"):
        assert count(words) >= 1, words
    assert count("يلئاعلا مسالا") == 0


def test_the_comparison_would_notice_reversed_letters(papers: dict[str, Paper]) -> None:
    (text, *_) = [plain(page) for page in by_pypdf(papers["311-1-14"].blank)]
    arabic = [line for page, line in lines_of(papers["311-1-14"]) if page == 0 and _ARABIC.search(line)]
    assert len(arabic) > 40
    assert sum(line[::-1] in text for line in arabic) <= 1
