"""Files made to harm come by every way in: each is refused or read, nothing is left, others are answered.

``FORMS_HOSTILE_FILES`` names a folder with more of them (those of other projects' test suites, say); without
it only the repository's own are tried, and the test of the others says that it was skipped.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_service import Program, Service, Visitor

from forms_service.cli import main
from forms_service.config import ReadingLimits
from forms_service.first_look import Looked, LookingProcess
from forms_service.reading_process import OUT_OF_TIME, ReadingFailed, ReadingRequest, run_reading
from forms_service.services.access_tokens import scopes_for
from tests.hostile_files import HOSTILE, hostile

REFUSED_UNOPENED = {
    "an archive",
    "a page of the web",
    "a drawing with a script",
    "an animation",
    "a picture of the web",
}
PATIENCE_S = 60.0
FURTHER = os.environ.get("FORMS_HOSTILE_FILES", "")
SPECS = str(Path(__file__).resolve().parents[2] / "form_specs")


@pytest.fixture(scope="module")
def looking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LookingProcess]:
    """The process that opens files while their senders wait."""
    scratch = tmp_path_factory.mktemp("looking") / "scratch"
    process = LookingProcess(scratch)
    process.get_ready()
    yield process
    process.close()
    assert list(scratch.iterdir()) == [], "nothing is left behind"


def look(looking: LookingProcess, name: str, data: bytes) -> Looked:
    request = ReadingRequest("read", name, SPECS, "311-1-14", 1, document_type="birth")
    looked = looking.look(request, data, PATIENCE_S)
    return looked if looked.rest is None else looked.rest.result(timeout=PATIENCE_S)


def children() -> set[int]:
    """The processes that this one started and that still run."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {int(one) for task in tasks for one in task.read_text().split()}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_process_that_looks_bears_it(looking: LookingProcess, name: str) -> None:
    looked = look(looking, name, hostile(name))
    if looked.refusal is not None:
        assert name in looked.refusal.ar and name in looked.refusal.fr
    if name in REFUSED_UNOPENED:
        assert looked.refusal is not None


def test_after_all_of_them_it_still_looks(looking: LookingProcess) -> None:
    assert look(looking, "a JPEG", hostile("a JPEG that goes on as a script")).warnings


def test_what_never_ends_is_ended_and_nothing_of_it_is_left(tmp_path: Path) -> None:
    before = children()
    limits = ReadingLimits(wall_seconds=20.0, page_seconds=1, cpu_seconds=2)
    request = ReadingRequest("read", "acte.pdf", SPECS, "311-1-14", 1, document_type="birth", on="2026-01-01")
    with (
        pytest.raises(ReadingFailed) as failed,
        run_reading(request, hostile("drawings without end"), limits, tmp_path / "scratch"),
    ):
        pass
    assert (failed.value.reason, failed.value.page) == (OUT_OF_TIME, 1)
    assert list((tmp_path / "scratch").iterdir()) == []
    assert children() <= before


def sent(visitor: Visitor, dossier: str, files: list[tuple[str, bytes]]) -> str:
    """Send some files on the page of documents; gives the page that follows."""
    posted = [(io.BytesIO(data), name) for name, data in files]
    answer = visitor.post(f"/dossiers/{dossier}/documents", {"files": posted})
    assert answer.status_code == 303
    return visitor.get(f"/dossiers/{dossier}/documents").get_data(as_text=True)


def test_every_one_through_the_pages(service: Service) -> None:
    visitor, dossier = service.visitor("fr").sign_in("applicant"), service.new_dossier()
    files = [(f"{name}.pdf", hostile(name)) for name in HOSTILE]
    page = ""
    for start in range(0, len(files), 15):
        page += sent(visitor, dossier, files[start : start + 15])
        assert service.visitor("fr").get("/").status_code == 200
    for name in REFUSED_UNOPENED:
        assert name in page
    kept = service.application.services.dossier(service.actor("applicant"), dossier).attachments
    assert len(kept) == len(HOSTILE)
    refused = {one.filename.removesuffix(".pdf") for one in kept if one.status == "refused"}
    assert refused == REFUSED_UNOPENED
    assert all(one.message for one in kept if one.status == "refused")
    assert {one.media_type for one in kept} <= {
        "application/pdf",
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/heic",
        "application/octet-stream",
    }


def test_every_one_through_the_interface(service: Service) -> None:
    actor = service.actor("applicant", 1)
    token, _ = service.application.services.make_token(actor, "hostile", scopes_for(actor.roles))
    program = Program(service.app.test_client(), token)
    dossier = service.application.services.open_dossier(actor, "311-1-14", "fr")
    for name in HOSTILE:
        answer = program.upload(f"/dossiers/{dossier}/attachments", hostile(name), f"{name}.pdf")
        told = answer.get_json()
        if name in REFUSED_UNOPENED:
            assert answer.status_code == 422 or told["status"] == "refused", (name, told)
        else:
            assert answer.status_code == 201, (name, told)


@pytest.mark.parametrize(
    "name",
    ["an archive", "a JPEG of huge size", "a deep page tree", "a PDF with a password", "a TIFF of huge size"],
)
def test_the_commands_refuse_it_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "acte.pdf").write_bytes(hostile(name))
    with pytest.raises(SystemExit) as left:
        main(["attachment", "read", str(tmp_path / "acte.pdf")])
    assert left.value.code == 2
    told = capsys.readouterr()
    assert "acte.pdf" in told.out + told.err
    assert "Traceback" not in told.err


@pytest.mark.skipif(not FURTHER, reason="FORMS_HOSTILE_FILES names no folder with further files")
def test_further_files_are_borne_as_well(looking: LookingProcess) -> None:
    files = [one for one in sorted(Path(FURTHER).rglob("*")) if one.is_file()]
    assert files, "the folder is empty"
    slowest = 0.0
    for one in files:
        began = time.monotonic()
        look(looking, one.name, one.read_bytes())
        slowest = max(slowest, time.monotonic() - began)
    print(f"{len(files)} further files, the slowest took {slowest:.1f} s")  # noqa: T201 - figures for the docs
    assert look(looking, "a JPEG", hostile("a JPEG that goes on as a script")).warnings
