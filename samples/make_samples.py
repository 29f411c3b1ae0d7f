"""Make every file of this folder again: ``python samples/make_samples.py [FOLDER]``.

Deterministic: names, numbers and wear come from seeds, so a second run gives the same pages.
Everything is invented; nothing is taken from a real document.
"""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pikepdf
import pypdfium2
import yaml
from PIL import Image

from core.form_spec import FormSpec
from forms_service.render.form_pdf import render_filled
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue
from samples.bad_input import make_bad_input
from samples.cases import ON, Paper, SampleCase, all_cases
from samples.drawing.documents import Case, draw_document
from samples.drawing.paper import SAMPLE_TYPEFACES
from samples.drawing.paper import Paper as Sheet
from samples.drawing.wear import SAMPLE_WEAR

SCAN_DPI = 200
ATTACHMENT_DPI = 150
SMALL_PRINT = ("identity_card", "residence_card", "cnss_card", "cheque")
"""Papers whose print is too small for ``ATTACHMENT_DPI``."""

FORM_QUALITY, ATTACHMENT_QUALITY = 34, 42


@dataclass(frozen=True, slots=True)
class Made:
    """One file for the table of provenance."""

    file: str
    what: str


def make_samples(folder: Path, catalogue: SpecCatalogue) -> list[Made]:
    """Write every sample under ``folder`` and tell what was made."""
    made: list[Made] = []
    for case in all_cases():
        made += make_case(folder / case.form_id / case.folder, case, catalogue.get(case.form_id))
    made += [Made(f"bad/{name}", what) for name, what in make_bad_input(folder / "bad", catalogue)]
    (folder / "README.md").write_text(readme(made), encoding="utf-8")
    return made


def make_case(folder: Path, case: SampleCase, spec: FormSpec) -> list[Made]:
    """Write one person's values, dossier, filled PDF, scans and attachments."""
    (folder / "attachments").mkdir(parents=True, exist_ok=True)
    chance = random.Random(f"{case.form_id}/{case.folder}")
    pages = printed_pages(spec, case.values, chance)
    scans = _write_scans(folder, pages, case.scan_wear, chance)
    (folder / "filled.pdf").write_bytes(render_filled(spec, _printed(spec, case.values)))
    attachments = _write_attachments(folder, case, pages, chance)
    _write_yaml(folder / "values.yaml", case.values, f"{case.folder}: {case.note}")
    _write_yaml(folder / "dossier.yaml", _dossier(case, scans, attachments), f"{case.folder}: {case.note}")
    where = f"{case.form_id}/{case.folder}"
    return [
        Made(f"{where}/values.yaml", f"answers of an invented person: {case.note}"),
        Made(f"{where}/dossier.yaml", "the same as a dossier file, with its attachments"),
        Made(f"{where}/filled.pdf", "the form filled on screen, fields still in it"),
        *(
            Made(f"{where}/{name}", f"page {n} of the signed form, {case.scan_wear}")
            for n, name in enumerate(scans, 1)
        ),
        *(Made(f"{where}/{one['file']}", f"{paper.drawing}, {paper.wear}") for one, paper in attachments),
    ]


def _printed(spec: FormSpec, values: Mapping[str, object]) -> dict[str, object]:
    """The answers that have a place on paper."""
    known = {one.id for one in spec.printed_fields()}
    return {name: value for name, value in values.items() if name in known}


def printed_pages(
    spec: FormSpec, values: Mapping[str, object], chance: random.Random, reference: str = ""
) -> list[np.ndarray]:
    """The filled form as printed and signed by hand, before any scanner."""
    pdf = render_filled(spec, _printed(spec, values), reference, flatten=True)
    pages = rasterise(pdf, SCAN_DPI)
    if values.get("sign"):
        for place in lay_out(spec).layout.of_field(str(spec.signature_field)):
            sheet = Sheet(210, 297, SAMPLE_TYPEFACES[0], chance, SCAN_DPI)
            sheet.paste_page(pages[place.page - 1])
            sheet.signature(
                place.box.x + 6, place.box.y + 1, min(34.0, place.box.width - 10), place.box.height - 2
            )
            pages[place.page - 1] = sheet.pixels()
    return pages


def rasterise(pdf: bytes, dpi: int) -> list[np.ndarray]:
    """Every page of a PDF as gray pixels."""
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.render(scale=dpi / 72, grayscale=True).to_numpy().copy() for page in document]
    document.close()
    return [page[:, :, 0] if page.ndim == 3 else page for page in pages]


def _write_scans(folder: Path, pages: list[np.ndarray], wear: str, chance: random.Random) -> list[str]:
    """Pages with answers as gray JPEG; pages of print alone in black and white, as offices send them."""
    names = []
    for number, page in enumerate(pages, start=1):
        if number == 1:
            names.append("scan-1.jpg")
            write_jpeg(folder / names[-1], SAMPLE_WEAR[wear](page, chance), SCAN_DPI, FORM_QUALITY)
        else:
            names.append(f"scan-{number}.tif")
            write_black_and_white(folder / names[-1], SAMPLE_WEAR["scan"](page, chance), SCAN_DPI)
    return names


def write_jpeg(path: Path, pixels: np.ndarray, dpi: int, quality: int) -> None:
    """Save gray pixels small."""
    Image.fromarray(pixels).save(path, "JPEG", quality=quality, dpi=(dpi, dpi), optimize=True)


def write_black_and_white(path: Path, pixels: np.ndarray, dpi: int) -> None:
    """Save a page of print as a fax machine would: two tones, compressed by CCITT group 4."""
    black_and_white(pixels).save(path, "TIFF", compression="group4", dpi=(dpi, dpi))


def black_and_white(pixels: np.ndarray) -> Image.Image:
    """The page in two tones."""
    return Image.fromarray(pixels).point(lambda tone: 255 if tone > 150 else 0).convert("1")


def add_fax_page(document: pikepdf.Pdf, image: Image.Image, dpi: int) -> None:
    """A page that is one CCITT group 4 picture."""
    width, height = image.size
    tiff = io.BytesIO()
    image.save(tiff, "TIFF", compression="group4", strip_size=1 << 26)
    with Image.open(io.BytesIO(tiff.getvalue())) as packed:
        offset, length = packed.tag_v2[273][0], packed.tag_v2[279][0]
        black_is_1 = packed.tag_v2[262] == 1
    size_pt = (width * 72 / dpi, height * 72 / dpi)
    document.add_blank_page(page_size=size_pt)
    picture = document.make_stream(
        tiff.getvalue()[offset : offset + length],
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=width, Height=height,
        ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=1, Filter=pikepdf.Name.CCITTFaxDecode,
        DecodeParms=pikepdf.Dictionary(K=-1, Columns=width, Rows=height, BlackIs1=black_is_1),
    )  # fmt: skip
    page = document.pages[-1]
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
    drawing = f"{size_pt[0]:.2f} 0 0 {size_pt[1]:.2f} 0 0 cm /Im0 Do"
    page.Contents = document.make_stream(drawing.encode())


def _write_attachments(
    folder: Path, case: SampleCase, pages: list[np.ndarray], chance: random.Random
) -> list[tuple[dict[str, object], Paper]]:
    written = []
    for number, paper in enumerate(case.papers, start=1):
        seeded = random.Random(f"{case.folder}/{number}")
        if paper.drawing == "form":
            name = f"attachments/{paper.file_name(number)}.tif"
            write_black_and_white(folder / name, pages[0], SCAN_DPI)
        else:
            name = (
                f"attachments/{paper.file_name(number)}.{'pdf' if _goes_into_pdf(paper, number) else 'jpg'}"
            )
            pixels = SAMPLE_WEAR[paper.wear](_draw(paper, seeded, number), seeded)
            _write_picture(folder / name, np.ascontiguousarray(np.rot90(pixels, paper.rotated)))
        entry: dict[str, object] = {"type": paper.type, "file": name}
        if paper.child is not None:
            entry["child"] = paper.child
        if paper.facts:
            entry["facts"] = paper.facts
        written.append((entry, paper))
    return written


def _draw(paper: Paper, chance: random.Random, number: int) -> np.ndarray:
    typeface = SAMPLE_TYPEFACES[number % len(SAMPLE_TYPEFACES)]
    dpi = SCAN_DPI if _goes_into_pdf(paper, number) or paper.drawing in SMALL_PRINT else ATTACHMENT_DPI
    case = Case(paper.about, typeface, chance, paper.other, paper.issued, dpi, dict(paper.details))
    return draw_document(paper.drawing, case).paper.pixels()


def _goes_into_pdf(paper: Paper, number: int) -> bool:
    """Copies and every second paper come from the agency's scanner, the others from phones and homes."""
    return number % 2 == 0 or paper.wear == "office_copy"


def _write_picture(path: Path, pixels: np.ndarray) -> None:
    """A gray JPEG, or a PDF of a black-and-white scan, as the scanners of agencies make them."""
    if path.suffix == ".jpg":
        write_jpeg(path, pixels, ATTACHMENT_DPI, ATTACHMENT_QUALITY)
        return
    with pikepdf.new() as document:
        add_fax_page(document, black_and_white(pixels), SCAN_DPI)
        document.save(path, deterministic_id=True)


def _dossier(
    case: SampleCase, scans: list[str], attachments: list[tuple[dict[str, object], Paper]]
) -> dict[str, object]:
    dossier: dict[str, object] = {"form": case.form_id, "on": ON, "values": case.values}
    if case.children:
        dossier["children"] = list(case.children)
    dossier["attachments"] = [{"type": "form", "file": scans[0]}, *(entry for entry, _ in attachments)]
    if case.on_file:
        dossier["on_file"] = list(case.on_file)
    if case.declared:
        dossier["declared"] = list(case.declared)
    return dossier


def _write_yaml(path: Path, data: Mapping[str, object], comment: str) -> None:
    text = yaml.dump(dict(data), Dumper=_QuotedNumbers, allow_unicode=True, sort_keys=False, width=110)
    path.write_text(f"# Invented person. {comment}\n{text}", encoding="utf-8")


class _QuotedNumbers(yaml.SafeDumper):
    """Writes digits that are no number (phones, accounts) in quotes, whatever the YAML version."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "'" if text.isdigit() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_QuotedNumbers.add_representer(str, _represent_text)


def readme(made: list[Made]) -> str:
    """The table of provenance."""
    rows = "\n".join(f"| `{one.file}` | {one.what} | `make_samples.py` | CC0 1.0 |" for one in made)
    return f"""# Samples

Everything here is invented: people, numbers, offices, banks. Every document bears «SPECIMEN / نموذج»; none is
copied from a real one, and none looks enough like one to be taken for it. Identity numbers, registration
numbers and accounts were drawn by lot; accounts begin with 999, a bank code nobody has, and close with a valid key
so that the check can be shown.

Made again by `python samples/make_samples.py` (seeded: the same pages each time). Documents are drawn by
`samples/drawing/`; `wear.py` there does what scanners and phones do. What is measured on these pages says little
about real papers: no scan of a real Moroccan document was available.

To the extent possible under law, the makers waive all rights to the files listed here (CC0 1.0).

| file | what | made by | licence |
|---|---|---|---|
{rows}
"""


def main() -> None:
    """Make everything, here or in the folder named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    made = make_samples(folder, SpecCatalogue.load())
    size = sum((folder / one.file).stat().st_size for one in made)
    print(f"{len(made)} files, {size / 1e6:.2f} MB, in {folder}")


if __name__ == "__main__":
    main()
