"""A service on a fresh folder, with a clock and chance that the test holds in its hand."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from sqlalchemy.orm import Session

from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.first_look import FirstLook, NoLook
from forms_service.reading_process import ReadingOutcome
from forms_service.services import Actor, Services, reading_results
from forms_service.spec_catalogue import SpecCatalogue
from tests.backends import LAPTOP, Backend
from tests.quick_readings import quick_readings
from tests.services.prepared_readings import PDF

PASSWORD = "a long enough password"
ALLOWANCE = "311-1-14"
REFUND = "310-1-32"


@dataclass
class KeptJobs:
    """Remembers what was handed over; the test runs it when it likes.

    Like the real engine, it only counts what the transaction commits: it asks the session.
    """

    keys: list[str] = field(default_factory=list)

    def enqueue(self, session: Session, task: str, key: str, delay_seconds: float = 0.0) -> None:
        from sqlalchemy import event

        event.listen(session, "after_commit", lambda _session: self.keys.append(key), once=True)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Office:
    """The service with its people."""

    application: Application
    services: Services
    jobs: KeptJobs
    clock: Clock
    draws: list[float]
    applicant: Actor
    neighbour: Actor
    clerk: Actor
    reviewer: Actor

    def open(self, form: str = ALLOWANCE) -> str:
        return self.services.open_dossier(self.applicant, form, "ar")

    def read_all(self) -> None:
        """Do what the worker would do."""
        while self.jobs.keys:
            self.services.read_upload(self.jobs.keys.pop(0))

    def values(self, dossier_id: str) -> dict[str, object]:
        return self.services.dossier(self.applicant, dossier_id).dossier.answers()


_STARTED_AS_EVER = {"test_isolation", "test_isolation_required", "test_reading_process"}
"""Files about the process of a reading itself."""


@pytest.fixture(scope="module", autouse=True)
def readings_begin_at_once(request: pytest.FixtureRequest) -> Iterator[None]:
    with nullcontext() if request.path.stem in _STARTED_AS_EVER else quick_readings():
        yield


@pytest.fixture(scope="session")
def catalogue() -> SpecCatalogue:
    return SpecCatalogue.load()


def _people(services: Services) -> dict[str, Actor]:
    return {
        "applicant": services.register_applicant("123456782", PASSWORD, "Fatima Amrani"),
        "neighbour": services.register_applicant("987654321", PASSWORD, "Omar Tazi"),
        "clerk": services.add_account("agence", PASSWORD, "Agence", {"clerk"}),
        "reviewer": services.add_account("controle", PASSWORD, "Contrôle", {"reviewer"}),
    }


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Actor]]:
    """The folder of an office into which its people have just moved, for others to begin as copies of it."""
    folder = tmp_path_factory.mktemp("furnished") / "var"
    config = Config(data_folder=folder)
    application = build(config, clock=Clock(), jobs=KeptJobs(), first_look=NoLook())
    people = _people(application.services)
    application.close()
    return folder, people


@pytest.fixture
def make_office(
    tmp_path: Path, catalogue: SpecCatalogue, backend: Backend, furnished: tuple[Path, dict[str, Actor]]
) -> Iterator[Callable[..., Office]]:
    opened: list[Application] = []
    first: list[Config] = []

    def make(first_look: FirstLook | None = None, **settings: object) -> Office:
        clock, jobs, draws = Clock(), KeptJobs(), [0.5]
        is_copy = not first and not settings and backend.name == LAPTOP
        if not first:
            first.append(backend.config(tmp_path / "var"))
        if is_copy:
            shutil.copytree(furnished[0], first[0].data_folder)
        application = build(
            replace(first[0], **settings),
            clock=clock,
            pick=random.Random(len(opened)).randrange,
            draw=lambda: draws[0],
            catalogue=catalogue,
            jobs=jobs,
            first_look=first_look or NoLook(),
        )
        opened.append(application)
        services = application.services
        people = furnished[1] if is_copy else _people(services)
        return Office(application, services, jobs, clock, draws, **people)

    yield make
    for application in opened:
        application.close()
    for config in first:
        backend.end(config)


@pytest.fixture
def office(make_office: Callable[..., Office]) -> Office:
    return make_office()


@pytest.fixture
def arrives(office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Upload something and let the reading give a prepared result."""
    cv2.imwrite(str(tmp_path / "page.png"), np.full((1000, 800), 250, np.uint8))
    results: list[dict[str, Any]] = []

    @contextmanager
    def reading(*_args: object) -> Iterator[ReadingOutcome]:
        yield ReadingOutcome(results[-1], tmp_path)

    monkeypatch.setattr(reading_results, "run_reading_of_pages", reading)

    def arrive(
        dossier: str, result: dict[str, Any], as_type: str | None = None, child: int | None = None
    ) -> str:
        results.append(result)
        view = office.services.upload(office.applicant, dossier, "scan.pdf", PDF, as_type, child)
        office.read_all()
        return view.id

    return arrive
