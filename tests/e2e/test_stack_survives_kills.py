"""A clerk's mixed stack through a real worker that is killed twice: every sheet once, and accounted for."""

from __future__ import annotations

import io
import random
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
from paper_office import OMAR, PASSWORD, SALMA, Agency
from PIL import Image, ImageDraw
from worker_processes import start_worker, wait_for

from forms_service.bootstrap import build
from forms_service.first_look import NoLook
from forms_service.messages import MESSAGES
from tests.backends import Backend

pytestmark = pytest.mark.tesseract
PRINTED = "6MWU-T4A5-HTG3"


@pytest.fixture
def agency(tmp_path: Path, spec_folder: Path, backend: Backend) -> Iterator[Agency]:
    """A service that publishes a second version of its form: the first is outdated."""
    specs = tmp_path / "specs"
    shutil.copytree(spec_folder, specs)
    first = (specs / "leave-1" / "v1.yaml").read_text(encoding="utf-8")
    (specs / "leave-1" / "v2.yaml").write_text(first.replace("version: 1", "version: 2", 1), encoding="utf-8")
    application = build(
        backend.config(tmp_path / "var", spec_folder=specs),
        clock=lambda: datetime(2026, 2, 20, 9, tzinfo=UTC),
        pick=random.Random(11).randrange,
        first_look=NoLook(),
    )
    add = application.services.add_account
    people = [
        ("123456789", "Salma", "applicant"),
        ("987654321", "Omar", "applicant"),
        ("agence", "A", "clerk"),
    ]
    actors = [add(login, PASSWORD, name, {role}) for login, name, role in people]
    yield Agency(application, *actors, add("controle", PASSWORD, "C", {"reviewer"}))
    application.close()


def sheet(pdf: bytes, turn: float = 0.0) -> Image.Image:
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72, grayscale=True).to_pil()
    return page.rotate(turn, fillcolor=255, resample=3)


def paper(words: str) -> Image.Image:
    image = Image.new("L", (1240, 1754), 250)
    ImageDraw.Draw(image).text((150, 300), words, fill=10, font_size=60)
    return image


def as_pdf(sheets: list[Image.Image]) -> bytes:
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], resolution=150)
    return out.getvalue()


def mixed_stack(agency: Agency, salma: str, omar: str) -> list[tuple[str, Image.Image]]:
    """Twelve sheets with whose each of them is: two with covers or printed references, one outdated."""
    salmas = agency.paper(SALMA, agency.reference(salma))
    return [
        ("nobody", paper("Nobody's paper")),
        ("salma", sheet(salmas, 180)),
        ("nothing", Image.new("L", (1240, 1754), 248)),
        ("salma", paper("Certificat medical")),
        ("printed", sheet(agency.paper(OMAR, PRINTED), 1.0)),
        ("printed", paper("Attestation")),
        ("omar", sheet(agency.services.cover_sheet(agency.clerk, omar))),
        ("omar", paper("Acte de naissance")),
        ("omar", paper("Livret")),
        ("outdated", sheet(agency.paper({"leave.city": "Agadir"}, version=1))),
        ("wrong", sheet(agency.paper(OMAR, "2222-2222-2223"))),
        ("salma", sheet(salmas)),
    ]


def test_a_mixed_stack_survives_two_kills_and_every_sheet_is_filed_once(agency: Agency) -> None:
    services, clerk = agency.services, agency.clerk
    salma, omar = agency.open(), agency.open(agency.omar)
    stack = mixed_stack(agency, salma, omar)
    pile = as_pdf([image for _, image in stack])
    stack_id = services.receive_stack(clerk, [("pile.pdf", pile)], by_position=True)
    settle = lambda: services.stack(clerk, stack_id).summary  # noqa: E731
    workers = []
    try:
        for reached in (
            lambda: settle().seen >= 8,
            lambda: settle().settled >= 2,
            lambda: settle().state == "done",
        ):
            workers.append(start_worker(agency))
            wait_for(reached, 120)
            workers[-1].send_signal(signal.SIGKILL)
            workers[-1].wait()
    finally:
        for worker in workers:
            if worker.poll() is None:
                worker.kill()
                worker.wait()
    view = services.stack(clerk, stack_id)
    assert [one.page for one in view.sheets] == list(range(1, 13)), "each sheet has one fate"
    printed = next(one.id for one in view.dossiers if one.reference == PRINTED)
    outdated = next(one for one in view.sheets if one.page == 10)
    whose = {"salma": salma, "omar": omar, "printed": printed, "outdated": outdated.dossier_id}
    for (owner, _), fate in zip(stack, view.sheets, strict=True):
        assert fate.dossier_id == whose.get(owner), f"page {fate.page} of {owner}"
    waiting, count = services.left_pages(clerk)
    assert (count, [(one.number, one.fate) for one in waiting]) == (
        2,
        [(1, "unidentified"), (11, "invalid_reference")],
    )
    filed = Counter(
        (dossier, upload.filename)
        for dossier in whose.values()
        for upload in services.dossier(clerk, str(dossier)).attachments
    )
    assert filed == {
        (salma, "pile (2-12).pdf"): 1,
        (salma, "pile (4).pdf"): 1,
        (printed, "pile (5).pdf"): 1,
        (printed, "pile (6).pdf"): 1,
        (omar, "pile (8).pdf"): 1,
        (omar, "pile (9).pdf"): 1,
        (outdated.dossier_id, "pile (10).pdf"): 1,
    }
    remarks = {
        one.page: [told.fr for told in one.remarks] for one in view.sheets
    }  # reading adds its own later
    assert MESSAGES["version_outdated"].fill(version=1, current=2).fr in remarks[10]
    assert MESSAGES["page_twice"].fill(page=1).fr in remarks[12]
    assert not any(MESSAGES["page_twice"].fill(page=1).fr in remarks[page] for page in range(1, 12))
    again = services.receive_stack(clerk, [("pile.pdf", pile)], by_position=True)
    services.sort_stack(again)
    second = services.stack(clerk, again)
    assert (second.summary.total, second.files[0].earlier) == (0, stack_id), "sent twice, sorted once"
    assert services.left_pages(clerk)[1] == 2


def test_loose_files_in_their_order_are_one_stack(agency: Agency) -> None:
    """A cover in one file reaches over the next ones; in a mixed-up stack what has no code waits."""
    omar = agency.open(agency.omar)
    cover = sheet(agency.services.cover_sheet(agency.clerk, omar))
    form = sheet(agency.paper(SALMA, PRINTED))
    named = [("1.png", paper("Before")), ("2.png", cover), ("3.png", paper("Acte")), ("4.png", form)]
    files = [(name, png(image)) for name, image in [*named, ("5.png", paper("Behind"))]]
    result = agency.services.intake_scan(agency.clerk, files)
    fates = {one.file: (one.fate, one.reference) for one in result.pages}
    assert fates == {
        "1.png": ("unidentified", None),
        "2.png": ("filed", agency.reference(omar)),
        "3.png": ("filed", agency.reference(omar)),
        "4.png": ("filed", PRINTED),
        "5.png": ("unidentified", None),
    }
    suggested = {one.file: one.suggested for one in agency.services.left_pages(agency.clerk)[0]}
    assert suggested == {"1.png": None, "5.png": PRINTED}


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
