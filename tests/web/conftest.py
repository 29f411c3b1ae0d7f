from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from web_service import JobsByHand, Program, Service, Visitor

from forms_service.bootstrap import build
from forms_service.config import MEBIBYTE
from forms_service.first_look import NoLook
from forms_service.services.access_tokens import scopes_for
from forms_service.web import create_app
from tests.backends import Backend
from tests.quick_readings import quick_readings


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, backend: Backend) -> Iterator[Service]:
    jobs = JobsByHand()
    config = backend.config(tmp_path_factory.mktemp("data"), demo=True, max_upload_bytes=2 * MEBIBYTE)
    application = build(config, jobs=jobs, draw=lambda: 1.0, first_look=NoLook())
    app = create_app(application)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield Service(application, jobs, app)
    application.close()
    backend.end(config)


@pytest.fixture(scope="module", autouse=True)
def readings_begin_at_once(request: pytest.FixtureRequest) -> Iterator[None]:
    """But those of hostile files, which are to end as in the service, are started as the service starts them."""
    with nullcontext() if request.path.stem == "test_hostile_uploads" else quick_readings():
        yield


@pytest.fixture(autouse=True)
def nothing_left_to_read(request: pytest.FixtureRequest) -> Iterator[None]:
    """The service is shared: what one test sent and did not read is no other test's to read."""
    yield
    if "service" in request.fixturenames:
        request.getfixturevalue("service").jobs.keys.clear()


@pytest.fixture
def applicant(service: Service) -> Visitor:
    return service.visitor().sign_in("applicant")


@pytest.fixture
def clerk(service: Service) -> Visitor:
    return service.visitor().sign_in("clerk")


@pytest.fixture
def reviewer(service: Service) -> Visitor:
    return service.visitor().sign_in("reviewer")


@pytest.fixture
def program(service: Service) -> Any:
    """A program acting as somebody of that role, with all the scopes it may have or those given."""

    def make(role: str, scopes: list[str] | None = None, number: int = 0) -> Program:
        actor = service.actor(role, number)
        chosen = scopes_for(actor.roles) if scopes is None else scopes
        token, _ = service.application.services.make_token(actor, "test", chosen)
        return Program(service.app.test_client(), token)

    return make
