"""What is wrong with a picture is told in the answer to its upload, and keeps nobody from depositing."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image
from web_service import ANSWERS, Service, Visitor

from core.localized_text import LocalizedText
from forms_service.first_look import Looked
from forms_service.ocr.picture_quality import Flaw, what_to_do
from forms_service.services.staff_words import state_alone

BLURRED = what_to_do(Flaw.BLURRED)


class Tells:
    """A first look with its answer ready."""

    def __init__(self) -> None:
        self.answer = Looked()
        self.seconds: list[float] = []

    def look(self, _request: object, _original: bytes, seconds: float) -> Looked:
        self.seconds.append(seconds)
        return self.answer


@pytest.fixture
def look(service: Service, monkeypatch: pytest.MonkeyPatch) -> Tells:
    tells = Tells()
    monkeypatch.setattr(
        type(service.application.services.adapters.first_look), "look", staticmethod(tells.look)
    )
    return tells


def photo(shade: int = 200) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.full((700, 500), shade, np.uint8)).save(out, "JPEG")
    return out.getvalue()


def send(visitor: Visitor, dossier: str, **fields: object) -> str:
    """Send one photo; gives where the answer leads."""
    data = {"files": (io.BytesIO(photo()), "photo.jpg"), "as_type": "bank", **fields}
    answer = visitor.post(f"/dossiers/{dossier}/documents", data)
    assert answer.status_code == 303
    return answer.headers["Location"]


def page_of(visitor: Visitor, dossier: str) -> str:
    return visitor.get(f"/dossiers/{dossier}/documents").get_data(as_text=True)


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_answer_to_an_upload_says_what_is_wrong_and_what_to_do(
    service: Service, look: Tells, language: str
) -> None:
    visitor = service.visitor(language).sign_in("applicant")
    dossier = service.new_dossier(ANSWERS)
    look.answer = Looked(warnings=(BLURRED,))
    target = send(visitor, dossier)
    html = page_of(visitor, dossier)
    anchor = target.rpartition("#")[2]
    assert anchor.startswith("attachment-")
    block = html[html.index(f'id="{anchor}"') :]
    assert (BLURRED.ar if language == "ar" else BLURRED.fr).replace("'", "&#39;") in block[
        : block.index("</li>\n")
    ]
    assert 'name="replaces.' in block


def test_a_good_picture_is_taken_without_a_word(service: Service, look: Tells, applicant: Visitor) -> None:
    dossier = service.new_dossier(ANSWERS)
    assert send(applicant, dossier, target="doc-bank").endswith("#doc-bank")
    assert 'name="replaces.' not in page_of(applicant, dossier)


def test_the_reading_puts_its_own_warnings_in_their_place(
    service: Service, look: Tells, applicant: Visitor
) -> None:
    dossier = service.new_dossier(ANSWERS)
    look.answer = Looked(warnings=(LocalizedText("ملاحظة أولى", "première remarque"),))
    send(applicant, dossier)
    assert "ملاحظة أولى" in page_of(applicant, dossier)
    service.read_all()
    html = page_of(applicant, dossier)
    assert "ملاحظة أولى" not in html
    assert what_to_do(Flaw.BLANK).ar in html


def test_it_may_be_deposited_all_the_same_and_the_reviewer_sees_the_warning(
    service: Service, look: Tells, applicant: Visitor, reviewer: Visitor
) -> None:
    dossier = service.new_dossier(ANSWERS)
    look.answer = Looked(warnings=(BLURRED,))
    anchor = send(applicant, dossier).rpartition("#")[2]
    service.application.services.deposit(service.actor("applicant"), dossier, True)
    html = reviewer.get(f"/review/{dossier}").get_data(as_text=True)
    beside = html[html.index(f'id="{anchor}"') :]
    told = beside[: beside.index("</article>")]
    assert state_alone(BLURRED).ar in told
    assert BLURRED.ar not in told, "the advice is for who takes the picture"


def test_another_file_takes_the_place_of_a_bad_one(service: Service, look: Tells, applicant: Visitor) -> None:
    dossier = service.new_dossier(ANSWERS)
    look.answer = Looked(warnings=(BLURRED,))
    first = send(applicant, dossier).rpartition("attachment-")[2]
    look.answer = Looked()
    send(applicant, dossier, replaces=first)
    html = page_of(applicant, dossier)
    kept = set(re.findall(r'id="attachment-(\w+)"', html))
    assert len(kept) == 1
    assert first not in kept
    assert BLURRED.ar not in html


def test_a_file_that_is_refused_takes_nobodys_place(
    service: Service, look: Tells, applicant: Visitor
) -> None:
    dossier = service.new_dossier(ANSWERS)
    first = send(applicant, dossier, target="doc-bank")
    assert first.endswith("doc-bank")
    (kept,) = set(re.findall(r'id="attachment-(\w+)"', page_of(applicant, dossier)))
    locked = LocalizedText("محمي بكلمة سر", "protégé par un mot de passe")
    look.answer = Looked(refusal=locked)
    send(applicant, dossier, replaces=kept)
    html = page_of(applicant, dossier)
    assert f'id="attachment-{kept}"' in html
    assert locked.ar in html


def test_many_files_share_the_time_a_sender_may_wait(
    service: Service, look: Tells, applicant: Visitor
) -> None:
    dossier = service.new_dossier(ANSWERS)
    files = [(io.BytesIO(photo(100 + 10 * n)), f"photo-{n}.jpg") for n in range(4)]
    applicant.post(f"/dossiers/{dossier}/documents", {"files": files, "as_type": "bank"})
    assert len(look.seconds) == 4
    assert look.seconds == sorted(look.seconds, reverse=True)
    assert look.seconds[0] <= 1.5
