"""The committed samples say what they are, agree with the specs, and can be made again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import yaml

from core.completeness import assess_completeness
from core.dossier_file import parse_dossier_file
from core.errors import UnreadableDocument
from core.rib import is_valid_rib
from forms_service.ocr.attachments import read_attachment
from forms_service.ocr.page_images import load_pages
from forms_service.render.form_pdf import read_values
from forms_service.spec_catalogue import SpecCatalogue
from samples.cases import SampleCase, all_cases
from samples.make_samples import make_case
from tests.ocr.attachments.drawn import ON

SAMPLES = Path(__file__).resolve().parents[3] / "samples"
CASES = all_cases()
NAMES = [case.folder for case in CASES]
MAX_BYTES = 6_000_000


@pytest.fixture(scope="module")
def catalogue() -> SpecCatalogue:
    return SpecCatalogue.load()


def folder(case: SampleCase) -> Path:
    return SAMPLES / case.form_id / case.folder


def committed() -> set[str]:
    made = [*SAMPLES.glob("3*/**/*"), *SAMPLES.glob("bad/*")]
    return {path.relative_to(SAMPLES).as_posix() for path in made if path.is_file()}


def test_the_table_names_every_file_with_maker_and_licence() -> None:
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` \| [^|]+ \| `make_samples.py` \| CC0 1.0 \|$", readme, re.MULTILINE)
    assert set(rows) == committed()


def test_the_samples_stay_small() -> None:
    assert sum((SAMPLES / name).stat().st_size for name in committed()) < MAX_BYTES


def test_both_forms_of_the_fund_have_three_people(catalogue: SpecCatalogue) -> None:
    for form_id in ("311-1-14", "310-1-32"):
        assert sum(case.form_id == catalogue.get(form_id).id for case in CASES) >= 3


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_dossier_is_judged_as_its_note_says(case: SampleCase, catalogue: SpecCatalogue) -> None:
    path = folder(case) / "dossier.yaml"
    dossier = parse_dossier_file(path.read_text(encoding="utf-8"), path.name, catalogue.get)
    assert not dossier.parsed.problems
    assert dossier.parsed.unknown == ()
    report = assess_completeness(dossier.spec, dossier.parsed.dossier, dossier.on or ON)
    assert report.complete == ("incomplete" not in case.note)
    for attachment in dossier.parsed.dossier.attachments:
        assert attachment.type in catalogue.types.types
        assert (folder(case) / str(attachment.file)).is_file()


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_filled_pdf_holds_the_answers(case: SampleCase) -> None:
    values: Mapping[str, object] = yaml.safe_load((folder(case) / "values.yaml").read_text(encoding="utf-8"))
    assert values == case.values
    filled = read_values((folder(case) / "filled.pdf").read_bytes())
    assert filled.form_id == case.form_id
    for name in ("assured.last", "assured.last.ar", "assured.registration"):
        assert filled.values[name] == values[name]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_invented_accounts_pass_their_own_check_and_belong_to_no_bank(case: SampleCase) -> None:
    for paper in case.papers:
        assert is_valid_rib(paper.about.rib)
        assert paper.about.rib.startswith("999")


def test_a_case_made_again_shows_the_same(catalogue: SpecCatalogue, tmp_path: Path) -> None:
    """Pages may differ by a shade when a font file or a codec is newer, never in what they show."""
    case = next(one for one in CASES if one.folder == "samira-lahlou")
    make_case(tmp_path, case, catalogue.get(case.form_id))
    for made in sorted(tmp_path.glob("**/*.*")):
        kept = folder(case) / made.relative_to(tmp_path)
        if made.suffix == ".yaml":
            assert made.read_text(encoding="utf-8") == kept.read_text(encoding="utf-8")
        elif made.suffix in (".jpg", ".tif"):
            (new,), (old,) = (load_pages(path.read_bytes(), path.name) for path in (made, kept))
            assert new.pixels.shape == old.pixels.shape
            difference = np.abs(new.pixels.astype(int) - old.pixels)
            assert np.mean(difference > 60) < 0.01


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("wrong-type.jpg", "unsupported_type"),
        ("empty.pdf", "empty_file"),
        ("truncated.pdf", "broken_document"),
        ("encrypted.pdf", "encrypted_document"),
    ],
)
def test_files_that_do_not_open_are_refused_by_their_own_code(name: str, code: str) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        load_pages((SAMPLES / "bad" / name).read_bytes(), name)
    assert refused.value.code == code


@pytest.mark.tesseract
@pytest.mark.parametrize("case", [CASES[0], CASES[6]], ids=["youssef-bennani", "brahim-ait-taleb"])
def test_the_papers_are_read_as_what_they_are_handed_in_for(
    case: SampleCase, catalogue: SpecCatalogue
) -> None:
    dossier = yaml.safe_load((folder(case) / "dossier.yaml").read_text(encoding="utf-8"))
    wrong = []
    for entry in dossier["attachments"]:
        if entry["type"] == "form":
            continue
        path = folder(case) / entry["file"]
        reading = read_attachment(
            load_pages(path.read_bytes(), path.name), catalogue.types, entry["type"], ON
        )
        if reading.type != entry["type"] or reading.warnings:
            wrong.append((entry, reading.type, [warning.code for warning in reading.warnings]))
    assert wrong == []
