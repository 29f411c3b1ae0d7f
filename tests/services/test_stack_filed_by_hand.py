"""What a clerk identified by hand counts on the page of its stack like what was filed by itself."""

from __future__ import annotations

import pytest

from core.placement import PageIdentity
from forms_service.storage.models import IntakeRow, LeftPageRow, PageRow, StackFileRow, StackSheetRow
from tests.services.conftest import ALLOWANCE, PASSWORD
from tests.services.prepared_readings import PDF

TOLD = {"ar": "؟", "fr": "?"}


@pytest.fixture
def waiting(office) -> str:
    """The page that waits of a stack of two: the first one nobody could tell whose it is."""
    services, key = office.services, office.services.objects.put(PDF)
    printed = PageIdentity(ALLOWANCE, 1, 1, 3, "").encode()
    with services.database.writing() as session:
        common = {"intake_id": "s", "original_object": key, "file": "pile.pdf", "number": 1}
        session.add(IntakeRow(id="s", scanned_by=office.clerk.id, scanned_at=office.clock(), state="done"))
        session.flush()
        session.add(StackFileRow(intake_id="s", number=0, name="pile.pdf", object_key=key, pages=2))
        for page, fate in ((1, "unidentified"), (2, "filed")):
            seen = {"page": page, "by_print": printed} if page == 1 else {"page": page, "blank": True}
            sheet = StackSheetRow(intake_id="s", file=0, page=page, seen=seen, fate=fate, message=TOLD)
            sheet.form_page = 1 if page == 1 else None
            session.add(sheet)
        at = office.clock()
        session.add(
            LeftPageRow(
                id="p",
                page_object=key,
                form_page=1,
                fate="unidentified",
                message=TOLD,
                scanned_at=at,
                **common,
            )
        )
    return "p"


def test_a_dossier_opened_by_hand_is_one_of_the_stack_and_offered_for_its_receipt(office, waiting) -> None:
    services, clerk = office.services, office.clerk
    assert services.stack(clerk, "s").dossiers == ()
    filed = services.file_left_page(
        clerk, waiting, registration="111222333", form_id=ALLOWANCE, as_type="form"
    )
    (one,) = services.stack(clerk, "s").dossiers
    assert (one.id, one.opened, one.sheets, one.attachments) == (filed, True, 1, 0)
    assert one.missing == (), "its only page to fill in is there, though nobody read it yet"
    assert [line.id for line in services.handover(clerk, "s").lines] == [filed]
    assert services.deposit_stack(clerk, "s", [filed], forms_seen=True) == []


def test_one_that_was_there_before_is_not_told_as_opened(office, waiting) -> None:
    services, clerk = office.services, office.clerk
    held = services.open_dossier(clerk, ALLOWANCE, "ar", for_registration="111222333")
    office.clock.move(days=1)
    reference = services.dossier(clerk, held).reference
    services.upload(clerk, held, "paper.pdf", PDF)
    services.file_left_page(clerk, waiting, reference=reference)
    (one,) = services.stack(clerk, "s").dossiers
    assert (one.id, one.opened) == (held, False)


@pytest.fixture
def twice(office) -> list[str]:
    """A stack with one person's first page in two dossiers, a paper of theirs scanned twice, and one more."""
    services, key = office.services, office.services.objects.put(PDF)
    held = [
        services.open_dossier(office.clerk, ALLOWANCE, "ar", for_registration=number)
        for number in ("111222333", "111222333", "222333444")
    ]
    printed = PageIdentity(ALLOWANCE, 1, 1, 3, "").encode()
    papers = {
        page: services.upload(office.clerk, held[owner], f"{page}.pdf", PDF).id
        for page, owner in ((2, 0), (5, 2))
    }
    with services.database.writing() as session:
        session.add(IntakeRow(id="s", scanned_by=office.clerk.id, scanned_at=office.clock(), state="done"))
        session.flush()
        session.add(StackFileRow(intake_id="s", number=0, name="pile.pdf", object_key=key, pages=5))
        sheets = [(1, 0, printed, None), (2, 0, None, "a" * 64), (3, 1, printed, None)]
        sheets += [(4, 2, printed, None), (5, 2, None, "a" * 64)]
        for page, owner, code, image in sheets:
            seen = {"page": page, "code": code}
            if image:
                session.add(PageRow(attachment_id=papers[page], number=0, image_object=image))
                seen["attachment"] = papers[page]
            row = StackSheetRow(intake_id="s", file=0, page=page, seen=seen, fate="filed", message=TOLD)
            row.dossier_id, row.form_page = held[owner], 1 if code else None
            session.add(row)
    return held


def test_a_sheet_that_lies_twice_is_told_and_only_the_first_dossier_is_ticked(office, twice) -> None:
    services, clerk = office.services, office.clerk
    view = services.stack(clerk, "s")
    told = {one.page: [remark.fr for remark in one.remarks] for one in view.sheets}
    assert told[1] == told[2] == told[4] == []
    assert told[3] == ["Même page que la feuille 1 de la pile."]
    assert told[5] == ["Même page que la feuille 2 de la pile."]
    assert [one.remarks for one in view.dossiers] == [0, 1, 1]
    assert [one.to_fill for one in view.dossiers] == [1, 1, 1]
    lines = services.handover(clerk, "s").lines
    assert [one.registration for one in lines] == ["111222333", "111222333", "222333444"]
    assert [one.repeats for one in lines] == [False, True, False]
    assert not lines[1].ready


def test_dossiers_of_one_person_are_told_that_both_hold_sheets_of_the_stack(office, waiting) -> None:
    services, clerk = office.services, office.clerk
    by_itself = services.open_dossier(clerk, ALLOWANCE, "ar")
    services.answer(clerk, by_itself, {"assured.registration": "111222333"}, {})
    by_hand = services.file_left_page(
        clerk, waiting, registration="111222333", form_id=ALLOWANCE, as_type="form"
    )
    (other,) = services.other_dossiers(clerk, by_itself)
    assert (other.id, other.same_stack) == (by_hand, False), "the other one has no sheet of it yet"
    with services.database.writing() as session:
        session.get_one(StackSheetRow, ("s", 0, 2)).dossier_id = by_itself
    for one, another in ((by_itself, by_hand), (by_hand, by_itself)):
        assert [(told.id, told.same_stack) for told in services.other_dossiers(clerk, one)] == [
            (another, True)
        ]


def test_operators_are_told_of_a_page_that_waits_a_month_for_it_keeps_its_whole_stack(
    office, waiting
) -> None:
    services = office.services
    operator = services.add_account("pilotage", PASSWORD, "Pilotage", {"operator"})
    office.clock.move(days=29)
    assert "stacks" not in services.service_status(operator).troubles
    office.clock.move(days=2)
    assert "stacks" in services.service_status(operator).troubles
    services.discard_left_page(office.clerk, waiting, "Feuille d'essai")
    assert "stacks" not in services.service_status(operator).troubles
