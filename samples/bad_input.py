"""Files that must end in one clear sentence: wrong, empty, broken, locked, foreign or mixed."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image

from core.placement import PageIdentity, qr_box
from core.receipt import new_reference
from forms_service.render.form_pdf import render_blank
from forms_service.spec_catalogue import SpecCatalogue
from samples.cases import all_cases
from samples.drawing.wear import SAMPLE_WEAR

_LOT = random.Random("references")
REFERENCES = (new_reference(_LOT.randrange), new_reference(_LOT.randrange))


def make_bad_input(folder: Path, catalogue: SpecCatalogue) -> Iterator[tuple[str, str]]:
    """Write each file and give its name with what is wrong about it."""
    folder.mkdir(parents=True, exist_ok=True)
    yield from _files_that_do_not_open(folder, catalogue)
    yield from _pages_that_do_not_fit(folder, catalogue)


def _files_that_do_not_open(folder: Path, catalogue: SpecCatalogue) -> Iterator[tuple[str, str]]:
    pdf = render_blank(catalogue.get("310-1-32"))
    (folder / "wrong-type.jpg").write_bytes(b"PK\x03\x04" + b"this is no picture " * 8)
    yield "wrong-type.jpg", "not a picture at all, only named like one"
    (folder / "empty.pdf").write_bytes(b"")
    yield "empty.pdf", "no byte in it"
    (folder / "truncated.pdf").write_bytes(pdf[: len(pdf) // 3])
    yield "truncated.pdf", "a PDF whose upload broke off after a third"
    (folder / "encrypted.pdf").write_bytes(_locked(pdf))
    yield "encrypted.pdf", "a PDF that asks for a password (it is «secret»)"
    (folder / "unknown-fields.yaml").write_text(
        "# Answers with ids that the form does not know\nassured.lastname: Bennani\nquality: assured\nshoe_size: 43\n",
        encoding="utf-8",
    )
    yield "unknown-fields.yaml", "values for `pdf fill` with two unknown field ids"


def _locked(pdf: bytes) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        encryption = pikepdf.Encryption(owner="owner", user="secret", R=3, aes=False, metadata=False)
        document.save(buffer, encryption=encryption, static_id=True)
    return buffer.getvalue()


def _pages_that_do_not_fit(folder: Path, catalogue: SpecCatalogue) -> Iterator[tuple[str, str]]:
    from samples.make_samples import printed_pages, write_black_and_white

    cases = {case.folder: case for case in all_cases()}
    chance = random.Random("bad")

    def pages(person: str, reference: str = "") -> list[np.ndarray]:
        case = cases[person]
        spec = catalogue.get(case.form_id)
        drawn = printed_pages(spec, case.values, random.Random(person), reference)
        return [SAMPLE_WEAR["scan"](page, chance) for page in drawn]

    first, other_form = pages("youssef-bennani"), pages("samira-lahlou")
    write_black_and_white(folder / "page-of-another-form.tif", other_form[0], 200)
    yield "page-of-another-form.tif", "page 1 of 310-1-32, to be handed in as 311-1-14"
    write_pages(folder / "missing-page.tif", [first[0], first[-1]])
    yield "missing-page.tif", "311-1-14 without its page 2"
    write_pages(folder / "other-version.tif", [_of_version_99(first[0])])
    yield "other-version.tif", "a page whose code names version 99 of 311-1-14, which was never published"
    first, second = pages("youssef-bennani", REFERENCES[0]), pages("khadija-amrani", REFERENCES[1])
    write_pages(folder / "two-people-mixed.tif", [first[0], second[0], first[1]])
    yield "two-people-mixed.tif", "pages of two people's 311-1-14, each with its own reference, in one file"


def write_pages(path: Path, pages: list[np.ndarray]) -> None:
    """Several pages in one black-and-white TIFF."""
    from samples.make_samples import SCAN_DPI, black_and_white

    first, *others = [black_and_white(page) for page in pages]
    first.save(path, "TIFF", compression="group4", dpi=(SCAN_DPI,) * 2, save_all=True, append_images=others)


def _of_version_99(page: np.ndarray) -> np.ndarray:
    """The same page with another code: the identity is all that tells versions apart."""
    import segno

    identity = PageIdentity("311-1-14", 99, 1, 3)
    buffer = io.BytesIO()
    segno.make(identity.encode(), error="m", micro=False).save(buffer, kind="png", border=0, scale=8)
    box, px = qr_box(), 200 / 25.4
    side = round(box.width * px)
    code = np.asarray(Image.open(buffer).convert("L").resize((side, side), Image.Resampling.NEAREST))
    top, left = round(box.y * px), round(box.x * px)
    changed = page.copy()
    changed[top - 4 : top + side + 4, left - 4 : left + side + 4] = 250
    changed[top : top + side, left : left + side] = code
    return changed
