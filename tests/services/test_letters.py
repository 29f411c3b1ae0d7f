"""Messages are sent once their transaction commits, and again and again until they have left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.errors import DossierError
from core.localized_text import Language
from forms_service.locales import say, sentences
from forms_service.sending import Letter, NotSent
from forms_service.services.letters import DELAYS_S, worded
from forms_service.storage.account_models import HolderRow, LetterRow
from tests.services.post_room import PostRoom

OCCASIONS = sorted(
    {code.split(".")[1] for code in sentences() if code.startswith("letter.") and code.endswith(".sms")}
    | {code.split(".")[1] for code in sentences() if code.startswith("letter.") and code.endswith(".subject")}
)


@pytest.fixture
def post(office) -> PostRoom:
    return PostRoom(office.services)


def write(office, **more) -> None:
    values = {"reference": "7K3Q-9XMB-2FTR", "address": "http://127.0.0.1:8000/ar/", "first_name": "نعيمة"}
    with office.application.database.writing() as session:
        office.services.write_letter(
            session,
            channel="email",
            address="naima@exemple.ma",
            language=Language.AR,
            occasion="accepted",
            values=values,
            **more,
        )


def kept(office) -> LetterRow:
    with office.application.database.reading() as session:
        (row,) = session.scalars(select(LetterRow))
    return row


def test_a_message_of_a_transaction_that_fails_is_never_sent(office, post) -> None:
    with pytest.raises(KeyError), office.application.database.writing() as session:
        office.services.write_letter(
            session, channel="sms", address="06", language=Language.FR, occasion="password_changed", values={}
        )
        raise KeyError
    assert office.jobs.keys == []


def test_a_dead_mail_server_loses_nothing(office, post, monkeypatch) -> None:
    delays = []
    enqueue = office.jobs.enqueue

    def noting(session, task, key, delay_seconds=0.0):
        delays.append(delay_seconds)
        enqueue(session, task, key)

    monkeypatch.setattr(office.jobs, "enqueue", noting)
    post.failures += [NotSent("ConnectionRefusedError")] * 3
    write(office)
    for tries in range(1, 4):
        post.deliver(office.jobs.keys)
        row = kept(office)
        assert (row.tries, row.problem, row.sent_at) == (tries, "ConnectionRefusedError", None)
    assert delays == [0.0, *DELAYS_S[:3]]
    post.deliver(office.jobs.keys)
    (letter,) = post.letters
    assert letter.address == "naima@exemple.ma"
    row = kept(office)
    assert (row.sealed, row.sent_at) == (None, office.clock.now)


def test_running_a_job_again_sends_nothing_again(office, post) -> None:
    write(office)
    (key,) = office.jobs.keys
    for _ in range(3):
        office.services.send_letter(key)
    assert len(post.letters) == 1


def test_an_attempt_that_was_overtaken_sends_nothing(office, post) -> None:
    post.failures.append(NotSent("down"))
    write(office)
    (first,) = office.jobs.keys
    post.deliver(office.jobs.keys)
    office.services.send_letter(first)
    assert post.letters == []
    post.deliver(office.jobs.keys)
    assert len(post.letters) == 1


def test_an_address_that_does_not_exist_is_given_up_at_once(office, post) -> None:
    post.failures.append(NotSent("recipient refused", for_good=True))
    write(office)
    post.deliver(office.jobs.keys)
    row = kept(office)
    assert (row.given_up_at, row.sealed, row.problem) == (office.clock.now, None, "recipient refused")
    assert office.jobs.keys == []


def test_what_came_too_late_is_not_sent(office, post) -> None:
    write(office, worth=timedelta(minutes=10))
    office.clock.move(minutes=11)
    post.deliver(office.jobs.keys)
    assert post.letters == []
    assert kept(office).problem == "too late"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("channel", ["sms", "email"])
@pytest.mark.parametrize("occasion", OCCASIONS)
def test_every_message_is_whole_and_short_enough(occasion: str, channel: str, language: Language) -> None:
    values = {
        "reference": "7K3Q-9XMB-2FTR",
        "address": "https://formulaires.exemple.ma/ar/dossiers/x",
        "first_name": "Naima",
        "digits": "123456",
        "number": "204817365",
        "password": "abcd-efgh-jkmn",
        "question": "Quand ?",
        "subject": "Du nouveau",
        "text": "Une phrase.",
        "minutes": "10",
        "whom": say("letter.whom.staff", language),
    }
    said = worded(occasion, channel, language, values)
    assert "{" not in said["subject"] + said["text"]
    if channel == "sms":
        assert said["subject"] == ""
        assert len(said["text"]) <= (134 if language is Language.AR else 153 * 2), "at most two parts"
    else:
        assert said["subject"]
        assert "Naima" in said["text"]


def test_six_digits_and_references_read_from_the_left_in_arabic() -> None:
    said = worded("code_open", "sms", Language.AR, {"digits": "123456", "minutes": "10"})
    assert "\u2066123456\u2069" in said["text"]


# --- notices ------------------------------------------------------------------------------------


@pytest.fixture
def reached(office, post):
    """The applicant has a telephone and a mailbox, and wants to be told by SMS, in Arabic."""
    with office.application.database.writing() as session:
        session.add(
            HolderRow(
                account_id=office.applicant.id,
                first_name="فاطمة",
                phone="0612345678",
                email="fatima@exemple.ma",
                language="ar",
                notify_by=["sms"],
            )
        )
    return office.applicant


def sent(office, post) -> list[Letter]:
    post.deliver([key for key in office.jobs.keys if "." in key])
    office.jobs.keys.clear()
    found = post.letters[:]
    post.letters.clear()
    return found


def told(office, post) -> list[str]:
    return [one.text for one in sent(office, post)]


def test_every_step_of_a_request_is_told_once_without_personal_details(office, post, reached) -> None:
    services = office.services
    dossier = office.open()
    services.answer(office.applicant, dossier, {"assured.last": "Amrani", "assured.id_no": "AB123456"})
    assert told(office, post) == []
    reference = services.deposit(office.applicant, dossier, True).reference
    services.deposit(office.applicant, dossier, True)
    (deposited,) = told(office, post)
    assert reference in deposited
    services.start_review(office.reviewer, dossier)
    services.start_review(office.reviewer, dossier)
    (review,) = told(office, post)
    services.request_correction(
        office.reviewer, dossier, ["assured.city"], [], "Indiquez la ville, Madame Amrani."
    )
    (asked,) = told(office, post)
    services.answer(office.applicant, dossier, {"assured.city": "Fès"})
    services.deposit(office.applicant, dossier, True)
    (corrected,) = told(office, post)
    services.start_review(office.reviewer, dossier)
    services.decide(office.reviewer, dossier, "refused", "Pas de droit ouvert.")
    said = [*told(office, post), deposited, review, asked, corrected]
    assert len(said) == 6
    for text in said:
        assert not any(detail in text for detail in ("Amrani", "AB123456", "Indiquez", "droit", "رفض"))


def test_notices_speak_the_language_and_take_the_channels_of_the_account(office, post, reached) -> None:
    office.services.set_notifications(reached, ["email"], Language.FR)
    dossier = office.open()
    office.services.deposit(office.applicant, dossier, True)
    (letter,) = sent(office, post)
    assert (letter.channel, letter.address, letter.language) == ("email", "fatima@exemple.ma", "fr")
    assert letter.text.startswith("Bonjour فاطمة,")
    assert f"/fr/dossiers/{dossier}/status" in letter.text
    office.services.set_notifications(reached, [], Language.FR)
    office.services.start_review(office.reviewer, dossier)
    assert sent(office, post) == []


def test_a_dossier_tells_which_messages_left(office, post, reached) -> None:
    dossier = office.open()
    reference = office.services.deposit(office.applicant, dossier, True).reference
    (waiting,) = office.services.notices(office.applicant, dossier)
    assert (waiting.channel, waiting.sent_at, waiting.given_up) == ("sms", None, False)
    assert reference in waiting.subject.fr
    post.failures.append(NotSent("no such number", for_good=True))
    sent(office, post)
    office.services.start_review(office.reviewer, dossier)
    sent(office, post)
    first, second = office.services.notices(office.applicant, dossier)
    assert (first.given_up, second.sent_at) == (True, office.clock.now)
    with pytest.raises(DossierError):
        office.services.notices(office.neighbour, dossier)


def test_a_draw_for_a_check_is_told_with_the_deposit(make_office) -> None:
    office = make_office(physical_check_rate=1.0)
    post = PostRoom(office.services)
    with office.application.database.writing() as session:
        session.add(HolderRow(account_id=office.applicant.id, phone="0612345678", notify_by=["sms"]))
    dossier = office.open()
    office.services.deposit(office.applicant, dossier, True)
    (text,) = told(office, post)
    assert "للمراقبة المادية" in text
    office.services.receive_paper(office.clerk, dossier)
    (text,) = told(office, post)
    assert "الملف الورقي" in text
