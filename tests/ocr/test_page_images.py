"""Uploads become upright gray pages, or one clear refusal in both languages."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from core.errors import UnreadableDocument
from forms_service.ocr import page_images
from forms_service.ocr.page_images import iterate_pages, load_pages
from forms_service.ocr.refusals import REFUSAL_CODES, refusal


def _picture(width: int = 200, height: int = 300) -> Image.Image:
    """White, with a black square in the top left corner."""
    image = Image.new("L", (width, height), 255)
    image.paste(0, (0, 0, 40, 40))
    return image


def _saved(image: Image.Image, form: str, **settings: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **settings)
    return buffer.getvalue()


def _pdf_of(image: Image.Image, pages: int = 1, **settings: object) -> bytes:
    return _saved(
        image, "PDF", save_all=True, append_images=[image] * (pages - 1), resolution=100, **settings
    )


def _refused(data: bytes, name: str = "scan.bin") -> str:
    with pytest.raises(UnreadableDocument) as caught:
        load_pages(data, name)
    assert caught.value.code in REFUSAL_CODES
    assert name in caught.value.message.ar
    assert name in caught.value.message.fr
    return caught.value.code


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "HEIF"])
def test_pictures_of_every_accepted_type_become_one_gray_page(form):
    (page,) = load_pages(_saved(_picture().convert("RGB"), form), f"a.{form}")
    assert page.pixels.shape == (300, 200)
    assert page.pixels.dtype == np.uint8
    assert page.pixels[20, 20] < 40
    assert page.pixels[200, 150] > 220


def test_a_phone_picture_is_turned_by_its_orientation_mark():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side: turn a quarter clockwise
    (page,) = load_pages(_saved(_picture(), "JPEG", exif=exif), "phone.jpg")
    assert page.pixels.shape == (200, 300)
    assert page.pixels[20, 280] < 40


def test_every_page_of_a_tiff_is_given():
    one, two = _picture(), Image.new("L", (150, 100), 128)
    pages = load_pages(_saved(one, "TIFF", save_all=True, append_images=[two]), "stack.tif")
    assert [(page.page, page.pixels.shape) for page in pages] == [(1, (300, 200)), (2, (100, 150))]


def test_transparent_paper_is_white():
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    (page,) = load_pages(_saved(image, "PNG"), "clear.png")
    assert page.pixels.min() > 250


def test_sixteen_bits_keep_their_gray():
    samples = np.full((100, 100), 32768, np.uint16)
    (page,) = load_pages(_saved(Image.fromarray(samples), "PNG"), "deep.png")
    assert 120 <= page.pixels.mean() <= 136


def test_a_scan_in_a_pdf_keeps_its_own_resolution():
    (page,) = load_pages(_pdf_of(_picture(827, 1169)), "scan.pdf")
    assert page.pixels.shape == (1169, 827)
    assert page.dpi == pytest.approx(100, abs=1)


def test_a_drawn_pdf_page_comes_at_300_dpi():
    document = pypdfium2.PdfDocument.new()
    document.new_page(72, 144)
    buffer = io.BytesIO()
    document.save(buffer)
    (page,) = load_pages(buffer.getvalue(), "drawn.pdf")
    assert page.pixels.shape == (600, 300)


def test_a_poster_is_drawn_smaller_instead_of_filling_the_memory():
    document = pypdfium2.PdfDocument.new()
    document.new_page(14_000, 14_000)
    buffer = io.BytesIO()
    document.save(buffer)
    (page,) = load_pages(buffer.getvalue(), "poster.pdf")
    assert page.pixels.size <= page_images.MAX_PDF_PAGE_PIXELS * 1.01


def test_an_empty_file_is_refused():
    assert _refused(b"") == "empty_file"


@pytest.mark.parametrize("data", [b"GIF89a" + b"\0" * 90, b"PK\x03\x04docx", b"Bonjour" * 20])
def test_other_types_are_refused(data):
    assert _refused(data) == "unsupported_type"


def test_a_file_too_large_is_refused_before_it_is_opened(monkeypatch):
    monkeypatch.setattr(page_images, "MAX_BYTES", 1000)
    assert _refused(b"%PDF-1.7" + b"0" * 1000) == "file_too_large"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "PDF"])
def test_a_cut_off_file_is_refused(form):
    noisy = Image.fromarray(np.random.default_rng(1).integers(0, 255, (400, 400), np.uint8))
    whole = _saved(noisy, form)
    assert _refused(whole[: len(whole) // 3]) == "broken_document"


def test_a_protected_pdf_is_refused():
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(_pdf_of(_picture()))) as document:
        document.save(locked, encryption=pikepdf.Encryption(owner="owner", user="secret"))
    assert _refused(locked.getvalue()) == "encrypted_document"


def test_a_picture_that_would_fill_the_memory_is_refused_by_its_header():
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100))
    assert _refused(bomb + chunk(b"IEND", b"")) == "image_too_large"


def test_a_picture_too_small_is_refused():
    assert _refused(_saved(Image.new("L", (20, 20)), "PNG")) == "image_too_small"


@pytest.mark.parametrize("form", ["TIFF", "PDF"])
def test_too_many_pages_are_refused(form, monkeypatch):
    monkeypatch.setattr(page_images, "MAX_PAGES", 3)
    small = _picture(80, 80)
    data = _saved(small, form, save_all=True, append_images=[small] * 3)
    assert _refused(data) == "too_many_pages"


def test_a_pdf_without_pages_is_refused():
    buffer = io.BytesIO()
    pikepdf.new().save(buffer)
    assert _refused(buffer.getvalue()) in ("no_pages", "broken_document")


def test_pages_come_one_by_one():
    pages = iterate_pages(_pdf_of(_picture(), pages=5), "stack.pdf")
    assert next(pages).page == 1
    assert next(pages).page == 2


@pytest.mark.parametrize("code", sorted(REFUSAL_CODES))
def test_every_refusal_is_complete_in_both_languages(code):
    error = refusal(code, "é.pdf", 60)
    assert error.code == code
    for sentence in (error.message.ar, error.message.fr):
        assert "é.pdf" in sentence
        assert "{" not in sentence
