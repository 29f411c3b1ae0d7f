"""What the stack's page says of sheets: filed by their place, left without a reference, where they may go."""

from __future__ import annotations

import pytest

from core.placement import COVER, PageIdentity
from forms_service.services.stack_filing import filed_message
from forms_service.services.stack_parts import StackPart
from forms_service.stack_grouping import SheetKind, SortedSheet
from forms_service.storage.models import IntakeRow, LeftPageRow, StackFileRow, StackSheetRow
from tests.services.conftest import ALLOWANCE, REFUND
from tests.services.prepared_readings import PDF

TOLD = {"ar": "؟", "fr": "?"}


def sheet(page: int, reference: str = "", form: str = ALLOWANCE, of: int = 3) -> PageIdentity:
    return PageIdentity(form, 1, page, of, reference)


@pytest.mark.parametrize(
    ("seen", "covered", "by_place"),
    [
        (sheet(2, "R"), False, False),
        (sheet(1), False, False),
        (sheet(2), False, True),
        (None, False, True),
        (sheet(1), True, True),
        (None, True, True),
    ],
)
def test_what_only_its_place_told_is_said_so(
    seen: PageIdentity | None, covered: bool, by_place: bool
) -> None:
    cover = PageIdentity(ALLOWANCE, 1, 1, 1, "R", COVER) if covered else None
    sorted_sheet = SortedSheet(SheetKind.FORM if seen else SheetKind.LOOSE, identity=seen, cover=cover)
    part = StackPart(0, (0,), (1,), sorted_sheet, (seen,), known=True)
    told = filed_message(part, seen, "ABCD")
    assert ("d'après sa place" in told.fr, "حسب موضعها" in told.ar) == (by_place, by_place)
    assert "ABCD" in told.fr


def test_a_page_with_a_code_but_no_reference_is_said_to_lack_the_reference(office) -> None:
    told = []
    for identity in (sheet(2), None):
        row = StackSheetRow(seen={"code": identity.encode()} if identity else {})
        office.services.tell_unfiled(None, row, SortedSheet(SheetKind.UNIDENTIFIED, identity=identity))
        told.append(row)
    assert "sans référence" in told[0].message["fr"]
    assert "دون مرجع" in told[0].message["ar"]
    assert "sans référence" not in told[1].message["fr"]
    assert [one.form_page for one in told] == [2, None]


def test_a_waiting_page_is_never_proposed_to_the_dossier_after_it(office) -> None:
    services, key = office.services, office.services.objects.put(PDF)
    later = services.open_dossier(office.clerk, REFUND, "ar", for_registration="111222333")
    seen = sheet(2, form=REFUND, of=2)
    with services.database.writing() as session:
        session.add(IntakeRow(id="s", scanned_by=office.clerk.id, scanned_at=office.clock(), state="done"))
        session.flush()
        session.add(StackFileRow(intake_id="s", number=0, name="a.pdf", object_key=key, pages=2))
        common = {"intake_id": "s", "file": 0, "message": TOLD}
        waits = {"seen": {"code": seen.encode()}, "fate": "unidentified", "form_page": 2}
        session.add(StackSheetRow(page=1, **common, **waits))
        filed = {"seen": {"code": sheet(1, form=REFUND, of=2).encode()}, "fate": "filed", "form_page": 1}
        session.add(StackSheetRow(page=2, dossier_id=later, **common, **filed))
        left = {"id": "p", "intake_id": "s", "file": "a.pdf", "number": 1, "original_object": key}
        at = office.clock()
        session.add(LeftPageRow(**left, fate="unidentified", message=TOLD, form_page=2, scanned_at=at))
    (page,), _ = services.left_pages(office.clerk)
    assert page.suggested is None
