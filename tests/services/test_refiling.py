"""A paper in the wrong place is put where it belongs without being sent again."""

from __future__ import annotations

import pytest

from core.errors import DossierError

SCAN = b"\x89PNG\r\n\x1a\n not a picture that opens"


def test_a_paper_is_told_what_and_whose_it_is(office) -> None:
    dossier = office.open()
    sent = office.services.upload(office.applicant, dossier, "acte.png", SCAN)
    target, again = office.services.refile_attachment(
        office.applicant, dossier, sent.id, as_type="birth", child=2
    )
    (held,) = office.services.dossier(office.applicant, dossier).attachments
    assert target == dossier
    assert (held.id, held.filename, held.declared_type, held.child) == (again, "acte.png", "birth", 2)
    assert office.services.attachment_file(office.applicant, dossier, again)[0] == SCAN
    assert office.jobs.keys[-1] == again, "it is read again, as what it is now said to be"


def test_a_clerk_moves_a_paper_to_the_dossier_it_belongs_to(office) -> None:
    dossier, theirs = office.open(), office.services.open_dossier(office.neighbour, "311-1-14", "fr")
    reference = office.services.dossier(office.clerk, theirs).reference
    sent = office.services.upload(office.clerk, dossier, "carte.png", SCAN)
    target, _ = office.services.refile_attachment(
        office.clerk, dossier, sent.id, reference=reference, as_type="id_assured"
    )
    assert target == theirs
    assert office.services.dossier(office.clerk, dossier).attachments == ()
    (held,) = office.services.dossier(office.clerk, theirs).attachments
    assert (held.filename, held.declared_type) == ("carte.png", "id_assured")
    done = [one.action for one in office.services.dossier(office.clerk, theirs).events]
    assert "refiled" in done


@pytest.mark.parametrize(
    ("who", "asked", "code"),
    [
        ("applicant", {"reference": "6MWU-T4A5-HTG3"}, "not_allowed"),
        ("clerk", {"reference": "6MWU-T4A5-HTG3"}, "unknown_reference"),
        ("clerk", {"as_type": "no such paper"}, "unknown_document_type"),
        ("neighbour", {}, "not_yours"),
    ],
)
def test_a_paper_that_cannot_go_there_stays(office, who: str, asked: dict[str, str], code: str) -> None:
    dossier = office.open()
    sent = office.services.upload(office.applicant, dossier, "acte.png", SCAN)
    with pytest.raises(DossierError) as refused:
        office.services.refile_attachment(getattr(office, who), dossier, sent.id, **asked)
    assert refused.value.code == code
    assert [one.id for one in office.services.dossier(office.applicant, dossier).attachments] == [sent.id]
