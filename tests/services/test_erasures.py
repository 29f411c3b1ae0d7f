"""Requests are let go when their time is over: nothing of the person is left, figures and proof stay."""

from __future__ import annotations

import errno
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from core.privacy import OUTCOMES
from forms_service.keyring import Unopenable
from forms_service.services import Actor
from forms_service.storage.models import (
    AttachmentRow,
    Base,
    DossierRow,
    ExtractionRow,
    IntakeRow,
    StackFileRow,
    StackSheetRow,
)
from forms_service.storage.object_references import ObjectLeft
from forms_service.storage.personal_data import all_tables, object_columns
from forms_service.storage.privacy_models import ERASED_TOO, RemovedObjectRow
from tests.services.conftest import PASSWORD, Office
from tests.services.post_room import PostRoom
from tests.services.prepared_readings import PDF, read, refused, scan

PLANTED = {
    "assured.last": "Zqxnomdassure",
    "assured.first": "Zqxprenom",
    "assured.id_no": "ZQ987654",
    "assured.registration": "198765432",
    "assured.address": "Rue Zqxadresse",
    "assured.email": "zqxcourrier@exemple.ma",
    "spouse.last": "Zqxconjoint",
    "spouse.first": "Zqxprenomconjoint",
}
CHILD = {"first": "Zqxenfant", "first.ar": "زقكسطفل", "birth": "2019-05-06"}
ARABIC = "زقكسنسب"
FILE, READ, MESSAGE, NOTE, TYPED = "zqxpiece", "ZQXLUDUPAPIER", "Zqxmessage", "Zqxdecision", "Zqxfrappe"
SECRETS = (*PLANTED.values(), CHILD["first"], CHILD["first.ar"], ARABIC, FILE, READ, MESSAGE, NOTE, TYPED)
WITHIN = b"%PDF-1.4\nZqxcontenu"
YEARS = timedelta(days=366 * 6)


@pytest.fixture
def operator(office: Office) -> Actor:
    return office.services.add_account("pilotage", PASSWORD, "Pilotage", {"operator"})


@pytest.fixture
def past(office: Office, arrives) -> str:
    """A request that went the whole way: typed, read, deposited, completed, corrected, refused."""
    post, services = PostRoom(office.services), office.services
    dossier = office.open()
    typed = {"quality": "assured", "assured.last.ar": ARABIC, **PLANTED}
    assert not services.answer(office.applicant, dossier, typed, {})
    services.answer_group(office.applicant, dossier, "children", [CHILD])
    arrives(dossier, scan(read("assured.first", READ, "review", raw=READ), warnings=[]))
    services.upload(office.applicant, dossier, f"{FILE}.pdf", WITHIN, "bank")
    office.jobs.keys.clear()
    services.deposit(office.applicant, dossier, True)
    office.clock.move(days=1)
    services.add_paper(office.applicant, dossier, f"{FILE}2.pdf", WITHIN + b"2", "id_assured")
    services.confirm_complement(office.applicant, dossier)
    services.start_review(office.reviewer, dossier)
    services.request_correction(office.reviewer, dossier, ["assured.id_no"], [], MESSAGE)
    services.answer(office.applicant, dossier, {"assured.id_no": "ZQ987655"}, {})
    services.deposit(office.applicant, dossier, True)
    services.start_review(office.reviewer, dossier)
    services.decide(office.reviewer, dossier, "refused", NOTE, despite_gaps=True)
    services.keep_typing(office.applicant, f"/ar/dossiers/{dossier}/section/x", [("assured.last", TYPED)])
    assert post.letters == []
    return dossier


def told_by_tables(office: Office) -> str:
    """Everything the tables tell, sealed columns opened."""
    with office.application.database.reading() as session:
        return "\n".join(
            json.dumps([str(value) for value in row], ensure_ascii=False)
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
        )


def bytes_on_disk(office: Office) -> Iterator[tuple[Path, bytes]]:
    folder = office.application.config.data_folder
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "keys" not in path.parts:
            yield path, path.read_bytes()


def let_go(office: Office, by: timedelta = YEARS) -> None:
    office.clock.now += by
    while office.services.forget():
        pass


def test_nothing_of_a_person_is_left_anywhere_once_the_time_is_over(office: Office, operator, past) -> None:
    services = office.services
    before = told_by_tables(office)
    for secret in SECRETS:
        assert secret in before or json.dumps(secret)[1:-1] in before, f"{secret} was never there"
    keys = set(office.application.services.objects.keys())
    assert any(WITHIN in services.objects.get(key) for key in keys)
    receipt = services.receipt_pdf(office.applicant, past)
    day = office.clock.now.date()
    figures = services.statistics(operator, day - timedelta(days=5), day)
    reference = services.dossier(office.applicant, past).reference
    printed = services.latest_receipt(office.applicant, past).control_code()
    told = (
        services.check_receipt_code(reference, printed).standing,
        services.check_receipt_pdf(receipt).standing,
    )

    let_go(office)

    erased = services.erasure_of(operator, reference)
    assert erased.left == () and erased.proved_at is not None and erased.occasion == "retention"
    assert erased.rule["after"] == "refused" and erased.rule["terms"] == "allowances"
    assert erased.removed["answer"] > 5 and erased.removed["extraction"] == 1
    assert set(erased.objects) and not set(erased.objects) & set(services.objects.keys())
    after = told_by_tables(office)
    for secret in (*SECRETS, "ZQ987655"):
        assert secret not in after and json.dumps(secret)[1:-1] not in after, secret
    for path, content in bytes_on_disk(office):
        for secret in (*SECRETS, WITHIN.decode()):
            assert secret.encode() not in content, (path, secret)
            assert json.dumps(secret)[1:-1].encode() not in content, (path, secret)
    assert services.statistics(operator, day - timedelta(days=5), day) == figures
    codes, papers = services.check_receipt_code(reference, printed), services.check_receipt_pdf(receipt)
    assert (codes.standing, papers.standing) == told
    assert codes.receipt is None and codes.verification.verdict == papers.verification.verdict == "genuine"
    assert services.check_receipt_code(reference, "AAAA-BBBB").standing is None
    with refused("not_yours"):
        services.dossier(office.applicant, past)
    assert [one.left for one in services.verify_erasures(operator)] == [()]
    no_query_finds_it_unasked(office, past)
    with office.application.database.writing() as session:  # as a backup would bring it back
        session.execute(update(DossierRow.__table__).values(owner_name="Zqx"))
    assert [one.left for one in services.verify_erasures(operator)] == [("dossier",)]


def no_query_finds_it_unasked(office: Office, dossier: str) -> None:
    with office.application.database.reading() as session:
        assert session.get(DossierRow, dossier) is None
        assert session.scalars(select(DossierRow)).all() == []
        assert session.scalars(select(DossierRow.id).where(DossierRow.state.in_(OUTCOMES))).all() == []
        assert session.execute(select(DossierRow.id, ExtractionRow.id).join(ExtractionRow)).all() == []
        assert session.scalars(select(DossierRow.id), execution_options=ERASED_TOO).all() == [dossier]
    assert office.services.find_dossiers(office.clerk, "") == []


@pytest.fixture
def draft(office: Office) -> str:
    """A request that was never deposited, with an answer and a paper; its id."""
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"quality": "assured", "assured.last": "Zqxnom"}, {})
    office.services.upload(office.applicant, dossier, "rib.pdf", PDF, "bank")
    return dossier


def reference_of(office: Office, dossier: str) -> str:
    return office.services.dossier(office.applicant, dossier).reference


def test_who_did_what_stays_on_record_and_the_name_goes_with_the_account(office: Office, draft: str) -> None:
    office.services.erase_own_draft(office.applicant, draft)
    assert "Fatima Amrani" in told_by_tables(office), "the account is not over"
    office.services.close_own_account(office.applicant, PASSWORD)
    left = told_by_tables(office)
    assert "Fatima" not in left and "123456782" not in left
    assert '"uploaded"' in left and office.services.authenticate("123456782", PASSWORD) is None
    again = office.services.register_applicant("123456782", PASSWORD, "Fatima Amrani")
    assert again.id != office.applicant.id, "whoever closed an account may open another"


def test_what_still_waits_for_somebody_is_kept(office: Office, operator, draft: str) -> None:
    services, reference = office.services, reference_of(office, draft)
    services.deposit(office.applicant, draft, True)
    with refused("still_in_hand"):
        services.erase_on_request(operator, reference, "lettre")
    with refused("not_a_draft"):
        services.erase_own_draft(office.applicant, draft)
    with refused("still_in_hand"):
        services.close_own_account(office.applicant, PASSWORD)
    let_go(office, YEARS * 3)
    assert services.dossier(office.applicant, draft).state == "submitted"


def test_what_is_held_by_law_stays_until_the_hold_is_lifted(office: Office, operator, draft: str) -> None:
    services, reference = office.services, reference_of(office, draft)
    with refused("reason_needed"):
        services.place_hold(operator, reference, " ")
    services.place_hold(operator, reference, "enquête 12/2026")
    let_go(office)
    assert reference_of(office, draft) == reference
    assert [one[:2] for one in services.holds(operator)] == [(reference, "enquête 12/2026")]
    with refused("held_by_law"):
        services.erase_on_request(operator, reference, "demande du 3 mars")
    with refused("held_by_law"):
        services.erase_own_draft(office.applicant, draft)
    services.lift_hold(operator, reference)
    with refused("not_held"):
        services.lift_hold(operator, reference)
    let_go(office, timedelta(minutes=10))
    assert services.erasure_of(operator, reference).proved_at


class Instead:
    """A store of which one method does something else."""

    def __init__(self, store: object, name: str, does: Callable[..., object]) -> None:
        self._store = store
        setattr(self, name, does)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


def test_a_file_sent_again_while_it_leaves_is_never_lost(office: Office, draft: str, monkeypatch) -> None:
    """The bytes were there when they were put, and gone when their row was written: the sender is told."""
    services, store = office.services, office.services.objects
    second = services.open_dossier(office.neighbour, "311-1-14", "fr")

    def put_and_be_overtaken(content: bytes) -> str:
        key = store.put(content)
        services.erase_own_draft(office.applicant, draft)
        return key

    with monkeypatch.context() as late:
        late.setattr(services, "objects", Instead(store, "put", put_and_be_overtaken))
        with pytest.raises(ObjectLeft):
            services.upload(office.neighbour, second, "rib.pdf", PDF, "bank")
    assert services.dossier(office.neighbour, second).attachments == ()
    services.upload(office.neighbour, second, "rib.pdf", PDF, "bank")
    (paper,) = services.dossier(office.neighbour, second).attachments
    assert services.attachment_file(office.neighbour, second, paper.id)[0] == PDF


def test_a_kill_between_the_store_and_its_note_loses_nobodys_paper(
    office: Office, draft: str, monkeypatch
) -> None:
    """The file left and the transaction did not commit: whoever counts on the file is told."""
    services, store = office.services, office.services.objects
    second = services.open_dossier(office.neighbour, "311-1-14", "fr")

    def put_and_be_overtaken(content: bytes) -> str:
        key = store.put(content)

        def removed_and_killed(gone: str) -> None:
            store.remove(gone)
            raise RuntimeError("killed")

        with monkeypatch.context() as killed:
            killed.setattr(services, "objects", Instead(store, "remove", removed_and_killed))
            services.erase_own_draft(office.applicant, draft)
        assert not store.has(key)
        return key

    with monkeypatch.context() as late:
        late.setattr(services, "objects", Instead(store, "put", put_and_be_overtaken))
        with pytest.raises(ObjectLeft):
            services.upload(office.neighbour, second, "rib.pdf", PDF, "bank")
    services.upload(office.neighbour, second, "rib.pdf", PDF, "bank")
    office.clock.move(hours=1)
    services.remove_what_left()
    (paper,) = services.dossier(office.neighbour, second).attachments
    assert services.attachment_file(office.neighbour, second, paper.id)[0] == PDF


def test_one_file_that_cannot_be_removed_keeps_no_other_from_leaving(
    office: Office, operator, draft: str, monkeypatch
) -> None:
    services, store = office.services, office.services.objects
    other = services.open_dossier(office.neighbour, "311-1-14", "fr")
    services.upload(office.neighbour, other, "acte.pdf", PDF + b"2", "birth")
    with office.application.database.reading() as session:
        papers = {one.dossier_id: one.object_key for one in session.scalars(select(AttachmentRow))}
    references = [services.dossier(office.applicant, draft).reference]
    references += [services.dossier(office.neighbour, other).reference]

    def remove(key: str) -> None:
        if key == papers[draft]:
            raise OSError(errno.EIO, "bad place on the disk")
        store.remove(key)

    monkeypatch.setattr(services, "objects", Instead(store, "remove", remove))
    monkeypatch.setattr(services, "forget_stacks", lambda: 1 // 0)
    office.clock.now += YEARS
    with pytest.raises(ZeroDivisionError):
        services.forget()
    stays, went = (services.erasure_of(operator, one) for one in references)
    assert (stays.left, stays.proved_at) == ((papers[draft],), None)
    assert went.left == () and went.proved_at is not None


def test_work_cut_off_between_rows_and_files_goes_on_and_nothing_is_done_twice(
    office: Office, operator, draft: str, monkeypatch
) -> None:
    services, reference = office.services, reference_of(office, draft)
    office.clock.now += YEARS

    def down(_key: str) -> None:
        raise OSError("down")

    with monkeypatch.context() as cut:
        cut.setattr(services, "objects", Instead(services.objects, "remove", down))
        assert services.erase_what_is_due() == 1
        assert services.remove_what_left() == services.prove_erasures() == 0
    waiting = services.erasure_of(operator, reference)
    assert waiting.proved_at is None and set(waiting.left) == set(waiting.objects) != set()
    office.clock.move(hours=1)
    assert services.erase_what_is_due() == 0
    assert services.remove_what_left() == len(waiting.objects)
    assert services.prove_erasures() == 1
    assert services.prove_erasures() == 0
    assert services.erasure_of(operator, reference).left == ()


def test_only_an_operator_lets_go_on_request_and_only_its_person_a_draft(
    office: Office, operator, draft: str
) -> None:
    services, reference = office.services, reference_of(office, draft)
    for who in (office.clerk, office.reviewer, office.applicant):
        with refused("not_allowed"):
            services.erase_on_request(who, reference, "x")
    with refused("reason_needed"):
        services.erase_on_request(operator, reference, "")
    with refused("unknown_reference"):
        services.erase_on_request(operator, "7K3Q-9XMB-2FTR", "x")
    for dossier in (draft, "nothing"):
        with refused("not_yours"):
            services.erase_own_draft(office.neighbour, dossier)
    told = services.erase_on_request(operator, reference, "demande écrite du 3 mars")
    assert (told.occasion, told.asked_by, told.proved_at is not None) == ("asked", operator.id, True)


def test_a_draft_goes_whole_after_its_months_and_not_a_day_before(office: Office, operator) -> None:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"quality": "assured", "assured.last": "Zqxnom"}, {})
    reference = office.services.dossier(office.applicant, dossier).reference
    let_go(office, timedelta(days=90))
    assert office.services.dossier(office.applicant, dossier)
    assert office.services.due_for_erasure(operator) == []
    office.clock.now += timedelta(days=3)
    assert [one[0] for one in office.services.due_for_erasure(operator)] == [reference]
    let_go(office, timedelta(days=1))
    with office.application.database.reading() as session:
        row = session.execute(
            text("select count(*) from dossier where id = :id"), {"id": dossier}
        ).scalar_one()
    assert row == 0
    assert office.services.erasure_of(operator, reference).ending == "erase"


def test_a_file_that_another_request_sent_too_stays_for_it(office: Office, operator) -> None:
    services, dossiers = office.services, []
    for person in (office.applicant, office.neighbour):
        dossiers.append(services.open_dossier(person, "311-1-14", "fr"))
        services.upload(person, dossiers[-1], "rib.pdf", PDF, "bank")
    reference = services.dossier(office.applicant, dossiers[0]).reference
    services.erase_own_draft(office.applicant, dossiers[0])
    erased = services.erasure_of(operator, reference)
    assert (erased.shared_objects, erased.objects, erased.left) == (1, (), ())
    (paper,) = services.dossier(office.neighbour, dossiers[1]).attachments
    assert services.attachment_file(office.neighbour, dossiers[1], paper.id)[0] == PDF
    reference = services.dossier(office.neighbour, dossiers[1]).reference
    services.erase_own_draft(office.neighbour, dossiers[1])
    assert len(services.erasure_of(operator, reference).objects) == 1
    assert list(services.objects.keys()) == []


def test_nothing_is_proved_while_the_scanned_stack_with_its_sheet_is_kept(
    office: Office, operator, draft: str
) -> None:
    services, reference = office.services, reference_of(office, draft)
    whole = services.objects.put(b"%PDF-1.4 a stack with sheets of many people")
    with office.application.database.writing() as session:
        now = office.clock.now
        session.add(IntakeRow(id="stack", scanned_by=office.clerk.id, scanned_at=now, state="done"))
        session.flush()
        session.add(StackFileRow(intake_id="stack", number=1, name="pile.pdf", object_key=whole))
        session.add(StackSheetRow(intake_id="stack", file=1, page=1, seen={}, dossier_id=draft))
    services.erase_own_draft(office.applicant, draft)
    erased = services.erasure_of(operator, reference)
    assert (erased.left, erased.proved_at) == ((whole,), None)
    assert services.objects.has(whole), "others' sheets lie in it too"
    let_go(office, timedelta(days=91))
    erased = services.erasure_of(operator, reference)
    assert (erased.left, erased.proved_at is not None) == ((), True)
    assert not services.objects.has(whole)


def test_many_workers_let_each_request_go_once(office: Office, operator) -> None:
    services, references = office.services, []
    for number in range(6):
        dossier = office.open()
        services.upload(office.applicant, dossier, "rib.pdf", PDF + bytes([number]), "bank")
        references.append(services.dossier(office.applicant, dossier).reference)
    office.clock.now += YEARS
    done: list[int] = []
    workers = [threading.Thread(target=lambda: done.append(services.erase_what_is_due())) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(done) == len(references)
    let_go(office, timedelta(0))
    assert {one.reference for one in services.erasures(operator)} == set(references)
    assert all(one.left == () for one in services.verify_erasures(operator))
    assert list(services.objects.keys()) == []


def test_accounts_lie_unused_only_so_long(make_office) -> None:
    office = make_office(unused_account_days=400)
    dossier = office.open()
    office.services.sign_in("123456782", PASSWORD)
    let_go(office, timedelta(days=401))
    left = told_by_tables(office)
    assert "Omar Tazi" not in left, "no request, no sign-in"
    assert "Fatima Amrani" not in left, "the draft went first, then the account"
    assert "agence" in left, "accounts of staff are their operators' to close"
    with refused("not_yours"):
        office.services.dossier(office.applicant, dossier)


def test_a_file_that_no_row_ever_named_leaves_after_a_day(office: Office, operator, draft: str) -> None:
    services = office.services
    lost = services.objects.put(b"a paper that was refused after it was put")
    (kept,) = set(services.objects.keys()) - {lost}
    part = int(lost[:2], 16)

    def sweep() -> int:
        services._part = part
        return services.note_unnamed() + services.remove_what_left()

    office.clock.now = datetime.now(UTC)
    assert (sweep(), services.unnamed_files(operator)) == (0, 0), "its row may still be on its way"
    office.clock.move(days=1, minutes=1)
    assert services.unnamed_files(operator) == 1
    assert sweep() == 2, "noted, and removed"
    assert set(services.objects.keys()) == {kept}
    services._part = int(kept[:2], 16)
    assert services.note_unnamed() == 0


def test_a_database_that_is_not_of_this_store_removes_nothing(office: Office, monkeypatch) -> None:
    services = office.services
    office.clock.now = datetime.now(UTC) + timedelta(days=2)
    keys = [services.objects.put(bytes([number])) for number in range(20)]
    every = Instead(services.objects, "kept_before", lambda _at, _part: iter(keys))
    with monkeypatch.context() as wrong:
        wrong.setattr(services, "objects", every)
        assert services.note_unnamed() == 0
        keys.pop()
        assert services.note_unnamed() == 19, "few may well be nobody's"

        def sealed_elsewhere(_key: str, _size: int) -> bytes:
            raise Unopenable

        wrong.setattr(services, "objects", Instead(every, "beginning", sealed_elsewhere))
        assert services.note_unnamed() == 0


def test_every_table_is_told_with_its_time() -> None:
    told = (Path(__file__).parents[2] / "docs" / "operations" / "privacy.md").read_text(encoding="utf-8")
    missing = [name for name in all_tables() if f"`{name}`" not in told]
    assert not missing, f"docs/operations/privacy.md says nothing of {missing}"


def test_every_column_that_holds_a_key_of_an_object_is_looked_at() -> None:
    named = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith(("_object", "object_key"))
    }
    tell_of_an_object = {"stack_original.object_key", "virus_scan.object_key"}  # and keep none alive
    assert named - tell_of_an_object == object_columns()


def test_a_service_that_starts_anew_remembers_what_left(office: Office) -> None:
    dossier = office.open()
    office.services.upload(office.applicant, dossier, "rib.pdf", PDF, "bank")
    office.services.erase_own_draft(office.applicant, dossier)
    with office.application.database.reading() as session:
        assert len(session.scalars(select(RemovedObjectRow)).all()) == 1
    let_go(office, timedelta(days=2))
    with office.application.database.reading() as session:
        assert session.scalars(select(RemovedObjectRow)).all() == []
