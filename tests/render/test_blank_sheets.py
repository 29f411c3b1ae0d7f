"""A thousand blanks in one file: made while it is sent, each with its own reference."""

from __future__ import annotations

import io
import subprocess
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
import zxingcpp

from core.form_spec import FormSpec
from core.placement import PageIdentity
from forms_service.render.blank_sheets import stream_blanks
from forms_service.render.document import page_entries
from forms_service.render.form_pdf import render_blank
from forms_service.render.layout import lay_out
from forms_service.render.pdf_objects import ObjectTable
from forms_service.render.streamed_file import StreamedFile
from tests.render.conftest import page_pixels

MANY = 70
"""Copies of the small form that fill more than one node of the tree of pages."""


def numbered(count: int) -> list[str]:
    return [f"CN-2026-{number:05d}" for number in range(count)]


def nodes(tree: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Every node of a tree of pages, the root first."""
    yield tree
    for kid in tree.Kids:
        if kid.Type == "/Pages":
            yield from nodes(kid)


@pytest.fixture(scope="module")
def sheets(small: FormSpec) -> bytes:
    return b"".join(stream_blanks(small, numbered(MANY)))


def test_a_streamed_file_is_sound(sheets: bytes, tmp_path: Path) -> None:
    """The reference checker of PDF syntax has nothing to say."""
    path = tmp_path / "sheets.pdf"
    path.write_bytes(sheets)
    checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "warning" not in (checked.stdout + checked.stderr).lower()


def test_every_page_names_its_own_copy(sheets: bytes, small: FormSpec) -> None:
    """In the order of the references, and in their order within a copy."""
    pages = lay_out(small).layout.pages
    document = pypdfium2.PdfDocument(sheets)
    assert len(document) == MANY * pages
    for copy in (0, 1, 31, 32, 63, 64, MANY - 1):
        for page in range(pages):
            shown = document[copy * pages + page].render(scale=150 / 72).to_pil().convert("L")
            (code,) = zxingcpp.read_barcodes(np.asarray(shown))
            identity = PageIdentity.decode(code.text)
            assert identity == lay_out(small).identity(page + 1, numbered(MANY)[copy])


def test_a_sheet_looks_like_the_blank(small: FormSpec) -> None:
    """Nothing is lost by leaving fields and structure out."""
    reference = "7K3Q-9XMB-2FTC"
    (sheet, blank) = (
        page_pixels(b"".join(stream_blanks(small, [reference]))),
        page_pixels(render_blank(small, reference)),
    )
    assert np.array_equal(sheet, blank)


def test_what_copies_share_is_written_once(sheets: bytes, small: FormSpec) -> None:
    """Two weights of the typeface, one drawing for each page of the form, two thousand bytes a sheet."""
    with pikepdf.open(io.BytesIO(sheets)) as document:
        fonts = [one for one in document.objects if isinstance(one, pikepdf.Stream) and "/Length1" in one]
        assert len(fonts) == 2
        artwork = {page.Contents[0].objgen for page in document.pages}
    assert len(artwork) == lay_out(small).layout.pages
    one = len(b"".join(stream_blanks(small, numbered(1))))
    assert (len(sheets) - one) / (MANY - 1) < 2000 * lay_out(small).layout.pages


def test_references_are_taken_while_the_file_is_made(small: FormSpec) -> None:
    """The first bytes leave before the last reference is known."""
    taken = []

    def references() -> Iterator[str]:
        for reference in numbered(400):
            taken.append(reference)
            yield reference

    parts = stream_blanks(small, references())
    assert next(parts).startswith(b"%PDF-1.7")
    assert 0 < len(taken) < 200
    assert sum(1 for _ in parts) > 1 and len(taken) == 400


def test_memory_does_not_grow_with_the_number_of_copies(small: FormSpec) -> None:
    """A copy leaves the places of its objects behind, and nothing of its content."""

    def peak(copies: int) -> int:
        tracemalloc.start()
        for _ in stream_blanks(small, numbered(copies)):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(400)  # the widths of captions are kept, but no more than a certain number of them
    few, many = peak(100), peak(400)
    assert (many - few) / 300 < 300, "bytes for each further copy, whose content is thousands"


def test_copies_printed_on_both_sides_begin_on_a_sheet_of_their_own(
    refund: FormSpec, small: FormSpec
) -> None:
    """An odd number of pages is followed by an empty one, an even number by none."""
    for spec in (refund, small):
        pages = lay_out(spec).layout.pages
        data = b"".join(stream_blanks(spec, numbered(2), two_sided=True))
        with pikepdf.open(io.BytesIO(data)) as document:
            assert document.Root.ViewerPreferences.Duplex == "/DuplexFlipLongEdge"
            padded = pages + pages % 2
            assert len(document.pages) == 2 * padded
            drawn = [len(page.obj.get("/Contents", [])) > 0 for page in document.pages]
            assert drawn == 2 * ([True] * pages + [False] * (padded - pages))


def test_a_large_print_is_streamed_as_well(small: FormSpec) -> None:
    """The variant is in the code of every page."""
    data = b"".join(stream_blanks(small, numbered(1), variant="L"))
    (code,) = zxingcpp.read_barcodes(page_pixels(data))
    identity = PageIdentity.decode(code.text)
    assert identity is not None and identity.variant == "L"


def test_pages_hang_in_a_balanced_tree() -> None:
    """Every node has few kids and knows its pages and its parent, however many there are."""
    shared = ObjectTable()
    content = shared.add(b"<< /Length 0 >>\nstream\n\nendstream")
    file = StreamedFile(shared)
    for _ in range(5000):
        file.add_page(page_entries(0, None, "<< >>", [content]))
    file.close({"Type": "/Catalog"}, "<< >>", "0" * 32)
    with pikepdf.open(io.BytesIO(file.taken())) as document:
        assert len(document.pages) == 5000
        tree = document.Root.Pages
        assert "/Parent" not in tree and int(tree.Count) == 5000
        for node in nodes(tree):
            assert len(node.Kids) <= 64
            assert int(node.Count) == sum(int(kid.get("/Count", 1)) for kid in node.Kids)
            assert all(kid.Parent.objgen == node.objgen for kid in node.Kids)
