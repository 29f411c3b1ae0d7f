"""Whoever asked is told of every change of state, at least once, signed, and nobody else is."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event

from core.errors import DossierError, InvalidValue
from core.localized_text import Language
from forms_service import webhook_sending
from forms_service.services import receivers, webhook_delivery
from forms_service.services.webhook_delivery import MOST_ATTEMPTS
from forms_service.webhook_sending import Sent, check_address, send
from tests.backends import everything_kept
from tests.services.conftest import Office
from tests.services.prepared_readings import refused
from tests.services.webhook_receiver import Receiver, is_genuine


@pytest.fixture
def office(make_office) -> Office:
    return make_office(webhook_private=True)


def deliver(office: Office) -> None:
    """Do what the worker would do with messages, whatever pause lies before them."""
    keys = [key for key in office.jobs.keys if "." in key]
    office.jobs.keys[:] = [key for key in office.jobs.keys if "." not in key]
    for key in keys:
        office.services.deliver_webhook(key)


def deposited(office: Office) -> str:
    dossier_id = office.open()
    office.services.deposit(office.applicant, dossier_id, True)
    return dossier_id


def test_every_change_of_state_is_told_in_order_and_signed(office: Office) -> None:
    with Receiver() as receiver:
        _, secret = office.services.add_webhook(
            office.reviewer, receiver.url, ["dossier.submitted", "dossier.under_review", "dossier.closed"]
        )
        dossier_id = deposited(office)
        office.services.start_review(office.reviewer, dossier_id)
        office.services.decide(office.reviewer, dossier_id, "closed", "withdrawn by the person")
        deliver(office)
    told = [(one.said["type"], one.said["data"]["previous_state"]) for one in receiver.received]
    assert told == [
        ("dossier.submitted", "draft"),
        ("dossier.under_review", "submitted"),
        ("dossier.closed", "under_review"),
    ]
    reference = office.services.dossier(office.reviewer, dossier_id).reference
    assert {one.said["data"]["reference"] for one in receiver.received} == {reference}
    assert all(is_genuine(one, secret) for one in receiver.received)
    assert not is_genuine(receiver.received[0], webhook_sending.new_secret())


def test_a_message_holds_nothing_of_what_the_dossier_contains(office: Office) -> None:
    with Receiver() as receiver:
        office.services.add_webhook(office.clerk, receiver.url, ["dossier.opened", "dossier.submitted"])
        deposited(office)
        deliver(office)
    said = b" ".join(one.body for one in receiver.received).decode()
    assert "submitted" in said and "Amrani" not in said and "123456782" not in said


def test_only_dossiers_one_may_see_are_told(office: Office) -> None:
    with Receiver() as receiver:
        office.services.add_webhook(office.neighbour, receiver.url, ["dossier.opened", "dossier.submitted"])
        deposited(office)
        deliver(office)
        assert receiver.received == []
        office.services.open_dossier(office.neighbour, "310-1-32", "fr")
        deliver(office)
        assert [one.said["type"] for one in receiver.received] == ["dossier.opened"]


def test_reviewers_are_not_told_of_drafts(office: Office) -> None:
    office.services.add_webhook(office.reviewer, "http://127.0.0.1:9/x", ["dossier.opened"])
    office.open()
    assert office.services.deliveries(office.reviewer) == []


def test_a_change_that_is_rolled_back_is_told_to_nobody(office: Office) -> None:
    office.services.add_webhook(office.applicant, "http://127.0.0.1:9/x", ["dossier.opened"])
    with pytest.raises(KeyError), office.services.database.writing() as session:
        spec = office.services.catalogue.get("310-1-32")
        office.services.new_dossier(session, office.applicant, spec, Language.AR, None)
        session.flush()
        raise KeyError
    assert office.services.deliveries(office.applicant) == []


def test_a_receiver_that_fails_first_gets_the_same_message_again_later(office: Office) -> None:
    with Receiver([503, 500, 204]) as receiver:
        _, secret = office.services.add_webhook(office.clerk, receiver.url, ["dossier.submitted"])
        deposited(office)
        for _ in range(5):
            deliver(office)
    assert len(receiver.received) == 3
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    assert all(is_genuine(one, secret) for one in receiver.received)
    (delivery,) = office.services.deliveries(office.clerk)
    assert (delivery.state, delivery.attempts, delivery.status) == ("delivered", 3, 204)


def test_pauses_grow_and_what_never_arrives_is_kept_for_a_person(office: Office) -> None:
    with Receiver([500]) as receiver:
        office.services.add_webhook(office.clerk, receiver.url, ["dossier.submitted"])
        deposited(office)
        pauses = []
        for _ in range(MOST_ATTEMPTS):
            deliver(office)
            (delivery,) = office.services.deliveries(office.clerk)
            if delivery.due_at:
                pauses.append((delivery.due_at - office.clock.now).total_seconds())
        assert pauses == [10.0 * 4**n for n in range(MOST_ATTEMPTS - 1)]
        assert (delivery.state, delivery.attempts) == ("dead", MOST_ATTEMPTS)
        assert office.services.webhooks(office.clerk)[0].dead == 1
        deliver(office)
        assert len(receiver.received) == MOST_ATTEMPTS
        receiver.statuses[:] = [200]
        office.services.send_again(office.clerk, delivery.id)
        deliver(office)
    assert office.services.deliveries(office.clerk)[0].state == "delivered"


def test_a_job_that_runs_twice_sends_a_message_once_it_has_arrived_no_more(office: Office) -> None:
    with Receiver() as receiver:
        office.services.add_webhook(office.clerk, receiver.url, ["dossier.submitted"])
        deposited(office)
        (key,) = [key for key in office.jobs.keys if "." in key]
        office.services.deliver_webhook(key)
        office.services.deliver_webhook(key)
    assert len(receiver.received) == 1


def test_a_stopped_webhook_is_told_nothing_more(office: Office) -> None:
    with Receiver() as receiver:
        view, _ = office.services.add_webhook(office.clerk, receiver.url, ["dossier.submitted"])
        deposited(office)
        office.services.stop_webhook(office.clerk, view.id)
        deposited(office)
        deliver(office)
    assert receiver.received == []
    assert [one.problem for one in office.services.deliveries(office.clerk)] == ["stopped"]


# --- one receiver does not hold up the others ------------------------------------------------------


def test_a_slow_receiver_keeps_only_its_own_messages_waiting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, asked = threading.Event(), threading.Semaphore(0)

    def slow(url: str, *_: object) -> Sent:
        if "slow" in url:
            asked.release()
            assert answers.wait(30)
        return Sent(status=204)

    monkeypatch.setattr(webhook_delivery, "send", slow)
    services = office.services
    slow_one, _ = services.add_webhook(office.clerk, "https://slow.example.org/", ["dossier.submitted"])
    quick_one, _ = services.add_webhook(office.clerk, "https://quick.example.org/", ["dossier.submitted"])
    for _ in range(3):
        deposited(office)
    of_slow = [one.id for one in services.deliveries(office.clerk, slow_one.id)]
    office.jobs.keys.clear()
    threads = [
        threading.Thread(target=services.deliver_webhook, args=(f"{one}.0",))
        for one in of_slow[: receivers.AT_ONCE]
    ]
    for thread in threads:
        thread.start()
    try:
        assert all(asked.acquire(timeout=30) for _ in threads)
        services.deliver_webhook(f"{of_slow[-1]}.0")  # comes back at once: its receiver has enough to do
        assert office.jobs.keys == [f"{of_slow[-1]}.0.1"], "handed over for later, no attempt counted"
        for one in services.deliveries(office.clerk, quick_one.id):
            services.deliver_webhook(f"{one.id}.0")
        assert {one.state for one in services.deliveries(office.clerk, quick_one.id)} == {"delivered"}
    finally:
        answers.set()
        for thread in threads:
            thread.join()
    deliver(office)
    told = services.deliveries(office.clerk, slow_one.id)
    assert [(one.state, one.attempts) for one in told] == [("delivered", 1)] * 3


def test_a_receiver_that_does_not_answer_rests_longer_each_time(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    outcome = Sent(problem="timeout")
    monkeypatch.setattr(webhook_delivery, "send", lambda url, *_: sent.append(url) or outcome)
    services = office.services
    services.add_webhook(office.clerk, "https://silent.example.org/", ["dossier.submitted"])
    for _ in range(2):
        deposited(office)
    deliver(office)
    assert len(sent) == 1, "the second is not tried while its receiver rests"
    waits = {one.due_at - office.clock.now for one in services.deliveries(office.clerk)}
    assert waits == {timedelta(seconds=10)} and {
        one.attempts for one in services.deliveries(office.clerk)
    } == {0, 1}
    office.clock.move(seconds=10)
    deliver(office)
    assert len(sent) == 2
    rested = [one for one in services.deliveries(office.clerk) if one.attempts < 2 and one.due_at]
    assert timedelta(seconds=20) in {one.due_at - office.clock.now for one in rested}
    office.clock.move(seconds=40)
    outcome = Sent(status=200)
    deliver(office)
    deliver(office)
    assert {one.state for one in services.deliveries(office.clerk)} == {"delivered"}


def test_a_redirection_is_not_followed(office: Office) -> None:
    with Receiver([302]) as inner, Receiver([302]) as receiver:
        receiver.location = inner.url
        office.services.add_webhook(office.clerk, receiver.url, ["dossier.submitted"])
        deposited(office)
        deliver(office)
        assert inner.received == []
    assert office.services.deliveries(office.clerk)[0].status == 302


def test_webhooks_are_their_owners_affair(office: Office) -> None:
    view, _ = office.services.add_webhook(office.clerk, "http://127.0.0.1:9/x", ["dossier.submitted"])
    assert office.services.webhooks(office.reviewer) == []
    for forbidden in (office.services.webhook, office.services.stop_webhook):
        with refused("unknown_webhook"):
            forbidden(office.reviewer, view.id)


def test_the_secret_stands_nowhere_in_the_database_as_it_is(office: Office) -> None:
    _, secret = office.services.add_webhook(office.clerk, "http://127.0.0.1:9/x", ["dossier.submitted"])
    kept = everything_kept(office.application.config)
    assert secret.encode() not in kept and secret.removeprefix("whsec_").encode() not in kept


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "https://localhost/",
        "https://office.local/x",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://192.168.1.1:8443/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[fd00::1]/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "https://127.1/",
        "https://0x7f.0.0.1/",
        "https://intranet/",
        "https://user:word@example.org/",
        "https://example.org\\@10.0.0.1/",
        "https://example.org/a b",
        "https://example.org:99999/",
        "ftp://example.org/",
        "//example.org/",
        "https:///x",
        "file:///etc/passwd",
        "",
        "https://" + "a" * 1000 + ".org/",
    ],
)
def test_addresses_inside_are_refused(url: str) -> None:
    with pytest.raises(InvalidValue, check=lambda error: error.code == "webhook_address"):
        check_address(url, private_allowed=False)


@pytest.mark.parametrize(
    "url", ["https://example.org/hook?a=1", "https://193.0.2.10:8443/", "https://cnss.ma"]
)
def test_public_addresses_are_taken(url: str) -> None:
    check_address(url, private_allowed=False)


@pytest.mark.parametrize("answers", [["10.0.0.8"], ["193.0.6.139", "127.0.0.1"], ["::1"]])
def test_a_name_that_leads_inside_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    found = [(None, None, None, "", (one, 443)) for one in answers]
    monkeypatch.setattr(webhook_sending.socket, "getaddrinfo", lambda *_a, **_k: found)
    monkeypatch.setattr(
        webhook_sending.socket, "create_connection", lambda *_a, **_k: pytest.fail("a connection was made")
    )
    sent = send("https://outside.example.org/", webhook_sending.new_secret(), "id", 1, b"{}", False)
    assert sent.problem == "address_refused"


def test_what_is_asked_must_exist(office: Office) -> None:
    with pytest.raises(InvalidValue, check=lambda error: error.code == "webhook_events"):
        office.services.add_webhook(office.clerk, "http://127.0.0.1:9/", ["dossier.eaten"])
    with pytest.raises(DossierError, check=lambda error: error.code == "unknown_webhook"):
        office.services.send_again(office.clerk, "nothing")


def test_whoever_sees_no_dossier_adds_no_address_that_would_never_hear_anything(office) -> None:
    for role in ("operator", "author"):
        blind = office.services.add_account(f"blind-{role}", "a long enough password", "Nobody", {role})
        with refused("not_allowed"):
            office.services.add_webhook(blind, "https://example.org/hook", ["dossier.submitted"])


def test_a_long_list_of_addresses_takes_no_more_questions_than_a_short_one(office) -> None:
    def asked() -> int:
        statements: list[str] = []
        engine = office.application.database.engine
        event.listen(engine, "before_cursor_execute", note := lambda *said: statements.append(said[2]))
        office.services.webhooks(office.clerk)
        event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    office.services.add_webhook(office.clerk, "https://example.org/0", ["dossier.submitted"])
    one = asked()
    for number in range(1, 5):
        office.services.add_webhook(office.clerk, f"https://example.org/{number}", ["dossier.submitted"])
    assert len(office.services.webhooks(office.clerk)) == 5
    assert asked() == one
