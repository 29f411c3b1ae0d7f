"""schemathesis finds nothing: no request it can think of gets an answer that is not described.

Here it has a few examples for each operation; ``make fuzz-api`` gives it more, and stateful runs.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from web_service import ANSWERS, JobsByHand

from forms_service.bootstrap import build
from forms_service.config import MEBIBYTE
from forms_service.first_look import NoLook
from forms_service.services.access_tokens import SCOPES
from forms_service.web import create_app
from tests.backends import Backend

CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = int(os.environ.get("API_EXAMPLES", "2"))
WORD = "a long enough password"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory, backend: Backend) -> Iterator[Any]:
    """The interface for an account of every role, with a dossier in every stage to stumble upon."""
    folder = tmp_path_factory.mktemp("data")
    config = backend.config(folder, max_upload_bytes=MEBIBYTE, requests_a_minute=1_000_000)
    application = build(config, jobs=JobsByHand(), draw=lambda: 1.0, first_look=NoLook())
    services = application.services
    roles = {"applicant", "clerk", "reviewer", "operator", "author"}
    actor = services.add_account("everybody", WORD, "Everybody", roles)
    token, _ = services.make_token(actor, "schemathesis", list(SCOPES))
    draft = services.open_dossier(actor, "311-1-14", "fr", "everybody")
    services.answer(actor, draft, ANSWERS)
    deposited = services.open_dossier(actor, "310-1-32", "ar", "everybody")
    services.deposit(actor, deposited, True)
    app = create_app(application)
    yield app, token, {"dossier_id": [draft, deposited], "form_id": ["311-1-14"], "group_id": ["children"]}
    application.close()


@pytest.fixture
def schema(api: Any) -> Any:
    app, token, known = api
    config = schemathesis.Config.from_path(CONFIG)
    turns = count()
    found = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, config=config)

    @found.auth()
    class Token:
        def get(self, _case: Any, _context: Any) -> str:
            return token

        def set(self, case: Any, data: str, _context: Any) -> None:
            case.headers["Authorization"] = f"Bearer {data}"

    @found.hook
    def map_path_parameters(_context: Any, given: dict[str, Any] | None) -> dict[str, Any] | None:
        """Every other time names that exist, one after another."""
        if given and given.keys() & known.keys() and (turn := next(turns)) % 2 == 0:
            given |= {
                name: values[turn // 2 % len(values)] for name, values in known.items() if name in given
            }
        return given

    return found


BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)


def test_every_operation_answers_as_it_is_described(schema: Any) -> None:
    found, operations, done = [], 0, set()
    for result in schema.get_all_operations():
        operation = result.ok()
        operations += 1

        @BOUNDED
        @given(case=operation.as_strategy())
        def holds(case: Any) -> None:
            answer = case.call_and_validate()
            if answer.status_code < 300:
                done.add(case.operation.label)

        try:
            holds()
        except BaseExceptionGroup as group:
            found += [f"{operation.label}: {one}" for one in group.exceptions]
        except Exception as error:
            found.append(f"{operation.label}: {error}")
    assert operations > 70
    assert len(done) > 15, f"too little was really done: {sorted(done)}"
    assert not found, "\n\n".join(found)


def test_a_file_in_a_form_is_taken_as_described(api: Any) -> None:
    app, token, known = api
    answer = app.test_client().post(
        f"/api/v1/dossiers/{known['dossier_id'][0]}/attachments",
        data={"file": (io.BytesIO(b"%PDF-1.4\n"), "paper.pdf"), "type": "marriage"},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 201 and answer.get_json()["status"] == "waiting"
