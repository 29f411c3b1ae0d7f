"""The newsletter goes to mailboxes whose owners said so, in their language, and stops when they say so."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from core.errors import DossierError, InvalidValue
from core.localized_text import Language, LocalizedText
from forms_service.services.throttle import TooManyAttempts
from forms_service.storage.newsletter_models import SubscriberRow
from tests.services.conftest import Office
from tests.services.post_room import PostRoom

MAIL = "naima@exemple.ma"
SUBJECT, TEXT = LocalizedText("جديد", "Du nouveau"), LocalizedText("نص النشرة", "Le texte")


@pytest.fixture
def post(office: Office) -> PostRoom:
    return PostRoom(office.services)


def link(office: Office, post: PostRoom, act: str, address: str = MAIL) -> str:
    post.deliver(office.jobs.keys)
    found = re.search(rf"/newsletter/{act}/(\S+)", post.to(address)[-1].text)
    assert found
    return found[1].strip("\u2066\u2069")


def operator(office: Office):
    return office.services.add_account("pilotage", "a long enough password", "Pilotage", {"operator"})


def test_only_confirmed_mailboxes_get_an_issue_each_in_its_language(office: Office, post: PostRoom) -> None:
    boss = operator(office)
    for address, language in (
        (MAIL, Language.AR),
        ("omar@exemple.ma", Language.FR),
        ("x@exemple.ma", Language.FR),
    ):
        office.services.ask_newsletter(address, language)
        if not address.startswith("x"):
            assert office.services.join_newsletter(link(office, post, "join", address))
    post.deliver(office.jobs.keys)
    post.letters.clear()
    assert office.services.subscribers(boss) == 2
    assert office.services.send_newsletter(boss, SUBJECT, TEXT) == 2
    post.deliver(office.jobs.keys)
    assert {one.address for one in post.letters} == {MAIL, "omar@exemple.ma"}
    assert "\u2066نص" not in post.to(MAIL)[-1].text, "Arabic sentences run from the right"
    assert "نص النشرة" in post.to(MAIL)[-1].text and "Le texte" in post.to("omar@exemple.ma")[-1].text


def test_leaving_by_the_link_of_an_issue_forgets_the_mailbox(office: Office, post: PostRoom) -> None:
    boss = operator(office)
    office.services.ask_newsletter(MAIL, Language.AR)
    office.services.join_newsletter(link(office, post, "join"))
    office.services.send_newsletter(boss, SUBJECT, TEXT)
    leave = link(office, post, "leave")
    assert office.services.leave_newsletter(leave) and office.services.leave_newsletter(leave)
    assert office.services.subscribers(boss) == 0


def test_a_link_serves_for_what_it_was_made_and_strangers_make_none(office: Office, post: PostRoom) -> None:
    office.services.ask_newsletter(MAIL, Language.AR)
    join = link(office, post, "join")
    assert not office.services.leave_newsletter(join)
    assert not office.services.join_newsletter("forged")
    assert office.services.join_newsletter(join)


def test_a_mailbox_that_nobody_confirmed_is_forgotten(office: Office, post: PostRoom) -> None:
    office.services.ask_newsletter(MAIL, Language.AR)
    late = link(office, post, "join")
    office.clock.move(days=4)
    assert not office.services.join_newsletter(late)
    office.services.ask_newsletter("omar@exemple.ma", Language.FR)
    with office.application.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SubscriberRow)) == 1


def test_nobody_s_mailbox_is_filled_by_others(office: Office) -> None:
    with pytest.raises(TooManyAttempts):
        for _ in range(10):
            office.services.ask_newsletter(MAIL, Language.AR, "10.0.0.1")
    with pytest.raises(InvalidValue):
        office.services.ask_newsletter("no address", Language.AR)


def test_only_operators_send_and_both_languages_are_needed(office: Office) -> None:
    with pytest.raises(DossierError):
        office.services.send_newsletter(office.clerk, SUBJECT, TEXT)
    with pytest.raises(InvalidValue):
        office.services.send_newsletter(operator(office), SUBJECT, LocalizedText("نص", " "))
