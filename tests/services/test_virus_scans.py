"""Viruses: found before anything is opened, refused or put out of reach; «not scanned» is never «clean»."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select

from core.errors import DossierError, UnreadableDocument
from forms_service import virus_scan
from forms_service.config import Config
from forms_service.services import ReadingStatus, reading_results
from forms_service.services.virus_scans import VirusScans
from forms_service.settings import InvalidSetting
from forms_service.storage.models import AttachmentRow, AuditRow
from forms_service.storage.objects import FolderStore
from forms_service.storage.scan_models import VirusScanRow
from forms_service.virus_scan import ClamAv, NoScanner, Scan, ScannerSettings, ScanVerdict
from tests.services.scanner_under_test import HARM, ClamdStandIn, clamd, free_port

PDF = b"%PDF-1.4\nnot much of a document"
BAD = PDF + HARM


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[ClamdStandIn]:
    with clamd(tmp_path) as server:
        yield server


@pytest.fixture
def guarded(make_office: Callable[..., object], tmp_path: Path, scanner: ClamdStandIn):
    """A service with a scanner."""
    return make_office(virus_scanner=ScannerSettings(str(tmp_path / "clamd"), 5))


# --- the client --------------------------------------------------------------------------------


def test_a_scanner_says_clean_or_names_the_virus(scanner: ClamdStandIn, tmp_path: Path) -> None:
    asked = ClamAv(str(tmp_path / "clamd"))
    assert asked.scan(b"a paper") == Scan(ScanVerdict.CLEAN)
    assert asked.scan(bytes(700_000) + HARM) == Scan(ScanVerdict.INFECTED, "Forms.Test.UNOFFICIAL")
    assert scanner.scanned == [7, 700_000 + len(HARM)]
    assert asked.scan(b"") == Scan(ScanVerdict.CLEAN)


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        ("hang up", "unreachable"),
        ("out of memory", "error"),
        ("limits", "too_large"),
        ("silent", "timed_out"),
    ],
)
def test_what_is_no_answer_is_not_scanned(
    scanner: ClamdStandIn, tmp_path: Path, behaviour: str, told: str
) -> None:
    scanner.behaviour = behaviour
    assert ClamAv(str(tmp_path / "clamd"), 0.5).scan(b"a paper") == Scan(ScanVerdict.NOT_SCANNED, told)


def test_a_file_too_large_for_the_scanner_is_not_scanned(scanner: ClamdStandIn, tmp_path: Path) -> None:
    scanner.longest = 1000
    found = ClamAv(str(tmp_path / "clamd")).scan(bytes(3_000_000))
    assert found.verdict is ScanVerdict.NOT_SCANNED
    assert found.told in ("too_large", "unreachable"), "the line may break before its words arrive"


def test_no_scanner_and_nobody_there_are_not_clean() -> None:
    assert NoScanner().scan(b"x").verdict is ScanVerdict.NOT_SCANNED
    gone = ClamAv(("127.0.0.1", free_port()))
    assert gone.scan(b"x") == Scan(ScanVerdict.NOT_SCANNED, "unreachable")


def test_a_scanner_that_does_not_answer_is_left_alone_for_a_while(
    scanner: ClamdStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ClamAv(str(tmp_path / "clamd"))
    scanner.behaviour = "hang up"
    asked.scan(b"x")
    scanner.behaviour = "scan"
    assert asked.scan(b"x").verdict is ScanVerdict.NOT_SCANNED
    assert scanner.scanned == [], "nobody waited for it again"
    now = virus_scan.time.monotonic()
    monkeypatch.setattr(virus_scan.time, "monotonic", lambda: now + 60)
    assert asked.scan(b"x").verdict is ScanVerdict.CLEAN


def test_one_file_that_takes_too_long_switches_scanning_off_for_nobody(
    scanner: ClamdStandIn, tmp_path: Path
) -> None:
    asked = ClamAv(str(tmp_path / "clamd"), 0.2)
    scanner.behaviour = "silent"
    for _ in range(5):
        assert asked.scan(b"made to take long").told == "timed_out"
    scanner.behaviour, asked.seconds = "scan", 10.0
    assert asked.scan(HARM).verdict is ScanVerdict.INFECTED
    scanner.behaviour, asked.seconds = "silent", 0.2
    assert [asked.scan(bytes([n])).told for n in range(4)] == [*["timed_out"] * 3, "unreachable"]


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("/run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
        ("unix:/run/clamd", "/run/clamd"),
        ("tcp://scanner:3311", ("scanner", 3311)),
        ("tcp://[::1]", ("::1", 3310)),
        ("", None),
    ],
)
def test_a_setting_names_the_scanner(given: str, address: object) -> None:
    assert Config.from_environment({"FORMS_CLAMAV": given}).virus_scanner.address == address


@pytest.mark.parametrize("given", ["localhost", "http://scanner", "tcp://scanner:port", "tcp://"])
def test_a_setting_that_names_none_stops_the_start(given: str) -> None:
    with pytest.raises(InvalidSetting, match="FORMS_CLAMAV"):
        Config.from_environment({"FORMS_CLAMAV": given})


# --- at the door --------------------------------------------------------------------------------


def test_a_file_with_a_virus_is_refused_and_not_kept(guarded, tmp_path: Path) -> None:
    dossier = guarded.open()
    with pytest.raises(UnreadableDocument) as refused:
        guarded.services.upload(guarded.applicant, dossier, "acte.pdf", BAD)
    assert refused.value.code == "infected_file"
    assert "virus" in refused.value.message.fr and "فيروس" in refused.value.message.ar
    view = guarded.services.dossier(guarded.applicant, dossier)
    assert view.attachments == () and guarded.jobs.keys == []
    assert [event.action for event in view.events][-1] == "infected_refused"
    kept = [one for one in (tmp_path / "var").rglob("*") if one.is_file() and HARM in one.read_bytes()]
    assert kept == []


def test_a_clean_file_is_said_to_be_clean(guarded) -> None:
    dossier = guarded.open()
    assert guarded.services.upload(guarded.applicant, dossier, "acte.pdf", PDF).virus_scan == "clean"
    assert guarded.services.dossier(guarded.clerk, dossier).attachments[0].virus_scan == "clean"


def test_an_infected_file_of_a_stack_is_left_out_and_the_others_go_on(guarded) -> None:
    stack = guarded.services.receive_stack(guarded.clerk, [("bad.pdf", BAD), ("good.pdf", PDF)])
    view = guarded.services.stack(guarded.clerk, stack)
    assert [fate.file for fate in view.sheets if "virus" in fate.message.fr] == ["bad.pdf"]
    assert guarded.services.openable_files(stack) == [1]


class NamesHarm:
    """A scanner that is set up later."""

    is_configured = True

    def scan(self, content: bytes) -> Scan:
        return Scan(ScanVerdict.INFECTED, "Harm") if HARM in content else Scan(ScanVerdict.CLEAN)


def test_without_a_scanner_papers_come_in_are_not_called_clean_and_come_due_for_one(
    office, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = office.open()
    office.services.upload(office.applicant, dossier, "acte.pdf", BAD)
    assert office.services.dossier(office.clerk, dossier).attachments[0].virus_scan == "not_scanned"
    office.services.scan_again()
    with office.application.database.reading() as session:
        (row,) = session.scalars(select(VirusScanRow)).all()
        assert (row.verdict, row.told, row.due_at) == ("not_scanned", "never_asked", office.clock.now)
    monkeypatch.setattr(type(office.services.adapters), "scanner", NamesHarm(), raising=False)
    office.services.scan_again()
    assert office.services.dossier(office.clerk, dossier).attachments[0].virus_scan == "infected"
    with office.application.database.reading() as session:
        assert session.scalars(select(VirusScanRow.due_at)).all() == [None]


# --- later --------------------------------------------------------------------------------------


def test_what_came_while_the_scanner_was_away_is_scanned_when_it_is_back(
    guarded, scanner: ClamdStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = guarded.open()
    scanner.behaviour = "hang up"
    good = guarded.services.upload(guarded.applicant, dossier, "good.pdf", PDF)
    bad = guarded.services.upload(guarded.applicant, dossier, "bad.pdf", BAD)
    assert [good.virus_scan, bad.virus_scan] == ["not_scanned", "not_scanned"]
    guarded.services.scan_again()
    assert {one.virus_scan for one in guarded.services.dossier(guarded.clerk, dossier).attachments} == {
        "not_scanned"
    }
    scanner.behaviour = "scan"
    guarded.clock.move(minutes=5)
    monkeypatch.setattr(guarded.services.adapters.scanner, "_silent_until", 0.0)
    guarded.services.scan_again()
    view = guarded.services.dossier(guarded.applicant, dossier)
    seen = {one.filename: one for one in view.attachments}
    assert (seen["good.pdf"].virus_scan, seen["good.pdf"].status) == ("clean", ReadingStatus.WAITING)
    assert (seen["bad.pdf"].virus_scan, seen["bad.pdf"].status) == ("infected", ReadingStatus.REFUSED)
    assert "virus" in seen["bad.pdf"].message.fr
    for take in (
        lambda: guarded.services.attachment_file(guarded.applicant, dossier, bad.id),
        lambda: guarded.services.attachment_page_image(guarded.clerk, dossier, bad.id, 0, 100),
    ):
        with pytest.raises(DossierError) as refused:
            take()
        assert refused.value.code == "infected_upload"
    with guarded.application.database.reading() as session:
        found = session.scalars(select(AuditRow).where(AuditRow.action == "infected_found")).all()
    assert [one.details["virus"] for one in found] == ["Forms.Test.UNOFFICIAL"]
    scanner.scanned.clear()
    guarded.clock.move(days=2)
    guarded.services.scan_again()
    assert scanner.scanned == [], "an answer is not asked for twice"


def test_files_the_scanner_fails_at_keep_no_other_waiting(
    guarded, scanner: ClamdStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = guarded.open()
    scanner.behaviour = "out of memory"
    for number in range(4):
        guarded.services.upload(guarded.applicant, dossier, f"{number}.pdf", PDF + bytes([number]))
    bad = guarded.services.upload(guarded.applicant, dossier, "bad.pdf", BAD)
    guarded.clock.move(minutes=5)
    usual = ClamAv.scan
    monkeypatch.setattr(
        ClamAv,
        "scan",
        lambda asked, content: (
            usual(asked, content) if HARM in content else Scan(ScanVerdict.NOT_SCANNED, "error")
        ),
    )
    scanner.behaviour = "scan"
    guarded.services.scan_again()
    seen = {one.id: one.virus_scan for one in guarded.services.dossier(guarded.clerk, dossier).attachments}
    assert seen[bad.id] == "infected"


def test_one_damaged_paper_keeps_no_other_from_being_scanned_and_is_never_clean(
    guarded, scanner: ClamdStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = guarded.open()
    scanner.behaviour = "hang up"
    names = ("damaged.pdf", "lost.pdf", "bad.pdf")
    sent = [
        guarded.services.upload(guarded.applicant, dossier, name, content)
        for name, content in zip(names, (PDF + b"1", PDF + b"2", BAD), strict=True)
    ]
    with guarded.application.database.reading() as session:
        key_of = {row.id: row.object_key for row in session.scalars(select(AttachmentRow))}
    damaged, lost, _ = (key_of[one.id] for one in sent)
    held = FolderStore(guarded.application.config.objects_folder)
    content = bytearray(held.held_as(damaged))
    content[-3] ^= 1
    held.remove(damaged)
    held.keep_as(damaged, bytes(content))
    held.remove(lost)
    scanner.behaviour = "scan"
    guarded.clock.move(minutes=5)
    monkeypatch.setattr(guarded.services.adapters.scanner, "_silent_until", 0.0)
    with structlog.testing.capture_logs() as told:
        guarded.services.scan_again()
    seen = {
        one.filename: one.virus_scan for one in guarded.services.dossier(guarded.clerk, dossier).attachments
    }
    assert seen == {"damaged.pdf": "not_scanned", "lost.pdf": "not_scanned", "bad.pdf": "infected"}
    assert {(one["object"], one["error"]) for one in told if one["log_level"] == "error"} == {
        (damaged[:16], "Unopenable"),
        (lost[:16], "MissingObject"),
    }
    with guarded.application.database.reading() as session:
        due = {one.object_key: one.due_at for one in session.scalars(select(VirusScanRow))}
    assert due[damaged] > guarded.clock.now and due[lost] > guarded.clock.now, "they are tried again later"


def test_nobody_gets_an_infected_file_though_its_papers_could_not_tell_it_at_once(
    guarded, scanner: ClamdStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = guarded.open()
    scanner.behaviour = "out of memory"
    guarded.services.upload(guarded.applicant, dossier, "bad.pdf", BAD)
    scanner.behaviour = "scan"
    guarded.clock.move(minutes=5)

    def seen() -> tuple[str, ReadingStatus]:
        (paper,) = guarded.services.dossier(guarded.clerk, dossier).attachments
        return paper.virus_scan, paper.status

    with monkeypatch.context() as broken:
        broken.setattr(VirusScans, "touch", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            guarded.services.scan_again()
    assert seen() == ("infected", ReadingStatus.WAITING), "found is found"
    guarded.clock.move(minutes=5)
    with monkeypatch.context() as broken:
        broken.setattr(FolderStore, "held_as", lambda *_: b"damaged")
        guarded.services.scan_again()
    assert seen() == ("infected", ReadingStatus.WAITING), "what cannot be read now is no cleaner for it"
    guarded.clock.move(hours=2)
    guarded.services.scan_again()
    assert seen() == ("infected", ReadingStatus.REFUSED)
    scanner.scanned.clear()
    guarded.clock.move(days=60)
    guarded.services.scan_again()
    assert scanner.scanned == []


def test_what_was_clean_on_the_day_is_asked_about_once_more_a_month_later(
    guarded, scanner: ClamdStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = guarded.open()
    monkeypatch.setattr(ClamAv, "scan", lambda *_: Scan(ScanVerdict.CLEAN))
    for name, content in (("new.pdf", BAD), ("good.pdf", PDF)):
        guarded.services.upload(guarded.applicant, dossier, name, content)
    monkeypatch.undo()

    def seen() -> list[str]:
        guarded.services.scan_again()
        return [one.virus_scan for one in guarded.services.dossier(guarded.clerk, dossier).attachments]

    guarded.clock.move(days=29)
    assert (seen(), scanner.scanned) == (["clean", "clean"], [])
    guarded.clock.move(days=2)
    scanner.behaviour = "hang up"
    assert seen() == ["clean", "clean"], "no answer takes none back"
    scanner.behaviour = "scan"
    guarded.clock.move(minutes=5)
    monkeypatch.setattr(guarded.services.adapters.scanner, "_silent_until", 0.0)
    assert seen() == ["infected", "clean"], "signatures know it by now"
    scanner.scanned.clear()
    guarded.clock.move(days=60)
    assert (seen(), scanner.scanned) == (["infected", "clean"], [])


def test_nothing_infected_is_ever_opened(
    guarded, scanner: ClamdStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = guarded.open()
    scanner.behaviour = "hang up"
    guarded.services.upload(guarded.applicant, dossier, "bad.pdf", BAD)
    scanner.behaviour = "scan"
    monkeypatch.setattr(guarded.services.adapters.scanner, "_silent_until", 0.0)

    def opened(*_given: object) -> None:
        raise AssertionError("it was opened")

    monkeypatch.setattr(reading_results, "run_reading_of_pages", opened)
    guarded.read_all()
    assert guarded.services.dossier(guarded.applicant, dossier).attachments[0].status == "refused"
