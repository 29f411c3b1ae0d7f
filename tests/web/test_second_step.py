"""A password alone reaches nothing but the second step, and every second step counts once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select
from web_service import JobsByHand, Service, Visitor

from forms_service.access_settings import AccessSettings
from forms_service.bootstrap import build
from forms_service.config import Config
from forms_service.first_look import NoLook
from forms_service.sealing import Seal
from forms_service.services.second_step import WrongSecondStep
from forms_service.storage.access_models import CodeAppRow
from forms_service.storage.account_models import LetterRow
from forms_service.storage.models import AuditRow
from forms_service.web import create_app

PASSWORD = "une phrase bien longue"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Service]:
    """A service whose staff must take a second step, as everywhere but on a demonstration."""
    config = Config(
        data_folder=tmp_path_factory.mktemp("office"),
        public_url="http://localhost:8104",
        access=AccessSettings.from_environment({}),
    )
    application = build(config, clock=clock, jobs=JobsByHand(), first_look=NoLook())
    for login, roles in (
        ("hind", {"clerk"}),
        ("omar", {"operator", "author"}),
        ("198765432", {"applicant"}),
        ("187654321", {"applicant"}),
    ):
        application.services.add_account(login, PASSWORD, "Hind Berrada", roles)
    app = create_app(application)
    app.testing = True
    yield Service(application, JobsByHand(), app)
    application.close()


@pytest.fixture
def new_clerk(office: Service) -> str:
    """The login of a clerk nobody knows yet."""
    services = office.application.services
    login = f"agent{services.new_id()[:8]}"
    services.add_account(login, PASSWORD, "Salma Idrissi", {"clerk"})
    return login


def sign_in(visitor: Visitor, login: str, next_page: str = "") -> str:
    answer = visitor.post("/sign-in", {"login": login, "password": PASSWORD, "next": next_page})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def offered(visitor: Visitor) -> str | None:
    """The secret that the page of the application shows, if it does."""
    page = visitor.get("/account/second-step/app").get_data(as_text=True)
    shown = re.search(r'<bdi class="code" dir="ltr">([A-Z2-7 ]+)</bdi>', page)
    assert bool(shown) == ("<svg" in page and "qr" in page)
    if shown:  # whoever holds the telephone that shows the page needs no second one to take a picture
        link = re.search(r'href="(otpauth://totp/[^"]+)"', page)
        assert link and f"secret={shown[1].replace(' ', '')}" in link[1]
    return shown[1].replace(" ", "") if shown else None


def set_up(visitor: Visitor, clock: Clock) -> tuple[pyotp.TOTP, list[str]]:
    """An application of codes for whoever is signed in, and the recovery codes that came with it."""
    if (secret := offered(visitor)) is None:
        assert visitor.post("/account/second-step/app", {"current": PASSWORD}).status_code == 303
        secret = offered(visitor)
    assert secret
    app = pyotp.TOTP(secret)
    answer = visitor.post("/account/second-step/app", {"code": app.at(clock.now)})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    codes = re.findall(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){2}", answer.get_data(as_text=True))
    assert len(codes) == 10
    return app, codes


def test_staff_without_a_second_step_reach_nothing_else(office: Service, new_clerk: str) -> None:
    visitor = office.visitor("fr")
    sign_in(visitor, new_clerk)
    for path in ("/agency/", "/account/", "/programs/tokens", "/dossiers/", "/account/phone"):
        answer = visitor.get(path)
        assert (answer.status_code, "/fr/account/second-step" in answer.headers["Location"]) == (303, True), (
            path
        )
    assert (
        visitor.post("/programs/tokens", {"name": "x", "scopes": "agency", "days": "30"}).status_code == 303
    )
    assert (
        office.application.services.tokens(office.application.services.authenticate(new_clerk, PASSWORD))
        == []
    )
    page = visitor.get("/account/second-step?next=/fr/agency/").get_data(as_text=True)
    assert "ajoutez maintenant une seconde étape" in page
    assert "/fr/account/second-step/app?next=/fr/agency/" in page


def test_with_it_they_work_and_without_it_the_password_opens_nothing(
    office: Service, new_clerk: str, clock: Clock
) -> None:
    visitor = office.visitor("fr")
    sign_in(visitor, new_clerk)
    app, _ = set_up(visitor, clock)
    assert visitor.get("/agency/").status_code == 200
    device = visitor.client.get_cookie("device")
    assert device, "the browser is known now"
    with visitor.client.session_transaction() as session:
        assert session.pop("mark")
    assert visitor.get("/agency/").status_code == 200, "as the version before began it"

    visitor.post("/sign-out")
    assert sign_in(visitor, new_clerk, "/fr/agency/day") == "/fr/sign-in/second-step"
    for path in (
        "/agency/",
        "/account/",
        "/account/second-step",
        "/account/second-step/app",
        "/programs/tokens",
    ):
        assert visitor.get(path).headers["Location"].startswith("/fr/sign-in?"), path
    assert visitor.post("/account/second-step/app/remove", {"current": PASSWORD}).status_code == 302

    wrong = visitor.post("/sign-in/second-step", {"code": "000000"})
    assert wrong.status_code == 422 and "personne n'est entré" in wrong.get_data(as_text=True).replace(
        "&#39;", "'"
    )
    clock.now += timedelta(minutes=1)
    with visitor.client.session_transaction() as session:
        assert session["half_way"].pop("mark")
        session.modified = True
    right = visitor.post("/sign-in/second-step", {"code": app.at(clock.now)})
    assert (right.status_code, right.headers["Location"]) == (303, "/fr/agency/day")
    assert visitor.get("/agency/").status_code == 200


def test_a_code_counts_once_and_only_beside_its_half_minute(
    office: Service, new_clerk: str, clock: Clock
) -> None:
    first = office.visitor()
    sign_in(first, new_clerk)
    app, _ = set_up(first, clock)
    clock.now += timedelta(minutes=5)
    others = [office.visitor() for _ in range(4)]
    for one in others:
        sign_in(one, new_clerk)
    early, late = clock.now - timedelta(seconds=60), clock.now + timedelta(seconds=60)
    for moment in (early, late):
        assert others[0].post("/sign-in/second-step", {"code": app.at(moment)}).status_code == 422
    shown = app.at(clock.now - timedelta(seconds=30))
    assert others[0].post("/sign-in/second-step", {"code": shown}).status_code == 303
    assert others[1].post("/sign-in/second-step", {"code": shown}).status_code == 422, "seen over a shoulder"
    arabic = app.at(clock.now).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert others[2].post("/sign-in/second-step", {"code": f"{arabic[:3]} {arabic[3:]}"}).status_code == 303
    assert others[3].post("/sign-in/second-step", {"code": app.at(clock.now)}).status_code == 422


def test_codes_are_not_tried_through(office: Service, new_clerk: str, clock: Clock) -> None:
    visitor = office.visitor("fr")
    sign_in(visitor, new_clerk)
    app, codes = set_up(visitor, clock)
    clock.now += timedelta(minutes=2)
    for _ in range(6):
        sign_in(guesser := office.visitor("fr"), new_clerk)
        assert guesser.post("/sign-in/second-step", {"code": "123456"}).status_code == 422
    held = guesser.post("/sign-in/second-step", {"code": app.at(clock.now)})
    assert held.status_code == 429 and "Attendez 10 minutes" in held.get_data(as_text=True)
    assert guesser.post("/sign-in/second-step", {"recovery": codes[0]}).status_code == 429
    clock.now += timedelta(minutes=9)
    assert guesser.get("/sign-in/second-step").status_code == 200
    clock.now += timedelta(minutes=2)
    assert guesser.get("/sign-in/second-step").status_code == 303, "the password was typed too long ago"


def test_recovery_codes_serve_once_and_are_kept_as_fingerprints(
    office: Service, new_clerk: str, clock: Clock
) -> None:
    visitor = office.visitor("fr")
    sign_in(visitor, new_clerk)
    _, codes = set_up(visitor, clock)
    with office.application.database.reading() as session:
        kept = session.connection().exec_driver_sql("select * from recovery_code").all()
        sealed = session.connection().exec_driver_sql("select sealed from code_app").scalars().all()
    assert not any(code.replace("-", "") in str(kept) for code in codes)
    assert not any("secret" in one for one in sealed)
    for number, status in ((0, 303), (0, 422), (1, 303)):
        other = office.visitor("fr")
        sign_in(other, new_clerk)
        typed = codes[number].replace("-", " ").upper()
        assert other.post("/sign-in/second-step", {"recovery": typed}).status_code == status
    assert "Il reste 8 codes" in other.get("/account/second-step").get_data(as_text=True)
    renewed = other.post("/account/second-step/codes", {"current": PASSWORD}).get_data(as_text=True)
    assert len(re.findall(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){2}", renewed)) == 10
    sign_in(last := office.visitor("fr"), new_clerk)
    assert last.post("/sign-in/second-step", {"recovery": codes[2]}).status_code == 422


def test_changing_it_takes_the_password_and_the_last_one_stays_with_staff(
    office: Service, new_clerk: str, clock: Clock
) -> None:
    visitor = office.visitor("fr")
    sign_in(visitor, new_clerk)
    set_up(visitor, clock)
    for path in ("app/remove", "codes"):
        assert visitor.post(f"/account/second-step/{path}", {"current": "wrong wrong"}).status_code == 422
    last = visitor.post("/account/second-step/app/remove", {"current": PASSWORD})
    assert last.status_code == 422 and "dernière seconde étape" in last.get_data(as_text=True)
    assert office.application.services.second_steps(
        office.application.services.authenticate(new_clerk, PASSWORD)
    ).any


def test_applicants_may_have_one_and_let_it_go(office: Service, clock: Clock) -> None:
    visitor, elsewhere = office.visitor("fr"), office.visitor("fr")
    assert sign_in(visitor, "198765432") == sign_in(elsewhere, "198765432") == "/fr/dossiers/"
    assert "Ajouter une seconde étape" in visitor.get("/account/").get_data(as_text=True)
    clock.now += timedelta(seconds=1)
    set_up(visitor, clock)
    assert elsewhere.get("/dossiers/").status_code == 302, "what came in by the password alone has ended"
    assert visitor.get("/dossiers/").status_code == 200
    assert visitor.post("/account/second-step/app/remove", {"current": PASSWORD}).status_code == 303
    assert visitor.get("/dossiers/").status_code == 200
    assert sign_in(office.visitor("fr"), "198765432") == "/fr/dossiers/"


def test_a_secret_is_shown_to_whoever_proves_themselves_and_not_for_long(
    office: Service, clock: Clock
) -> None:
    visitor = office.visitor("fr")
    sign_in(visitor, "187654321")
    path = "/account/second-step/app"
    assert offered(visitor) is None, "a session alone shows no secret"
    for wrong in ({"current": "wrong wrong"}, {"code": "123456"}, {}):
        answer = visitor.post(path, wrong)
        assert answer.status_code == 422 and "qr" not in answer.get_data(as_text=True)
    visitor.post(path, {"current": PASSWORD})
    first = offered(visitor)
    assert first and offered(visitor) == first, "whoever reloads need not scan again"
    clock.now += timedelta(minutes=16)
    assert offered(visitor) is None
    visitor.post(path, {"current": PASSWORD})
    late = visitor.post(path, {"code": pyotp.TOTP(first).at(clock.now)})
    assert late.status_code == 422 and "plus de 15 minutes" in late.get_data(as_text=True)
    assert offered(visitor) not in (None, first), "what was seen before serves no more"


@pytest.mark.parametrize("used_since", [False, True])
def test_codes_outlive_the_secret_key_and_unused_ones_of_earlier_days_are_told_what_to_do(
    office: Service, new_clerk: str, clock: Clock, used_since: bool
) -> None:
    visitor = office.visitor("fr")
    sign_in(visitor, new_clerk)
    app, codes = set_up(visitor, clock)
    clock.now += timedelta(minutes=1)
    sign_in(other := office.visitor("fr"), new_clerk)
    adapters = office.application.services.adapters
    before = adapters.seal
    account = office.application.services.authenticate(new_clerk, PASSWORD)
    with office.application.database.writing() as session:  # where such a secret lay in earlier days
        row = session.get_one(CodeAppRow, account.id)
        row.sealed = before.close(before.record(row.sealed))
    if used_since:
        assert other.post("/sign-in/second-step", {"code": app.at(clock.now)}).status_code == 303
        clock.now += timedelta(minutes=1)
        sign_in(other := office.visitor("fr"), new_clerk)
    object.__setattr__(adapters, "seal", Seal("another key of the service"))
    if used_since:
        try:
            assert other.post("/sign-in/second-step", {"code": app.at(clock.now)}).status_code == 303
        finally:
            object.__setattr__(adapters, "seal", before)
        return
    try:
        tried = ({"code": app.at(clock.now)}, {"recovery": codes[0]})
        answers = [other.post("/sign-in/second-step", typed) for typed in tried]
    finally:
        object.__setattr__(adapters, "seal", before)
    for answer in answers:
        assert answer.status_code == 422
        assert "demandez à la personne chargée des comptes de réinitialiser" in answer.get_data(as_text=True)


def test_passkeys_are_not_tried_without_end(office: Service, new_clerk: str, clock: Clock) -> None:
    services = office.application.services
    account = services.authenticate(new_clerk, PASSWORD).id
    sign_in(visitor := office.visitor("fr"), new_clerk)
    set_up(visitor, clock)
    sign_in(other := office.visitor("fr"), new_clerk)
    for number in range(30):
        with pytest.raises(WrongSecondStep):
            services.take_passkey(account, "{}", f"challenge {number}")
    assert other.post("/sign-in/second-step/passkey", {"answer": "{}"}).status_code == 429
    with pytest.raises(WrongSecondStep):  # elsewhere its holder may show theirs
        services.take_passkey(account, "{}", "one more", "198.51.100.4")


def test_an_operator_resets_a_colleagues_and_it_is_on_record(
    office: Service, new_clerk: str, clock: Clock
) -> None:
    services = office.application.services
    colleague = office.visitor("fr")
    sign_in(colleague, new_clerk)
    set_up(colleague, clock)
    clerk = services.authenticate(new_clerk, PASSWORD)
    token, _ = services.make_token(clerk, "a program", ["agency"])
    with services.database.writing() as session:
        services._holder(session, clerk).phone = "+212612345678"
    operator = office.visitor("fr")
    sign_in(operator, "omar")
    clock.now += timedelta(minutes=1)
    set_up(operator, clock)
    clock.now += timedelta(minutes=1)
    page = f"/operator/users/{clerk.id}"
    assert "application de codes depuis" in operator.get(page).get_data(as_text=True)
    asked = operator.post(page, {"do": "second_step"})
    assert (asked.status_code, colleague.get("/agency/").status_code) == (200, 200), (
        "asked first, nothing done"
    )
    assert new_clerk in asked.get_data(as_text=True) and 'name="sure"' in asked.get_data(as_text=True)
    assert operator.post(page, {"do": "second_step", "sure": "true"}).status_code == 303
    without = operator.get(page).get_data(as_text=True)
    assert "aucune" in without and 'value="second_step"' not in without
    assert colleague.get("/agency/").status_code == 302
    assert services.grant(token) is None
    again = office.visitor("fr")
    assert sign_in(again, new_clerk) == "/fr/agency/"
    assert "/account/second-step" in again.get("/agency/").headers["Location"]
    with office.application.database.reading() as session:
        last = session.scalars(select(AuditRow).where(AuditRow.action == "second_step_reset")).all()[-1]
        told = session.scalars(select(LetterRow.occasion).where(LetterRow.account_id == clerk.id)).all()
    assert (last.actor_name, last.details["account"]) == ("Hind Berrada", clerk.id)
    assert "second_step_reset" in told
    own = services.authenticate("omar", PASSWORD)
    assert (
        operator.post(f"/operator/users/{own.id}", {"do": "second_step", "sure": "true"}).status_code == 422
    )
    assert 'value="close"' not in operator.get(f"/operator/users/{own.id}").get_data(as_text=True)
