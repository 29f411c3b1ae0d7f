"""Staff come in by the fund's own identity provider, a real one that runs beside the test in its own process."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from page_structure import assert_it_holds_together
from web_service import JobsByHand, Service, Visitor
from werkzeug.test import TestResponse

from forms_service.access_settings import AccessSettings
from forms_service.bootstrap import build
from forms_service.config import Config
from forms_service.first_look import NoLook
from forms_service.identity_provider import IdentityProvider, ProviderNotReached, ProviderRefused, Question
from forms_service.provider_settings import AMR, HERE, PROVIDER, ProviderSettings
from forms_service.sealing import Seal
from forms_service.services.throttle import PROVIDER_FROM, TooManyAttempts
from forms_service.web import create_app

PASSWORD = "une phrase bien longue"
BACK = "http://localhost:8104/fr/sign-in/provider/back"
PEOPLE = (
    {"sub": "s-hind", "preferred_username": "hind", "name": "Hind Berrada", "groups": ["agents"]},
    {"sub": "s-omar", "preferred_username": "omar", "name": "Omar Alaoui", "groups": ["agents"]},
    {"sub": "s-impostor", "preferred_username": "hind", "name": "Somebody", "groups": ["agents"]},
    {
        "sub": "s-new",
        "preferred_username": "salma",
        "name": "Salma Idrissi",
        "groups": ["controle"],
        "amr": ["mfa"],
    },
    {"sub": "s-nobody", "preferred_username": "nobody", "name": "Nobody", "groups": ["cantine"]},
    {"sub": "s-insured", "preferred_username": "198765432", "name": "Insured", "groups": ["agents"]},
)


class Provider:
    """The provider's process, which can be ended and begun anew with another key on the same port."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        people = [word for one in PEOPLE for word in ("--user-claims", json.dumps(one))]
        command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(self.port), *people]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{self.address}/jwks", timeout=5).close()
                return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < until
                time.sleep(0.05)

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def says(self, address: str, subject: str) -> str:
        """Where the provider leads somebody back to who is that subject."""

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_args: object, **_more: object) -> None:
                return None

        form = urllib.parse.urlencode({"sub": subject}).encode()
        try:
            urllib.request.build_opener(Stay).open(address, form, timeout=10)
        except urllib.error.HTTPError as led:
            assert led.code == 302, led.read()
            return led.headers["Location"]
        raise AssertionError("the provider leads nowhere")


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    running = Provider()
    running.begin()
    yield running
    running.end()


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, provider: Provider, clock: Clock) -> Iterator[Service]:
    folder: Path = tmp_path_factory.mktemp("outside")
    (folder / "secret").write_text("a secret\n")
    config = Config(
        data_folder=folder / "var",
        public_url="http://localhost:8104",
        access=AccessSettings(second_step_roles=frozenset({"operator"})),
        provider=ProviderSettings(provider.address, "cnss", folder / "secret", name="Annuaire"),
    )
    application = build(config, clock=clock, jobs=JobsByHand(), first_look=NoLook())
    for login, roles in (("hind", {"clerk"}), ("omar", {"clerk"}), ("198765432", {"applicant"})):
        application.services.add_account(login, PASSWORD, "Hind Berrada", roles)
    app = create_app(application)
    app.testing = True
    service = Service(application, JobsByHand(), app)
    assert links(signed_in(service, "hind"), provider, "s-hind").status_code == 303
    yield service
    application.close()


@pytest.fixture
def settings(office: Service) -> Iterator[object]:
    """Changes the provider's settings for one test."""
    services, config = office.application.services, office.application.config
    usual = config.provider

    def change(**changes: object) -> None:
        assert usual is not None
        object.__setattr__(config, "provider", replace(usual, **changes))
        services.__dict__.pop("identity_provider", None)

    yield change
    change()


def signed_in(office: Service, login: str) -> Visitor:
    visitor = office.visitor("fr")
    assert visitor.post("/sign-in", {"login": login, "password": PASSWORD}).status_code == 303
    return visitor


def links(visitor: Visitor, provider: Provider, subject: str) -> TestResponse:
    """Whoever is signed in by a password links their account to that subject."""
    led = visitor.post("/sign-in/provider/link", {"current": PASSWORD})
    assert led.status_code == 200
    back = provider.says(led.headers["Refresh"].removeprefix("0; url="), subject)
    return visitor.client.get(back.removeprefix("http://localhost:8104"))


def comes_back(
    office: Service, provider: Provider, subject: str, wanted: str = ""
) -> tuple[Visitor, TestResponse]:
    visitor = office.visitor("fr")
    asked = visitor.get(f"/sign-in/provider/?next={wanted}")
    assert asked.status_code == 302
    back = provider.says(asked.headers["Location"], subject)
    return visitor, visitor.client.get(back.removeprefix("http://localhost:8104"))


def test_whoever_has_an_account_comes_in_and_is_led_back_out(office: Service, provider: Provider) -> None:
    page = office.visitor("fr").get("/sign-in?next=/fr/agency/day").get_data(as_text=True)
    assert "Se connecter avec \u2068Annuaire\u2069" in page
    assert "/fr/sign-in/provider/?next=/fr/agency/day" in page
    asked = office.visitor("fr").get("/sign-in/provider/").headers["Location"]
    sent = {name: values[0] for name, values in parse_qs(urlsplit(asked).query).items()}
    assert sent["code_challenge_method"] == "S256" and len(sent["code_challenge"]) == 43
    assert sent["redirect_uri"] == BACK and len(sent["state"]) >= 30 and len(sent["nonce"]) >= 30

    visitor, answer = comes_back(office, provider, "s-hind", "/fr/agency/day")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/fr/agency/day")
    assert visitor.get("/agency/").status_code == 200
    left = visitor.post("/sign-out")
    assert left.headers["Location"] == "/fr/sign-in/provider/left"
    last = visitor.get("/sign-in/provider/left")
    assert f"{provider.address}/oauth2/end_session" in last.headers["Refresh"]
    assert "fermez aussi votre session chez \u2068Annuaire" in last.get_data(as_text=True)
    assert visitor.get("/agency/").status_code == 302


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_its_pages_speak_their_language_and_hold_together(
    office: Service, provider: Provider, language: str
) -> None:
    visitor, _ = comes_back(office, provider, "s-hind")
    visitor.language = language
    for path in ("link", "left"):
        answer = visitor.get(f"/sign-in/provider/{path}")
        assert answer.status_code == 200
        assert_it_holds_together(answer.get_data(as_text=True), language)


def test_nobody_gets_an_account_or_somebody_elses_silently(office: Service, provider: Provider) -> None:
    comes_back(office, provider, "s-hind")
    for subject in ("s-impostor", "s-new", "s-nobody", "s-insured"):
        visitor, answer = comes_back(office, provider, subject)
        assert answer.status_code == 403, subject
        assert "aucun compte d'ici n'y est relié" in answer.get_data(as_text=True).replace("&#39;", "'")
        assert visitor.get("/agency/").status_code == 302


@pytest.fixture
def same_key_afterwards(office: Service) -> Iterator[None]:
    adapters = office.application.services.adapters
    before = adapters.seal
    yield
    object.__setattr__(adapters, "seal", before)


@pytest.mark.usefixtures("same_key_afterwards")
def test_a_user_name_at_the_provider_takes_nobodys_account(office: Service, provider: Provider) -> None:
    """Its holder links it: signed in, with the password, and to a subject of the same name."""
    visitor, answer = comes_back(office, provider, "s-omar")
    assert answer.status_code == 403 and visitor.get("/agency/").status_code == 302

    visitor = signed_in(office, "omar")
    assert "Non relié" in visitor.get("/account/").get_data(as_text=True)
    assert visitor.post("/sign-in/provider/link", {"current": "wrong wrong"}).status_code == 422
    for subject in ("s-new", "s-hind"):
        assert links(visitor, provider, subject).status_code == 403, subject
    led = visitor.post("/sign-in/provider/link", {"current": PASSWORD}).headers["Refresh"]
    back = provider.says(led.removeprefix("0; url="), "s-omar").removeprefix("http://localhost:8104")
    visitor.post("/sign-out")
    assert visitor.client.get(back).status_code == 422, "nobody is signed in who asked for it"
    assert comes_back(office, provider, "s-omar")[1].status_code == 403

    visitor = signed_in(office, "omar")
    linked = links(visitor, provider, "s-omar")
    assert (linked.status_code, linked.headers["Location"]) == (303, "/fr/account/")
    assert "Relié" in visitor.get("/account/").get_data(as_text=True)
    assert comes_back(office, provider, "s-omar")[1].headers["Location"] == "/fr/agency/"
    adapters = office.application.services.adapters
    object.__setattr__(adapters, "seal", Seal("another secret key of the service"))
    assert comes_back(office, provider, "s-omar")[1].status_code == 403
    assert links(signed_in(office, "omar"), provider, "s-omar").status_code == 303, (
        "linked anew by its holder"
    )
    assert comes_back(office, provider, "s-omar")[1].status_code == 303
    applicant = signed_in(office, "198765432")
    assert applicant.post("/sign-in/provider/link", {"current": PASSWORD}).status_code == 404


def test_a_silent_provider_holds_nobody_up_and_is_asked_again(
    clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def silence(*_: object, **__: object) -> None:
        asked.append(1)
        raise TimeoutError

    monkeypatch.setattr("forms_service.identity_provider.urllib.request.urlopen", silence)
    checker = IdentityProvider(ProviderSettings("http://127.0.0.1:9", "cnss", tmp_path), clock)
    for seconds, times in ((0, 1), (1, 1), (31, 2)):
        clock.ahead += timedelta(seconds=seconds)
        with pytest.raises(ProviderNotReached):
            checker.place_to_ask(Question.drawn(), BACK)
        assert len(asked) == times
    clock.ahead = timedelta()


def test_answers_are_not_brought_without_end(office: Service, clock: Clock) -> None:
    services, here = office.application.services, "203.0.113.9"
    question = Question.drawn()
    with services.database.writing() as session:
        for _ in range(PROVIDER_FROM.most - 1):
            services.count_attempt(session, (PROVIDER_FROM, here))
    with pytest.raises(ProviderRefused):
        services.sign_in_outside("made up", question, BACK, here)
    with pytest.raises(TooManyAttempts):
        services.sign_in_outside("made up", question, BACK, here)


def test_an_answer_to_another_question_lets_nobody_in(office: Service, provider: Provider) -> None:
    visitor = office.visitor("fr")
    asked = visitor.get("/sign-in/provider/").headers["Location"]
    back = provider.says(asked, "s-hind").removeprefix("http://localhost:8104")
    forged = re.sub(r"state=[^&]+", "state=forged", back)
    assert visitor.client.get(forged).status_code == 422
    assert visitor.client.get(back).status_code == 422, "the question was used up"
    stranger = office.visitor("fr")
    assert stranger.client.get(back).status_code == 422, "it was not asked in this browser"
    visitor.get("/sign-in/provider/")
    assert visitor.get("/sign-in/provider/back?error=access_denied").status_code == 422

    asked = visitor.get("/sign-in/provider/").headers["Location"]
    other_nonce = re.sub(r"nonce=[^&]+", "nonce=of-another-question", asked)
    back = provider.says(other_nonce, "s-hind").removeprefix("http://localhost:8104")
    assert visitor.client.get(back).status_code == 422
    assert visitor.get("/agency/").status_code == 302


def id_token(provider: Provider, client_id: str, nonce: str) -> str:
    """A token that the provider really signed, for whichever service."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": BACK,
        "scope": "openid profile",
        "nonce": nonce,
    }
    back = provider.says(f"{provider.address}/oauth2/authorize?{urllib.parse.urlencode(asked)}", "s-hind")
    form = {
        "grant_type": "authorization_code",
        "code": parse_qs(urlsplit(back).query)["code"][0],
        "redirect_uri": BACK,
        "client_id": client_id,
        "client_secret": "x",
    }
    data = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(f"{provider.address}/oauth2/token", data, timeout=10) as answer:
        return str(json.load(answer)["id_token"])


def test_a_token_counts_here_now_and_unchanged_only(
    office: Service, provider: Provider, clock: Clock
) -> None:
    checker = office.application.services.identity_provider
    assert checker is not None
    mine = id_token(provider, "cnss", "asked")
    assert checker.checked(mine, "asked").subject == "s-hind"
    head, body, signature = mine.split(".")
    unsigned = "eyJhbGciOiJub25lIn0." + body + "."
    wrong = {
        "of another question": (mine, "other"),
        "without a question": (mine, ""),
        "for another service": (id_token(provider, "another", "asked"), "asked"),
        "changed": (f"{head}.{body[:-4]}AAAA.{signature}", "asked"),
        "unsigned": (unsigned, "asked"),
        "nonsense": ("nonsense", "asked"),
    }
    for case, (token, nonce) in wrong.items():
        with pytest.raises(ProviderRefused):
            checker.checked(token, nonce)
            pytest.fail(case)
    clock.ahead = timedelta(hours=2)
    with pytest.raises(ProviderRefused):
        checker.checked(mine, "asked")
    clock.ahead = timedelta()
    other_issuer = IdentityProvider(replace(checker.settings, issuer=f"{provider.address}/"), clock)
    with pytest.raises(Exception, match="ne répond pas"):
        other_issuer.place_to_ask(Question.drawn(), BACK)


def test_keys_may_change_while_we_run(office: Service, provider: Provider) -> None:
    assert comes_back(office, provider, "s-hind")[1].status_code == 303
    provider.end()
    down = office.visitor("fr")
    assert down.get("/sign-in/provider/").status_code in (302, 503)
    provider.begin()
    assert comes_back(office, provider, "s-hind")[1].status_code == 303


def test_groups_give_roles_and_open_accounts_where_a_setting_says_so(
    office: Service, provider: Provider, settings: object
) -> None:
    settings(roles_claim="groups", roles={"agents": "clerk", "controle": "reviewer"}, opens_accounts=True)
    visitor, answer = comes_back(office, provider, "s-new")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/fr/review/")
    assert comes_back(office, provider, "s-nobody")[1].status_code == 403
    settings(roles_claim="groups", roles={"controle": "author"})
    assert comes_back(office, provider, "s-new")[1].headers["Location"] == "/fr/author/"
    assert visitor.get("/review/").status_code == 404, "roles that were taken away are gone at once"
    assert comes_back(office, provider, "s-hind")[1].status_code == 403, "in no group any more"


def test_the_password_can_be_left_to_the_provider(
    office: Service, provider: Provider, settings: object
) -> None:
    services = office.application.services
    comes_back(office, provider, "s-hind")
    assert services.authenticate("hind", PASSWORD) is not None
    settings(local_password=False)
    assert services.authenticate("hind", PASSWORD) is None
    assert services.authenticate("198765432", PASSWORD) is not None


def test_whose_second_step_counts_is_a_setting(office: Service, provider: Provider, settings: object) -> None:
    groups = {"roles_claim": "groups", "roles": {"agents": "operator", "controle": "operator"}}
    for asked, subject, enough in (
        *((HERE, "s-new", False), (AMR, "s-new", True), (AMR, "s-hind", False)),
        (PROVIDER, "s-hind", True),
    ):
        settings(**groups, opens_accounts=True, second_step=asked)
        visitor, answer = comes_back(office, provider, subject)
        assert answer.status_code == 303
        assert (visitor.get("/operator/users").status_code == 200) is enough, (asked, subject)
