"""What reading finds of a stack's sheets is told on the stack's page, once, however far apart they lay."""

from __future__ import annotations

from forms_service.services.stack_remarks import remarks_of
from forms_service.storage.models import AttachmentRow, StackSheetRow

DOOR, READ = {"ar": "مقطوعة", "fr": "coupée"}, {"ar": "لم تُعرف", "fr": "non reconnue"}


class Kept:
    """The rows a session would find."""

    def __init__(self, *sheets: StackSheetRow) -> None:
        self.rows = {(StackSheetRow, (one.intake_id, one.file, one.page)): one for one in sheets}
        upload = AttachmentRow(id="u", warnings=[READ, DOOR], message=None, status="read")
        self.rows[AttachmentRow, "u"] = upload

    def get(self, kind: type, key: object) -> object:
        return self.rows.get((kind, key))


def test_what_was_seen_and_what_was_read_stand_together_at_the_first_sheet() -> None:
    first, second = (
        StackSheetRow(
            intake_id="s", file=0, page=page, seen={"attachment": "u"}, remarks=[DOOR] * (page == 1)
        )
        for page in (1, 4)
    )
    kept = Kept(first, second)
    assert [one.fr for one in remarks_of(kept, first)] == ["coupée", "non reconnue"]  # type: ignore[arg-type]
    assert remarks_of(kept, second) == ()  # type: ignore[arg-type]
