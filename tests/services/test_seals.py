"""Days of the record are closed, signed, time-stamped and sent away, and an export of it is checked offline."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from core.record_check import Checked, RecordCheck, as_records
from forms_service.evidence_settings import EvidenceSettings
from forms_service.receipt_keys import Signer, find_keys
from forms_service.record_in_words import finding_in_words
from forms_service.record_seals import SealCheck, sign
from forms_service.services.base import SYSTEM
from forms_service.services.seals import SETTLED_AFTER
from forms_service.storage import audit
from forms_service.storage.audit_models import RecordSealRow
from tests.time_stamp_authority import Authority, authority

DOCS = Path(__file__).resolve().parents[2] / "docs" / "operations" / "evidence.md"


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority(tmp_path_factory.mktemp("tsa")) as running:
        yield running


def seals(office: Any) -> list[RecordSealRow]:
    with office.application.database.reading() as session:
        return list(session.scalars(select(RecordSealRow).order_by(RecordSealRow.number)))


def some_days(office: Any, days: int = 3) -> None:
    """Two lines a day, and the days closed as a worker does."""
    for _ in range(days):
        office.open()
        office.open()
        office.clock.move(days=1)
        office.services.close_days()


def exported(office: Any, *days: date | None) -> list[dict[str, Any]]:
    return [json.loads(row) for row in office.services.export_record(SYSTEM, *days)]


def checked(rows: list[dict[str, Any]], check: SealCheck | None = None) -> Checked:
    text_rows = [json.dumps(row, ensure_ascii=False).encode() for row in rows]
    return RecordCheck(check or SealCheck()).run(as_records(text_rows))


def keys_of(office: Any) -> SealCheck:
    config = office.application.config
    return SealCheck(find_keys(config.keys_folder), config.evidence.authorities)


def test_a_day_is_closed_once_it_is_over_and_settled(office: Any) -> None:
    office.open()
    assert office.services.close_days() == 0
    office.clock.now = datetime(2026, 3, 3, 0, 5, tzinfo=UTC)
    assert office.services.close_days() == 0, "what began before midnight may still end"
    office.clock.now += SETTLED_AFTER
    assert office.services.close_days() == 1
    assert office.services.close_days() == 0
    (seal,) = seals(office)
    content = json.loads(seal.content)
    assert (seal.day, content["late"], content["whole"]) == (date(2026, 3, 2), False, True)
    with office.application.database.reading() as session:
        assert audit.head(session)[0] == seal.last + 1, "that the day was sealed is a line as well"


def test_missed_days_are_closed_later_and_say_so(office: Any) -> None:
    office.open()
    office.clock.move(days=5)
    assert office.services.close_days() == 5
    found = [json.loads(one.content) for one in seals(office)]
    assert [one["late"] for one in found] == [True, True, True, True, False]
    assert [one["day"] for one in found] == [f"2026-03-0{n}" for n in range(2, 7)]
    assert [one["lines"] for one in found][1:] == [0, 0, 0, 0]
    record = exported(office)
    found_whole = checked(record, keys_of(office))
    assert found_whole.is_whole
    assert found_whole.seals == 5
    assert "late" in found_whole.notes


def test_two_workers_close_a_day_once(office: Any) -> None:
    office.open()
    office.clock.move(days=1)
    other = type(office.services)(office.services.adapters)
    office.services.close_days()
    assert other.close_days() == 0
    assert len(seals(office)) == 1


def test_an_export_is_checked_offline_and_by_a_stranger_with_thirty_lines(
    office: Any, tmp_path: Path
) -> None:
    some_days(office)
    record = exported(office)
    found = checked(record, keys_of(office))
    assert (found.is_whole, found.seals, found.notes) == (True, 3, {"unstamped"})
    assert found.lines == record[0]["header"]["lines"] == found.last
    assert "untrusted" in checked(record).notes
    script = re.search(r"```python\n(.+?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert script is not None and len(script[1].splitlines()) <= 30
    file = tmp_path / "record.jsonl"
    for spoil, verdict in (("", 0), ('"action":"opened"', 1)):
        lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in record]
        if spoil:
            place = next(n for n, one in enumerate(lines) if spoil in one)
            lines[place] = lines[place].replace(spoil, '"action":"closed"')
        file.write_text("\n".join(lines), encoding="utf-8")
        done = subprocess.run([sys.executable, "-c", script[1], str(file)], capture_output=True, text=True)
        assert done.returncode == verdict, done.stderr
        assert ("whole" in done.stdout) is not bool(spoil)


def test_the_signature_of_a_seal_is_checked_with_openssl_alone(office: Any, tmp_path: Path) -> None:
    some_days(office, 1)
    (seal,) = seals(office)
    (tmp_path / "content").write_text(seal.content)
    (tmp_path / "signature").write_bytes(base64.b64decode(seal.signature))
    (tmp_path / "certificate").write_text(seal.certificates)
    public = subprocess.run(
        ["openssl", "x509", "-in", tmp_path / "certificate", "-pubkey", "-noout"],
        check=True,
        capture_output=True,
    )
    (tmp_path / "public").write_bytes(public.stdout)
    command = [
        "openssl",
        "dgst",
        "-sha256",
        "-verify",
        tmp_path / "public",
        "-signature",
        tmp_path / "signature",
    ]
    assert b"OK" in subprocess.run([*command, tmp_path / "content"], check=True, capture_output=True).stdout


def test_some_days_of_the_record_are_an_export_of_their_own(office: Any) -> None:
    some_days(office)
    part = exported(office, date(2026, 3, 3), date(2026, 3, 3))
    found = checked(part, keys_of(office))
    assert found.is_whole
    assert {row["line"]["at"][:10] for row in part if "line" in row} == {"2026-03-03"}
    assert (found.seals, found.sealed_day) == (1, "2026-03-03")
    nothing = exported(office, date(2030, 1, 1), None)
    assert checked(nothing, keys_of(office)).is_whole
    assert len(nothing) == 1


def test_a_key_that_is_not_the_services_seals_nothing(office: Any) -> None:
    some_days(office, 1)
    record = exported(office)
    stranger = Signer.create()
    for row in record:
        if "seal" in row:
            row |= sign(row["seal"], stranger)
    assert checked(record).is_whole, "by its own certificate"
    found = checked(record, keys_of(office))
    assert found.finding is not None and found.finding.code == "seal_key"
    record = exported(office)
    record[0]["header"]["exported_at"] = "2020-01-01T00:00:00.000000Z"
    found = checked(record, keys_of(office))
    assert found.finding is not None and found.finding.code == "seal_signature"
    for said in (finding_in_words(found.finding).ar, finding_in_words(found.finding).fr):
        assert "{" not in said and said


def test_the_time_of_a_seal_is_stamped_by_an_authority(
    make_office: Callable[..., Any], tsa: Authority, tmp_path: Path
) -> None:
    folder = tmp_path / "elsewhere"
    evidence = EvidenceSettings(tsa.url, tsa.root, folder, "archives@example.ma")
    office = make_office(evidence=evidence)
    some_days(office, 1)
    record = exported(office)
    found = checked(record, keys_of(office))
    assert (found.is_whole, found.stamped_to, found.notes) == (True, seals(office)[0].last, set())
    assert "authority" in checked(record, SealCheck()).notes
    (left,) = folder.glob("*.json")
    assert left.name == "seal-2026-03-02.json"
    kept = json.loads(left.read_text(encoding="utf-8"))
    assert kept in record
    mails = [one.read_text() for one in (tmp_path / "var" / "mailbox").rglob("*") if one.is_file()]
    assert any(kept["seal"]["head"] in one or "2026-03-02" in one for one in mails)
    stamped = [row for row in record if "seal" in row]
    stamped[0]["time_stamp"] = base64.b64encode(b"nothing").decode()
    told = checked(record, keys_of(office)).finding
    assert told is not None and told.code == "seal_time_stamp"


def test_an_authority_that_is_away_is_asked_again(
    make_office: Callable[..., Any], tsa: Authority, tmp_path: Path
) -> None:
    folder = tmp_path / "elsewhere"
    office = make_office(evidence=EvidenceSettings(tsa.url, tsa.root, folder))
    tsa.answers = False
    try:
        some_days(office, 1)
    finally:
        tsa.answers = True
    (seal,) = seals(office)
    assert (seal.time_stamp, seal.problem) == (None, "refused")
    assert list(folder.glob("*")) == [], "it waits for its time"
    asked = len(tsa.asked)
    office.services.close_days()
    assert len(tsa.asked) == asked, "nobody is asked again at once"
    office.clock.move(minutes=6)
    office.services.close_days()
    (seal,) = seals(office)
    assert seal.time_stamp and seal.problem is None and seal.left_at
    assert len(list(folder.glob("seal-*.json"))) == 1


def test_a_record_rewritten_in_the_database_is_found_and_no_day_is_called_whole(office: Any) -> None:
    if office.application.database.engine.dialect.name != "sqlite":
        pytest.skip("how a database's owner gets past the triggers differs; the check is the same")
    some_days(office, 1)
    office.open()
    assert office.services.verify_record().is_whole
    with office.application.database.engine.begin() as connection:
        connection.execute(text("drop trigger audit_no_update"))
        connection.execute(text("update audit set action = 'closed' where id = 2"))
    found = office.services.verify_record()
    assert found.finding is not None
    assert (found.finding.code, found.finding.position) == ("altered", 2)
    assert finding_in_words(found.finding).fr.startswith("La ligne 2 a été modifiée")
    assert "fichier" not in finding_in_words(found.finding).fr
    with office.application.database.engine.begin() as connection:
        last = connection.execute(text("select max(id) from audit")).scalar_one()
        connection.execute(text(f"update audit set actor_id = 'somebody' where id = {last}"))
    office.clock.move(days=1)
    office.services.close_days()
    office.clock.move(days=1)
    office.services.close_days()
    assert [json.loads(one.content)["whole"] for one in seals(office)] == [True, False, True]
    operator = office.services.add_account("pilote", "a long enough password", "Pilote", {"operator"})
    told = office.services.chain_state(operator).finding
    assert told is not None
    assert (told.code, told.day) == ("seal_broken", "2026-03-03"), "also once later days are whole"


def test_a_sealed_day_altered_later_is_found_by_the_nights_checks(
    office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if office.application.database.engine.dialect.name != "sqlite":
        pytest.skip("how a database's owner gets past the triggers differs; the check is the same")
    monkeypatch.setattr("forms_service.services.seals.NIGHTS", 2)
    operator = office.services.add_account("pilote", "a long enough password", "Pilote", {"operator"})
    some_days(office, 2)
    assert office.services.chain_state(operator).finding is None
    with office.application.database.engine.begin() as connection:
        was = connection.execute(text("select action from audit where id = 2")).scalar_one()
        connection.execute(text("drop trigger audit_no_update"))
        connection.execute(text("update audit set action = 'closed' where id = 2"))
    assert office.services.chain_state(operator).finding is None, (
        "only lines since the last seal are looked at"
    )
    some_days(office, 2)
    told = office.services.chain_state(operator).finding
    assert told is not None and (told.code, told.position) == ("altered", 2)
    assert [json.loads(one.content)["whole"] for one in seals(office)] == [True] * 4
    with office.application.database.engine.begin() as connection:
        connection.execute(text("update audit set action = :was where id = 2"), {"was": was})
    assert office.services.chain_state(operator).finding is None, "as it was again"


def test_lines_taken_out_of_the_database_or_put_in_past_the_chain_are_found(office: Any) -> None:
    if office.application.database.engine.dialect.name != "sqlite":
        pytest.skip("how a database's owner gets past the triggers differs; the check is the same")
    some_days(office, 1)
    with office.application.database.engine.begin() as connection:
        names = "dossier_id, at, actor_id, name_digest, action, details, revision"
        connection.execute(text(f"insert into audit ({names}) select {names} from audit where id = 1"))
    found = office.services.verify_record().finding
    assert found is not None and found.code == "outside"
    with office.application.database.engine.begin() as connection:
        connection.execute(text("drop trigger audit_link_no_delete"))
        connection.execute(text("delete from audit_link where position in (2, 3)"))
    found = office.services.verify_record().finding
    assert found is not None
    assert (found.code, found.position, found.until) == ("missing", 2, 3)


def test_an_erased_name_is_told_as_erased_and_not_as_altered(office: Any) -> None:
    some_days(office, 1)
    with office.application.database.writing() as session:
        audit.erase_name(session, office.applicant.id, office.clock())
    record = exported(office)
    found = checked(record, keys_of(office))
    assert found.is_whole
    assert found.erased >= 2
    assert "Fatima Amrani" not in json.dumps(record, ensure_ascii=False)
    assert office.services.verify_record().erased == found.erased
