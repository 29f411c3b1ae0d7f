"""Turns an upload into upright gray page images, or says in one sentence why it cannot.

Every limit is checked on the file's own header before anything is decoded.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
import pillow_heif
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageOps

from core.errors import UnreadableDocument
from forms_service.ocr.refusals import refusal

MAX_BYTES = 40 * 1024 * 1024
MAX_PAGES = 60
MAX_PIXELS = 60_000_000
MIN_SIDE_PX = 64
PDF_DPI = 300
MAX_PDF_PAGE_PIXELS = 20_000_000
"""A larger PDF page (a poster, a hostile one) is drawn at a lower resolution."""

FULL_PAGE_SHARE = 0.8
"""An embedded image that covers this share of its page is the scan itself."""

_IMAGE_FORMATS = ("JPEG", "PNG", "TIFF", "HEIF")
_PASSWORD_ERROR = 4
_ROUNDING = 1 - 1e-6  # PDFium rounds sizes up; a scan must not gain a row by it
_PDF_LOCK = threading.Lock()  # PDFium is not thread-safe

pillow_heif.register_heif_opener()
Image.init()  # ``formats=`` only knows formats whose plugins are loaded


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page as it was uploaded, turned upright by its own orientation mark only.

    Attributes:
        file: Name of the upload it came from.
        page: Page of that file, from 1.
        pixels: Gray, ``uint8``, 0 is black.
        dpi: Resolution the file claims, or None.
    """

    file: str
    page: int
    pixels: np.ndarray
    dpi: float | None = None


def load_pages(data: bytes, name: str) -> list[PageImage]:
    """Give every page of an upload as a gray image.

    Raises:
        UnreadableDocument: The file is empty, too large, of another type, protected or broken.
    """
    return list(iterate_pages(data, name))


def iterate_pages(data: bytes, name: str) -> Iterator[PageImage]:
    """Give the pages one by one, so that a long document never fills the memory.

    Raises:
        UnreadableDocument: As ``load_pages``; a broken later page is told when it is reached.
    """
    short_name = PurePath(name.replace("\\", "/")).name or name
    if _is_pdf(data, short_name):
        return _pdf_pages(data, short_name)
    return _image_pages(data, short_name)


def count_pages(data: bytes, name: str) -> int:
    """How many pages an upload has, without decoding any.

    Raises:
        UnreadableDocument: As ``load_pages``, but for pages that are broken in themselves.
    """
    short_name = PurePath(name.replace("\\", "/")).name or name
    if not _is_pdf(data, short_name):
        with _open_image(data, short_name) as image:
            return _frame_count(image, short_name)
    with _PDF_LOCK, _open_pdf(data, short_name) as document:
        return _pdf_page_count(document, short_name)


def load_page(data: bytes, name: str, number: int) -> PageImage:
    """Give one page (from 1) alone, so that what is wrong with another does not matter.

    Raises:
        UnreadableDocument: The file or this page of it cannot be opened, or there is no such page.
    """
    short_name = PurePath(name.replace("\\", "/")).name or name
    if not _is_pdf(data, short_name):
        with _open_image(data, short_name) as image:
            return _image_page(image, number - 1, short_name)
    with _PDF_LOCK:
        document = _open_pdf(data, short_name)
    try:
        return _pdf_page(document, number - 1, short_name)
    finally:
        with _PDF_LOCK:
            document.close()


def _is_pdf(data: bytes, name: str) -> bool:
    """Whether an upload is a PDF rather than a picture; neither is refused unopened."""
    if not data:
        raise refusal("empty_file", name)
    if len(data) > MAX_BYTES:
        raise refusal("file_too_large", name, MAX_BYTES // 1024 // 1024)
    if b"%PDF-" in data[:1024]:
        return True
    if _is_image(data):
        return False
    raise refusal("unsupported_type", name)


def _is_image(data: bytes) -> bool:
    if data[:3] == b"\xff\xd8\xff" or data[:8] == b"\x89PNG\r\n\x1a\n":
        return True
    if data[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return True
    brands = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
    return data[4:8] == b"ftyp" and data[8:12] in brands


def _image_pages(data: bytes, name: str) -> Iterator[PageImage]:
    with _open_image(data, name) as image:
        for index in range(_frame_count(image, name)):
            yield _image_page(image, index, name)


def _open_image(data: bytes, name: str) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return Image.open(io.BytesIO(data), formats=_IMAGE_FORMATS)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise refusal("image_too_large", name, MAX_PIXELS // 1_000_000) from error
        except Exception as error:  # decoders fail in many ways on broken files; all mean the same here
            raise refusal("broken_document", name) from error


def _image_page(image: Image.Image, index: int, name: str) -> PageImage:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd marks in a file that opens nobody need be told
            image.seek(index)
            return PageImage(name, index + 1, _gray(image, name), _claimed_dpi(image))
    except UnreadableDocument:
        raise
    except Exception as error:  # as above: the decoder meets the broken part only now
        raise refusal("broken_document", name) from error


def _frame_count(image: Image.Image, name: str) -> int:
    """Pages of the file; the second picture of a phone's JPEG (a preview) is not a page."""
    if image.format != "TIFF":
        return 1
    count = 1
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            while count <= MAX_PAGES:
                image.seek(count)
                count += 1
    except EOFError:
        pass
    except Exception as error:  # a broken directory of pages
        raise refusal("broken_document", name) from error
    if count > MAX_PAGES:
        raise refusal("too_many_pages", name, MAX_PAGES)
    return count


def _gray(image: Image.Image, name: str) -> np.ndarray:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise refusal("image_too_large", name, MAX_PIXELS // 1_000_000)
    if min(width, height) < MIN_SIDE_PX:
        raise refusal("image_too_small", name)
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        return _stretched_to_8_bits(np.asarray(upright))
    if "A" in upright.getbands() or "transparency" in upright.info:
        layered = upright.convert("RGBA")
        paper = Image.new("RGBA", layered.size, "white")
        upright = Image.alpha_composite(paper, layered)
    return np.ascontiguousarray(np.asarray(upright.convert("L")))


def _stretched_to_8_bits(samples: np.ndarray) -> np.ndarray:
    values = samples.astype(np.float32)
    top = 65535.0 if samples.dtype.kind in "ui" else max(float(values.max(initial=0.0)), 1.0)
    return np.clip(values * (255.0 / top), 0, 255).astype(np.uint8)


def _claimed_dpi(image: Image.Image) -> float | None:
    claimed = image.info.get("dpi")
    try:
        value = float(claimed[0]) if claimed else 0.0
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return value if 50.0 <= value <= 1200.0 else None


def draw_own_page(data: bytes, number: int, dpi: int) -> np.ndarray:
    """One page of a PDF that this service made itself, gray.

    Args:
        number: Of the page, from 1.
    """
    with _PDF_LOCK, pypdfium2.PdfDocument(data) as document:
        picture: np.ndarray = document[number - 1].render(scale=dpi / 72, grayscale=True).to_numpy()
        return picture.reshape(picture.shape[:2]).copy()


def draw_own_pdf(data: bytes, dpi: int) -> list[bytes]:
    """The pages of a PDF that this service has just made, as PNGs to show; never for an upload."""
    pictures = []
    with _PDF_LOCK, pypdfium2.PdfDocument(data) as document:
        for page in document:
            out = io.BytesIO()
            page.render(scale=dpi / 72, grayscale=True).to_pil().save(out, "PNG", compress_level=3)
            pictures.append(out.getvalue())
    return pictures


def _pdf_pages(data: bytes, name: str) -> Iterator[PageImage]:
    with _PDF_LOCK:
        document = _open_pdf(data, name)
    try:
        for index in range(_pdf_page_count(document, name)):
            yield _pdf_page(document, index, name)
    finally:
        with _PDF_LOCK:
            document.close()


def _pdf_page_count(document: pypdfium2.PdfDocument, name: str) -> int:
    count = len(document)
    if count == 0:
        raise refusal("no_pages", name)
    if count > MAX_PAGES:
        raise refusal("too_many_pages", name, MAX_PAGES)
    return count


def _open_pdf(data: bytes, name: str) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(data)
        if document.get_formtype() != pdfium.FORMTYPE_NONE:
            document.init_forms()  # without it a filled PDF would be drawn without its answers
        return document
    except pypdfium2.PdfiumError as error:
        # PDFium also reports a password where a file is merely broken; a protected one says /Encrypt.
        wants_password = (
            getattr(error, "err_code", None) == _PASSWORD_ERROR or "password" in str(error).lower()
        )
        protected = wants_password and b"/Encrypt" in data
        raise refusal("encrypted_document" if protected else "broken_document", name) from error


def _pdf_page(document: pypdfium2.PdfDocument, index: int, name: str) -> PageImage:
    try:
        with _PDF_LOCK:
            page = document[index]
            dpi = _drawing_dpi(page)
            bitmap = page.render(scale=dpi / 72, grayscale=True)
            pixels = np.array(bitmap.to_numpy(), copy=True)
            page.close()
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise refusal("broken_document", name) from error
    gray = pixels[:, :, 0] if pixels.ndim == 3 else pixels
    if min(gray.shape) < MIN_SIDE_PX:
        raise refusal("image_too_small", name)
    return PageImage(name, index + 1, np.ascontiguousarray(gray), dpi)


def _drawing_dpi(page: pypdfium2.PdfPage) -> float:
    width_pt, height_pt = page.get_size()
    dpi = float(PDF_DPI)
    native = _scan_dpi(page, width_pt, height_pt)
    if native:
        dpi = min(dpi, native)
    pixels_at_one_dpi = max(width_pt * height_pt / 72**2, 1e-6)
    return min(dpi, (MAX_PDF_PAGE_PIXELS / pixels_at_one_dpi) ** 0.5)


def _scan_dpi(page: pypdfium2.PdfPage, width_pt: float, height_pt: float) -> float | None:
    """Resolution of the picture that fills the page, so that a scan is not blown up."""
    for item in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=2):
        left, bottom, right, top = item.get_bounds()
        if (right - left) * (top - bottom) < FULL_PAGE_SHARE * width_pt * height_pt:
            continue
        image_width, image_height = item.get_px_size()
        longest_pt = max(right - left, top - bottom)
        if longest_pt > 0:
            return max(image_width, image_height) / longest_pt * 72 * _ROUNDING
    return None
