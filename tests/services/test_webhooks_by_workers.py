"""A real worker sends a real message until it arrives."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from forms_service.bootstrap import build
from forms_service.first_look import NoLook
from tests.backends import Backend, environment_of
from tests.services.webhook_receiver import Receiver, is_genuine
from tests.started_quickly import HURRIED_WORKER, start

PASSWORD = "a long enough password"


def test_a_worker_sends_a_message_again_until_the_receiver_has_it_while_another_is_slow(
    tmp_path: Path, backend: Backend
) -> None:
    """After a pause; how pauses grow is proved where nobody has to wait for them."""
    config = backend.config(tmp_path / "var", webhook_private=True, webhook_pause_s=1.0)
    application = build(config, draw=lambda: 1.0, first_look=NoLook())
    services = application.services
    applicant = services.add_account("123456782", PASSWORD, "Fatima Amrani", {"applicant"})
    told = {"FORMS_WEBHOOK_PRIVATE": "1", "FORMS_WEBHOOK_PAUSE_SECONDS": "1"}
    slow_one = Receiver(may_answer=threading.Event())
    with slow_one, Receiver([500, 204]) as receiver:
        slow, _ = services.add_webhook(applicant, slow_one.url, ["dossier.opened"])
        _, secret = services.add_webhook(applicant, receiver.url, ["dossier.submitted"])
        dossier = services.open_dossier(applicant, "310-1-32", "fr")
        services.deposit(applicant, dossier, True)
        worker = start(HURRIED_WORKER, environment={**environment_of(config), **told})
        try:
            limit = time.monotonic() + 240
            while not receiver.received:
                assert time.monotonic() < limit and worker.poll() is None, services.deliveries(applicant)
                time.sleep(0.05)
            (held,) = services.deliveries(applicant, slow.id)
            assert (held.state, held.attempts) == ("waiting", 0), "told before the slow one gave up"
            slow_one.may_answer.set()
            while services.deliveries(applicant)[0].state != "delivered":
                assert time.monotonic() < limit and worker.poll() is None, services.deliveries(applicant)
                time.sleep(0.05)
        finally:
            slow_one.may_answer.set()
            worker.terminate()
            worker.wait(timeout=60)
            application.close()
    assert len(receiver.received) == 2 and all(is_genuine(one, secret) for one in receiver.received)
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert second.at_s - first.at_s >= 0.95, "a pause of a second"
