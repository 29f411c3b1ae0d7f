"""The web service over the real use cases, with readings done only when a test says so."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forms_service.bootstrap import Application
from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.services import Actor

ALLOWANCE, REFUND = "311-1-14", "310-1-32"
ANSWERS = {
    "nature": "initial_or_additional",
    "children_to_declare": "1",
    "quality": "assured",
    "assured.birth": "12/03/1988",
    "assured.id_no": "AB123456",
    "assured.registration": "123456782",
    "assured.first": "Fatima Zahra",
    "assured.first.ar": "فاطمة الزهراء",
    "assured.last": "El Amrani",
    "assured.last.ar": "العمراني",
}


class JobsByHand:
    """Remembers what is to be read."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def enqueue(self, session: Any, task: str, key: str, delay_seconds: float = 0.0, turn: int = 0) -> None:
        self.keys.append(key)


@dataclass
class Visitor:
    """One person at one browser: follows forms as a browser would, their hidden proof included."""

    client: FlaskClient
    language: str = "ar"
    _tokens: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"/{self.language}{path}")

    def post(self, path: str, data: dict[str, Any] | None = None) -> TestResponse:
        page = self.get("/verify").get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        return self.client.post(
            f"/{self.language}{path}",
            data={"csrf_token": token[1], **(data or {})},
            content_type="multipart/form-data",
        )

    def sign_in(self, role: str, number: int = 0) -> Visitor:
        account = [one for one in DEMO_ACCOUNTS if role in one.roles][number]
        answer = self.post("/sign-in", {"login": account.login, "password": account.password})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return self


@dataclass
class Service:
    """The running service as tests see it."""

    application: Application
    jobs: JobsByHand
    app: Any

    def visitor(self, language: str = "ar") -> Visitor:
        return Visitor(self.app.test_client(), language)

    def actor(self, role: str, number: int = 0) -> Actor:
        account = [one for one in DEMO_ACCOUNTS if role in one.roles][number]
        actor = self.application.services.authenticate(account.login, account.password)
        assert actor
        return actor

    def new_dossier(self, answers: dict[str, Any] | None = None, form: str = ALLOWANCE) -> str:
        services, applicant = self.application.services, self.actor("applicant")
        dossier_id = services.open_dossier(applicant, form, "ar")
        if answers:
            services.answer(applicant, dossier_id, answers)
        return dossier_id

    def under_review(self) -> str:
        """A deposited dossier in the hands of a reviewer."""
        services = self.application.services
        dossier_id = self.new_dossier(ANSWERS)
        services.deposit(self.actor("applicant"), dossier_id, True)
        services.start_review(self.actor("reviewer"), dossier_id)
        return dossier_id

    def read_all(self) -> None:
        while self.jobs.keys:
            key = self.jobs.keys.pop(0)
            self.application.services.sort_stack(key)
            self.application.services.read_upload(key)


@dataclass
class Program:
    """A program with a token."""

    client: FlaskClient
    token: str = ""

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            given["Authorization"] = f"Bearer {self.token}"
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=given)

    def get(self, path: str, **headers: str) -> Any:
        answer = self.send("GET", path, **headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def upload(self, path: str, data: bytes, name: str = "paper.pdf", **more: str) -> TestResponse:
        key = {"Idempotency-Key": more.pop("key")} if "key" in more else {}
        headers = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **key}
        form = {"file": (io.BytesIO(data), name), **more}
        return self.client.post(f"/api/v1{path}", data=form, headers=headers)
