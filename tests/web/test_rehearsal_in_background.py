"""An author has a form rehearsed from its page; a worker does it and the page tells how far it is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from web_service import ALLOWANCE, Service

from core.errors import DossierError
from forms_service import rehearsing
from forms_service.services.rehearsal_runs import COPIES

PAGE = f"/author/{ALLOWANCE}/1"
FIGURES = {
    "overall": {"answers": 90, "exact": 81, "exact_share": 0.9, "accepted": 60, "accepted_wrong": 0},
    "fields": {},
}


@pytest.fixture
def author(service: Service):
    return service.visitor("ar").sign_in("author")


def shown(author: Any) -> str:
    return author.get(PAGE).get_data(as_text=True)


def test_a_rehearsal_is_asked_for_carried_out_and_kept(
    service: Service, author: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, seen = service.application.services, []

    def rehearse(spec: Any, copies: int, seed: int, watch: Any, variant: str) -> Any:
        for done in range(1, copies + 1):
            watch(done)
            if done == 4:
                seen.append(shown(author))
        return SimpleNamespace(as_dict=lambda: FIGURES)

    monkeypatch.setattr(rehearsing, "rehearse_spec", rehearse)
    service.jobs.keys.clear()
    assert author.post(f"{PAGE}/rehearsal").status_code == 303
    waiting = shown(author)
    assert "ستبدأ التجربة بعد قليل" in waiting and f'action="/ar{PAGE}/rehearsal"' not in waiting
    author.post(f"{PAGE}/rehearsal")
    (key,) = service.jobs.keys  # asked twice, done once
    services.run_rehearsal(key)
    (half,) = seen
    assert f'max="{COPIES}" value="4"' in half and f"قُرئت 4 من {COPIES} نسخ" in half
    done = shown(author)
    assert "data-live" not in done and f'action="/ar{PAGE}/rehearsal"' in done
    actor = service.actor("author")
    kept = services.rehearsals(actor, service.application.catalogue.get(ALLOWANCE))
    assert (kept[0].figures, kept[0].copies) == (FIGURES, COPIES)
    services.run_rehearsal(key)  # a job may come twice
    assert len(services.rehearsals(actor, service.application.catalogue.get(ALLOWANCE))) == len(kept)


def test_one_that_fails_is_told_and_may_be_asked_for_again(service: Service, author: Any) -> None:
    services = service.application.services
    service.jobs.keys.clear()
    author.post(f"{PAGE}/rehearsal", {"large": "true"})
    (key,) = service.jobs.keys
    services.give_up_rehearsal(key)
    page = shown(author)
    assert "تعذرت التجربة الأخيرة" in page and f'action="/ar{PAGE}/rehearsal"' in page
    author.post(f"{PAGE}/rehearsal", {"large": "true"})
    assert len(service.jobs.keys) == 2


def test_rehearsals_are_for_authors(service: Service) -> None:
    assert service.visitor().sign_in("applicant").post(f"{PAGE}/rehearsal").status_code == 404
    spec = service.application.catalogue.get(ALLOWANCE)
    with pytest.raises(DossierError):
        service.application.services.ask_rehearsal(service.actor("reviewer"), spec)
