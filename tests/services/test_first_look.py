"""The first look: told while the sender waits, in a process of its own, and never in the way."""

from __future__ import annotations

import json
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.localized_text import LocalizedText
from forms_service import first_look
from forms_service.first_look import Looked, LookingProcess, NoLook
from forms_service.reading_process import ReadingRequest
from forms_service.services import ReadingStatus

ROOT = Path(__file__).resolve().parents[2]
REQUEST = ReadingRequest("read", "page.pdf", "unused")
PATIENT_SECONDS = 60.0
"""Enough on the busiest machine: these tests are about what is told, not how fast."""


@pytest.fixture
def looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], LookingProcess]]:
    """Processes that run a few given lines in place of the look, under the real limits."""
    started: list[LookingProcess] = []

    def make(code: str, warm_up: str = "pass") -> LookingProcess:
        package = tmp_path / "stand_in" / "forms_service"
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").write_text(
            f"import pathlib; __path__ = [str(pathlib.Path(__file__).parent), {str(ROOT / 'forms_service')!r}]"
        )
        body = textwrap.indent(textwrap.dedent(code), "    ")
        (package / "upload_look.py").write_text(
            f"def warm_up():\n    {warm_up}\n\n\ndef look_over(request, original):\n{body}\n"
        )
        monkeypatch.setattr(sys, "path", [str(package.parent), str(ROOT), *sys.path])
        started.append(LookingProcess(tmp_path / "scratch"))
        return started[-1]

    yield make
    for one in started:
        one.close()
    assert list(tmp_path.glob("scratch/*")) == []


TWO_REMARKS = """
    yield {"warning": {"ar": original.decode(), "fr": request.filename}}
    yield {"warning": {"ar": "ب", "fr": "b"}}
    yield {"whole": True}
"""


def test_what_the_look_finds_is_told(looking) -> None:
    looked = looking(TWO_REMARKS).look(REQUEST, "أ".encode(), PATIENT_SECONDS)
    assert looked == Looked(None, (LocalizedText("أ", "page.pdf"), LocalizedText("ب", "b")))
    assert looked.rest is None


def test_each_upload_has_a_process_of_its_own(looking) -> None:
    code = 'import os\nyield {"warning": {"ar": str(os.getpid()), "fr": "?"}}\nyield {"whole": True}'
    process = looking(code)
    process.get_ready()
    seen = {process.look(REQUEST, b"x", PATIENT_SECONDS).warnings[0].ar for _ in range(3)}
    assert len(seen) == 3


@pytest.fixture
def over_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock by which the sender's time is over as soon as something was told, however fast the machine is."""
    clock, take = [0.0], first_look._Look._take

    def taken(look: first_look._Look, line: bytes) -> bool:
        clock[0] = PATIENT_SECONDS
        return take(look, line)

    monkeypatch.setattr(first_look._Look, "_take", taken)
    monkeypatch.setattr(first_look, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + clock[0]))


@pytest.mark.usefixtures("over_when_told")
def test_what_was_told_before_the_time_was_over_counts(looking) -> None:
    code = 'yield {"warning": {"ar": "أ", "fr": "a"}}\nimport time\ntime.sleep(600)'
    looked = looking(code).look(REQUEST, b"x", PATIENT_SECONDS)
    assert looked.warnings == (LocalizedText("أ", "a"),)
    assert looked.rest is not None


@pytest.mark.usefixtures("over_when_told")
def test_a_look_goes_on_after_the_answer_in_the_process_that_began_it(looking, tmp_path: Path) -> None:
    code = f"""
        import os, pathlib, time
        yield {{"warning": {{"ar": str(os.getpid()), "fr": "a"}}}}
        while not pathlib.Path({str(tmp_path / "answered")!r}).exists():
            time.sleep(0.05)
        yield {{"warning": {{"ar": str(os.getpid()), "fr": "b"}}}}
        yield {{"whole": True}}
    """
    looked = looking(code).look(REQUEST, b"x", PATIENT_SECONDS)
    (tmp_path / "answered").touch()
    first, second = looked.rest.result(timeout=PATIENT_SECONDS).warnings
    assert looked.warnings == (first,)
    assert first.ar == second.ar


def test_a_file_there_was_no_time_for_is_looked_at_afterwards(looking) -> None:
    looked = looking(TWO_REMARKS).look(REQUEST, b"x", 0.0)
    assert looked.warnings == ()
    assert [one.ar for one in looked.rest.result(timeout=PATIENT_SECONDS).warnings] == ["x", "ب"]


def test_a_look_that_nobody_listens_to_ends(looking) -> None:
    code = 'import os, time\nyield {"warning": {"ar": str(os.getpid()), "fr": "?"}}\ntime.sleep(600)'
    look = looking(code)._begin(REQUEST, b"x")
    look.listener.settimeout(PATIENT_SECONDS)
    pid = int(json.loads(look.listener.recv(4096))["warning"]["ar"])
    look.close()
    wait_until(lambda: not Path(f"/proc/{pid}").exists())


def wait_until(condition: Callable[[], object]) -> None:
    limit = time.monotonic() + PATIENT_SECONDS
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.05)


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError('broken')\nyield",
        "import os\nos.abort()\nyield",
        "yield bytearray(3_000_000_000)",
        "yield {'warning': 'not a sentence'}",
        "import os\nos.write(1, b'no json\\n')\nyield {'whole': True}",
        "import os\nos._exit(0)\nyield",
    ],
    ids=["fault", "crash", "memory", "shape", "noise", "silent"],
)
def test_a_look_that_fails_tells_nothing_and_the_next_one_works(looking, code: str) -> None:
    assert looking(code).look(REQUEST, b"x", PATIENT_SECONDS).warnings == ()
    assert len(looking(TWO_REMARKS).look(REQUEST, b"x", PATIENT_SECONDS).warnings) == 2


def test_a_process_that_ended_while_it_stood_ready_is_replaced(looking) -> None:
    process = looking(TWO_REMARKS)
    process.get_ready()
    process._ready.process.kill()
    process._ready.process.wait()
    assert len(process.look(REQUEST, b"x", PATIENT_SECONDS).warnings) == 2


def test_several_senders_at_once_all_get_an_answer(looking) -> None:
    process, answers = looking(TWO_REMARKS), []
    threads = [
        threading.Thread(target=lambda: answers.append(process.look(REQUEST, b"x", PATIENT_SECONDS)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(one.warnings) for one in answers] == [2, 2, 2, 2]


def test_the_looking_process_sees_no_secret(looking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMS_SECRET_KEY", "do not tell")
    code = (
        'import os\nyield {"warning": {"ar": "x", "fr": " ".join(sorted(os.environ))}}\nyield {"whole": True}'
    )
    (told,) = looking(code).look(REQUEST, b"x", PATIENT_SECONDS).warnings
    assert "PATH" in told.fr
    assert "FORMS_SECRET_KEY" not in told.fr


def test_one_that_stands_ready_ends_when_the_service_is_gone(looking) -> None:
    process = looking(TWO_REMARKS)
    process.get_ready()
    child = process._ready.process
    process._ready.control.close()
    wait_until(lambda: child.poll() is not None)


# --- at the upload --------------------------------------------------------------------------------


class Tells(NoLook):
    """A first look with its answer ready; remembers what it was asked."""

    def __init__(self, looked: Looked) -> None:
        self.looked, self.asked = looked, []

    def look(self, request: ReadingRequest, original: bytes, seconds: float) -> Looked:
        self.asked.append((request.document_type, original, seconds))
        return self.looked

    def get_ready(self) -> None: ...

    def close(self) -> None: ...


BLURRED = LocalizedText("غير واضحة", "floue")
PDF = b"%PDF-1.4\nnot much of a document"


def test_an_upload_carries_its_warnings_at_once_and_is_read_all_the_same(make_office) -> None:
    look = Tells(Looked(warnings=(BLURRED,)))
    office = make_office(first_look=look)
    dossier = office.open()
    view = office.services.upload(office.applicant, dossier, "acte.pdf", PDF, "birth", 1, 0.7)
    assert (view.status, view.warnings) == (ReadingStatus.WAITING, (BLURRED,))
    assert office.jobs.keys == [view.id]
    assert look.asked == [("birth", PDF, 0.7)]


def test_a_file_that_cannot_be_opened_is_refused_at_once(make_office) -> None:
    locked = LocalizedText("محمي بكلمة سر", "protégé par un mot de passe")
    office = make_office(first_look=Tells(Looked(refusal=locked)))
    view = office.services.upload(office.applicant, office.open(), "acte.pdf", PDF)
    assert (view.status, view.message) == (ReadingStatus.REFUSED, locked)
    assert office.jobs.keys == []


def test_a_file_of_a_wrong_type_is_not_looked_at(make_office) -> None:
    look = Tells(Looked())
    office = make_office(first_look=look)
    office.services.upload(office.applicant, office.open(), "letter.docx", b"PK\x03\x04")
    assert look.asked == []


def test_a_paper_given_up_keeps_what_the_first_look_told(make_office) -> None:
    office = make_office(first_look=Tells(Looked(warnings=(BLURRED,))))
    dossier = office.open()
    view = office.services.upload(office.applicant, dossier, "acte.pdf", PDF, "birth")
    office.services.give_up_reading(view.id)
    (after,) = office.services.dossier(office.applicant, dossier).attachments
    assert (after.status, after.warnings) == (ReadingStatus.FAILED, (BLURRED,))


def test_the_reviewer_sees_the_warning_of_a_paper_deposited_unread(make_office) -> None:
    office = make_office(first_look=Tells(Looked(warnings=(BLURRED,))))
    dossier = office.open()
    office.services.upload(office.applicant, dossier, "acte.pdf", PDF, "birth")
    office.services.deposit(office.applicant, dossier, True)
    seen = office.services.dossier(office.reviewer, dossier).attachments
    assert [one.warnings for one in seen if not one.made_on_screen] == [(BLURRED,)]


class LateLook(NoLook):
    """Has no time while the sender waits, and finds something afterwards."""

    def __init__(self) -> None:
        self.rest: Future[Looked] = Future()

    def look(self, request: ReadingRequest, original: bytes, seconds: float) -> Looked:
        return Looked(rest=self.rest)


@pytest.mark.parametrize("read_first", [False, True], ids=["the look is first", "the reading is first"])
def test_what_there_was_no_time_to_tell_is_told_afterwards(make_office, read_first: bool) -> None:
    blurred = LocalizedText("غير واضحة", "floue")
    look = LateLook()
    office = make_office(first_look=look)
    dossier = office.open()
    sent = office.services.upload(office.applicant, dossier, "photo.jpg", b"\xff\xd8\xff no picture", "bank")
    assert sent.warnings == ()
    if read_first:
        office.services.give_up_reading(sent.id)
    look.rest.set_result(Looked(warnings=(blurred,)))
    (held,) = office.services.dossier(office.applicant, dossier).attachments
    assert held.warnings == (() if read_first else (blurred,))
