"""Accounts opened with a one-time code: the right person comes in, nobody learns who has an account."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from core.errors import InvalidValue
from core.localized_text import Language
from forms_service.registers import FileRegisters
from forms_service.services import account_opening
from forms_service.services.one_time_codes import MOST_WRONG, CodeGone, WrongCode
from forms_service.services.throttle import CODE_FROM, SIGN_IN_HERE, Limit, TooManyAttempts
from forms_service.storage.account_models import AttemptRow, HolderRow, LetterRow, OneTimeCodeRow
from forms_service.storage.models import AccountRow
from tests.services.post_room import PostRoom

REGISTERS = Path(__file__).resolve().parents[2] / "samples" / "registers"
PHONE, MAIL = "0612345678", "naima@exemple.ma"
PASSWORD = "quatre mots faciles ici"
NAIMA = {
    "registration": "١٢٣ ٤٥٦ ٧٨",
    "identity_number": "ab 123456",
    "birth": "05/03/1988",
    "last_name": "Fassi",
    "first_name": "نعيمة",
    "phone": "06 12 34 56 78",
    "channel": "sms",
}


@pytest.fixture
def post(office) -> PostRoom:
    return PostRoom(office.services)


def opened(office, post: PostRoom, **changed: str) -> str:
    code_id, problems = office.services.begin_opening({**NAIMA, **changed}, Language.AR)
    assert not problems, problems
    post.deliver(office.jobs.keys)
    return code_id


def test_a_code_by_sms_opens_an_account_with_what_was_said(office, post) -> None:
    code_id = opened(office, post)
    (letter,) = post.letters
    assert (letter.channel, letter.address, letter.language) == ("sms", PHONE, "ar")
    assert office.services.try_code(code_id, post.code_to(PHONE)) is None
    actor = office.services.finish_opening(code_id, PASSWORD)
    assert actor.roles == {"applicant"}
    assert office.services.authenticate("12345678", PASSWORD) == actor
    view = office.services.account(actor)
    assert (view.login, view.name, view.phone, view.email) == ("12345678", "نعيمة Fassi", PHONE, "")
    assert view.notify_by == {"sms"}
    with office.application.database.reading() as session:
        holder = session.get(HolderRow, actor.id)
    assert (holder.identity_number, holder.birth) == ("AB123456", "1988-03-05")


def test_a_code_by_e_mail_does_as_well(office, post) -> None:
    code_id = opened(office, post, phone="", email=MAIL, channel="email")
    assert post.letters[0].subject
    office.services.try_code(code_id, post.code_to(MAIL))
    assert office.services.account(office.services.finish_opening(code_id, PASSWORD)).email == MAIL


def test_only_an_address_that_was_proven_is_kept(office, post) -> None:
    code_id = opened(office, post, email=MAIL)
    office.services.try_code(code_id, post.code_to(PHONE))
    view = office.services.account(office.services.finish_opening(code_id, PASSWORD))
    assert (view.phone, view.email) == (PHONE, "")


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"registration": "1234567"}, {"registration"}),
        ({"registration": "1234567890"}, {"registration"}),
        ({"registration": ""}, {"registration"}),
        ({"identity_number": "ABCDEF"}, {"identity_number"}),
        ({"birth": "31/02/1988"}, {"birth"}),
        ({"birth": "05/03/2024"}, {"birth"}),
        ({"phone": "0522123456"}, {"phone"}),
        ({"phone": ""}, {"phone"}),
        ({"phone": "", "email": "nom@"}, {"email"}),
        ({"last_name": " ", "first_name": ""}, {"last_name", "first_name"}),
    ],
)
def test_what_cannot_be_is_told_in_both_languages_and_nothing_is_sent(office, post, changed, wrong) -> None:
    code_id, problems = office.services.begin_opening({**NAIMA, **changed}, Language.FR)
    assert (code_id, problems.keys()) == ("", wrong)
    assert all(one.ar and one.fr for one in problems.values())
    assert office.jobs.keys == []


def test_nobody_comes_in_without_the_code(office, post) -> None:
    code_id = opened(office, post)
    with pytest.raises(CodeGone):
        office.services.finish_opening(code_id, PASSWORD)
    right = post.code_to(PHONE)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    assert office.services.try_code(code_id, wrong) == WrongCode(MOST_WRONG - 1)
    with pytest.raises(CodeGone):
        office.services.finish_opening(code_id, PASSWORD)
    assert office.services.try_code(code_id, f"{right[:3]} {right[3:]}") is None


def test_a_code_is_tried_five_times_and_no_more(office, post) -> None:
    code_id = opened(office, post)
    right = post.code_to(PHONE)
    for left in range(MOST_WRONG - 1, -1, -1):
        assert office.services.try_code(code_id, "000000" if right != "000000" else "111111") == WrongCode(
            left
        )
    with pytest.raises(CodeGone):
        office.services.try_code(code_id, right)


def test_a_code_is_good_for_ten_minutes_and_once(office, post) -> None:
    old = opened(office, post)
    office.clock.move(minutes=10, seconds=1)
    with pytest.raises(CodeGone):
        office.services.try_code(old, post.code_to(PHONE))
    fresh = opened(office, post)
    assert office.services.try_code(fresh, post.code_to(PHONE)) is None
    office.services.finish_opening(fresh, PASSWORD)
    for again in (
        lambda: office.services.finish_opening(fresh, PASSWORD),
        lambda: office.services.try_code(fresh, "1"),
    ):
        with pytest.raises(CodeGone):
            again()


@pytest.mark.parametrize("purpose", ["opening", "reset"])
def test_a_password_sent_twice_by_a_double_click_lets_in_twice_and_does_the_work_once(
    office, post, purpose
) -> None:
    code_id = opened(office, post)
    office.services.try_code(code_id, post.code_to(PHONE), "this browser")
    actor = office.services.finish_opening(code_id, PASSWORD, "this browser")
    finish = office.services.finish_opening
    if purpose == "reset":
        office.clock.move(hours=1)
        code_id, _ = office.services.begin_reset("12345678", "sms", Language.AR)
        post.deliver(office.jobs.keys)
        office.services.try_code(code_id, post.code_to(PHONE), "this browser")
        finish = office.services.finish_reset
        assert finish(code_id, PASSWORD, "this browser") == actor
    told = len(office.jobs.keys)
    assert finish(code_id, PASSWORD, "this browser").id == actor.id
    assert len(office.jobs.keys) == told, "its holder is told once"
    for password, browser in (
        (PASSWORD, "another browser"),
        ("another long word", "this browser"),
        (PASSWORD, ""),
    ):
        with pytest.raises(CodeGone):
            finish(code_id, password, browser)
    office.clock.move(minutes=2)
    with pytest.raises(CodeGone):
        finish(code_id, PASSWORD, "this browser")


def test_passwords_sent_again_are_counted_and_hold_no_connection(office, post, monkeypatch) -> None:
    code_id = opened(office, post)
    office.services.try_code(code_id, post.code_to(PHONE), "this browser")
    actor = office.services.finish_opening(code_id, PASSWORD, "this browser")
    held = []

    def seen(_hash: str, password: str) -> bool:
        held.append(office.application.database.engine.pool.checkedout())
        return password == PASSWORD

    monkeypatch.setattr(account_opening, "verifies", seen)
    for _ in range(SIGN_IN_HERE.most + 1):
        assert office.services.finish_opening(code_id, PASSWORD, "this browser") == actor
    for _ in range(SIGN_IN_HERE.most):
        with pytest.raises(CodeGone):
            office.services.finish_opening(code_id, "another long word", "this browser")
    with pytest.raises(TooManyAttempts):
        office.services.finish_opening(code_id, PASSWORD, "this browser")
    assert len(held) == 2 * SIGN_IN_HERE.most + 1 and not any(held), "hashing takes its time"


def test_the_password_is_to_be_chosen_soon_after_the_code(office, post) -> None:
    code_id = opened(office, post)
    office.services.try_code(code_id, post.code_to(PHONE))
    office.clock.move(minutes=21)
    with pytest.raises(CodeGone):
        office.services.finish_opening(code_id, PASSWORD)


def test_a_copy_of_the_database_tells_neither_codes_nor_addresses(office, post) -> None:
    code_id, _ = office.services.begin_opening(NAIMA, Language.FR)
    with office.application.database.reading() as session:
        code = session.get(OneTimeCodeRow, code_id)
        (letter,) = session.scalars(select(LetterRow))
        subjects = set(session.scalars(select(AttemptRow.subject)))
    post.deliver(office.jobs.keys)
    digits = post.code_to(PHONE)
    for kept in (code.sealed, code.fingerprint, letter.sealed, *subjects):
        assert digits not in kept
        assert PHONE not in kept
        assert "12345678" not in kept
    with office.application.database.reading() as session:
        sent = session.get(LetterRow, letter.id)
    assert (sent.sealed, sent.problem) == (None, None)
    assert sent.sent_at == office.clock.now


# --- who has an account? ------------------------------------------------------------------------


def test_an_account_that_exists_is_told_by_message_only(office, post) -> None:
    """The stranger's answers and refusals are those of anybody; the holder hears of it."""
    code_id = opened(office, post)
    office.services.try_code(code_id, post.code_to(PHONE))
    office.services.finish_opening(code_id, PASSWORD)
    post.deliver(office.jobs.keys)
    post.letters.clear()
    strange = opened(office, post, phone="0677777777")
    unknown = opened(office, post, registration="999888777", phone="0688888888")
    (refused,) = post.to("0677777777")
    assert "«نسيت كلمة السر»" in refused.text
    assert "لديكم حساب من قبل" not in refused.text, (
        "who does not hold the address learns nothing of the account"
    )
    (told,) = post.to(PHONE)
    assert "بريد إلكتروني آخر" in told.text
    for code in (strange, unknown):
        assert office.services.try_code(code, "123456") == WrongCode(MOST_WRONG - 1)
    with office.application.database.reading() as session:
        assert [session.get(OneTimeCodeRow, one).usable for one in (strange, unknown)] == [False, True]


def test_not_even_the_right_digits_open_an_account_that_is_somebodys(office, post, monkeypatch) -> None:
    monkeypatch.setattr(type(office.services), "_may_come_in", lambda *_: True)
    digits = iter([424242])
    real = office.services.adapters.pick
    object.__setattr__(office.services.adapters, "pick", lambda n: next(digits) if n == 10**6 else real(n))
    code_id = opened(office, post, registration="123456782")
    assert office.services.try_code(code_id, "424242") == WrongCode(MOST_WRONG - 1)


def test_the_holder_hears_once_a_day_that_somebody_tries(office, post, naima) -> None:
    """A stranger cannot make somebody's telephone ring again and again."""
    for _ in range(3):
        opened(office, post, phone="0677777777")
    assert len(post.to(PHONE)) == 1
    office.clock.move(days=1, minutes=1)
    opened(office, post, phone="0677777777")
    assert len(post.to(PHONE)) == 2


def test_one_telephone_learns_of_a_few_numbers_a_day_only(office, post) -> None:
    """A code, or none, tells whoever holds it whether a number has an account: not of all numbers."""
    asked = 0
    with pytest.raises(TooManyAttempts) as wait:
        for asked in range(24):
            opened(office, post, registration=str(10_000_000 + asked))
            office.clock.move(minutes=30)
    assert asked == 8
    assert "demain" in wait.value.message.fr
    office.clock.move(hours=24)
    assert opened(office, post)


def test_the_holder_who_forgot_is_led_to_their_account(office, post) -> None:
    code_id = opened(office, post)
    office.services.try_code(code_id, post.code_to(PHONE))
    office.services.finish_opening(code_id, PASSWORD)
    opened(office, post)
    assert "لديكم حساب من قبل" in post.to(PHONE)[-1].text


def test_papers_at_the_agency_that_name_somebody_else_keep_the_account_shut(office, post) -> None:
    services = office.services
    dossier = services.open_dossier(office.clerk, "311-1-14", "ar", "12345678")
    services.answer(office.clerk, dossier, {"assured.id_no": "ZZ999999"})
    opened(office, post)
    assert "تعذر فتح الحساب" in post.to(PHONE)[-1].text
    services.answer(office.clerk, dossier, {"assured.id_no": "AB123456", "assured.birth": "05/03/1988"})
    opened(office, post)
    assert post.code_to(PHONE)


# --- limits -------------------------------------------------------------------------------------


def test_codes_are_not_sent_without_end(office, post) -> None:
    for _ in range(4):
        opened(office, post)
    with pytest.raises(TooManyAttempts) as wait:
        office.services.begin_opening({**NAIMA, "phone": "0611111111"}, Language.AR)
    assert "15" in wait.value.message.fr
    opened(office, post, registration="55566677")
    with pytest.raises(TooManyAttempts):
        for number in range(10_000_001, 10_000_010):
            opened(office, post, registration=str(number))
    office.clock.move(minutes=61)
    opened(office, post)


def test_one_place_of_the_network_is_limited_too(office, post) -> None:
    with pytest.raises(TooManyAttempts):
        for number in range(CODE_FROM.most + 1):
            person = {**NAIMA, "registration": str(10_000_000 + number), "phone": f"06{number:08d}"}
            office.services.begin_opening(person, Language.AR, "203.0.113.7")
    assert number == CODE_FROM.most


def test_codes_that_are_written_back_use_up_nothing_of_a_town_behind_one_address(
    office, post, monkeypatch
) -> None:
    few = Limit(CODE_FROM.name, 3, CODE_FROM.minutes)
    monkeypatch.setattr(account_opening, "CODE_FROM", few)
    for number in range(few.most * 2):
        phone = f"06{number:08d}"
        person = {**NAIMA, "registration": str(10_000_000 + number), "phone": phone}
        code_id, _ = office.services.begin_opening(person, Language.AR, "203.0.113.7")
        post.deliver(office.jobs.keys)
        assert office.services.try_code(code_id, post.code_to(phone)) is None
        assert office.services.finish_opening(code_id, PASSWORD)
    with pytest.raises(TooManyAttempts):
        for number in range(few.most + 1):
            person = {**NAIMA, "registration": str(20_000_000 + number), "phone": f"07{number:08d}"}
            office.services.begin_opening(person, Language.AR, "203.0.113.7")
    assert number == few.most


def test_another_code_takes_the_place_of_the_first(office, post) -> None:
    first = opened(office, post)
    old = post.code_to(PHONE)
    second = office.services.send_another_code(first)
    post.deliver(office.jobs.keys)
    with pytest.raises(CodeGone):
        office.services.try_code(first, old)
    assert office.services.try_code(second, post.code_to(PHONE)) is None
    assert office.services.finish_opening(second, PASSWORD).name == "نعيمة Fassi"


# --- forgotten, changed -------------------------------------------------------------------------


@pytest.fixture
def naima(office, post):
    code_id = opened(office, post)
    office.services.try_code(code_id, post.code_to(PHONE))
    actor = office.services.finish_opening(code_id, PASSWORD)
    post.deliver(office.jobs.keys)
    post.letters.clear()
    return actor


def test_a_forgotten_password_is_chosen_anew_and_ends_other_sessions(office, post, naima) -> None:
    begun, mark = office.clock.now, office.services.session_mark(naima)
    assert office.services.actor(naima.id, begun, mark=mark) == naima
    code_id, _ = office.services.begin_reset("12345678", "email", Language.FR)
    post.deliver(office.jobs.keys)
    assert office.services.try_code(code_id, post.code_to(PHONE)) is None
    assert office.services.finish_reset(code_id, "un tout autre mot de passe") == naima
    assert office.services.authenticate("12345678", PASSWORD) is None
    assert office.services.authenticate("12345678", "un tout autre mot de passe") == naima
    assert office.services.actor(naima.id, begun, mark=mark) is None
    assert office.services.actor(naima.id, begun, mark=office.services.session_mark(naima)) == naima
    post.deliver(office.jobs.keys)
    assert "تغيير كلمة السر" in post.to(PHONE)[-1].text


@pytest.mark.parametrize("login", ["999888777", "123456782", "agence"])
def test_nobody_learns_by_forgetting_whether_there_is_an_account(office, post, login) -> None:
    """Unknown; known but without any address; staff without one: a code is awaited all the same."""
    code_id, problems = office.services.begin_reset(login, "sms", Language.FR)
    assert code_id
    assert not problems
    assert len(office.jobs.keys) == 1, "as much is done as for somebody who has an account"
    post.deliver(office.jobs.keys)
    assert post.letters == []
    assert office.services.try_code(code_id, "123456") == WrongCode(MOST_WRONG - 1)
    with pytest.raises(CodeGone):
        office.services.finish_reset(code_id, PASSWORD)


@pytest.mark.parametrize(
    "weak",
    ["short", "12345678901", "azertyuiop", "aaaaaaaaaaaa", "12 345 678 !!", "0612345678", "1988-03-05"],
)
def test_passwords_that_others_guess_are_refused(office, post, weak) -> None:
    code_id = opened(office, post)
    office.services.try_code(code_id, post.code_to(PHONE))
    with pytest.raises(InvalidValue) as refused:
        office.services.finish_opening(code_id, weak)
    assert refused.value.code == "weak_password"
    assert refused.value.message.ar
    assert office.services.finish_opening(code_id, PASSWORD), "the code still serves"


def test_changing_the_password_takes_the_current_one(office, post, naima) -> None:
    with pytest.raises(InvalidValue) as wrong:
        office.services.change_password(naima, "guess guess guess", "nouveau mot de passe")
    assert wrong.value.code == "wrong_password"
    office.services.change_password(naima, PASSWORD, "nouveau mot de passe")
    assert office.services.authenticate("12345678", "nouveau mot de passe") == naima


def test_a_new_mailbox_counts_once_its_code_came_back(office, post, naima) -> None:
    services = office.services
    assert services.begin_address_change(naima, "email", "pas une adresse", PASSWORD, Language.FR)[1]
    code_id, _ = services.begin_address_change(naima, "email", MAIL, PASSWORD, Language.FR)
    post.deliver(office.jobs.keys)
    assert services.account(naima).email == ""
    assert services.try_code(code_id, post.code_to(MAIL)) is None
    with pytest.raises(CodeGone):
        services.finish_address_change(office.neighbour, code_id)
    assert services.finish_address_change(naima, code_id).email == MAIL
    post.deliver(office.jobs.keys)
    assert "أضيف" in post.to(PHONE)[-1].text
    assert post.to(MAIL)[-1].text.count(post.code_to(MAIL)), "the new address had nothing but its code"


def test_only_the_address_that_is_replaced_is_told_that_it_is(office, post, naima) -> None:
    """One that stays is never told that this was the last message to it."""
    for channel, address in (("email", MAIL), ("sms", "0699887766"), ("sms", "0699887766")):
        code_id, _ = office.services.begin_address_change(naima, channel, address, PASSWORD, Language.FR)
        post.deliver(office.jobs.keys)
        office.services.try_code(code_id, post.code_to(address))
        post.letters.clear()
        office.services.finish_address_change(naima, code_id)
        told = list(office.jobs.keys)
        post.deliver(office.jobs.keys)
        if address == MAIL:
            continue
        if told:
            (old,), (stays,) = post.to(PHONE), post.to(MAIL)
            assert "لم يعد هذا الرقم مسجلا" in old.text
            assert "يبقى مسجلا" in stays.text
            assert "لن يُرسل" not in stays.text
        assert post.to("0699887766") == [], "the same number again changes nothing, and nobody is told"
    assert told == []


def test_a_change_nobody_made_sends_an_applicant_to_the_agency_and_a_colleague_to_a_superior(
    office, post, naima
) -> None:
    services = office.services
    for roles, whom in ((["applicant"], "وكالتكم"), (["clerk"], "مسؤولكم")):
        with services.database.writing() as session:
            session.get_one(AccountRow, naima.id).roles = roles
            session.flush()
            services._tell_holder(session, naima.id, "second_step_added")
        post.deliver(office.jobs.keys)
        assert f"فأخبروا {whom} فورا" in post.to(PHONE)[-1].text


def test_notices_go_only_where_there_is_an_address(office, post, naima) -> None:
    view = office.services.set_notifications(naima, ["sms", "email", "pigeon"], Language.FR)
    assert (view.notify_by, view.language) == ({"sms"}, Language.FR)
    assert office.services.set_notifications(naima, [], Language.FR).notify_by == frozenset()


@pytest.mark.parametrize(
    ("said", "comes_in"),
    [
        ({}, True),
        ({"identity_number": "AB123456"}, False),
        ({"birth": "24/01/1979"}, False),
        ({"phone": PHONE}, False),
        ({"phone": "", "email": MAIL, "channel": "email"}, False),
    ],
)
def test_a_number_the_fund_knows_is_opened_by_whom_it_belongs_to(office, post, said, comes_in) -> None:
    object.__setattr__(office.services.adapters, "registers", FileRegisters(REGISTERS))
    known = {"registration": "317725048", "identity_number": "X204518", "birth": "23/01/1979"}
    opened(office, post, **{**known, "phone": "0661234567", **said})
    (letter,) = post.letters
    assert bool(re.search(r"\d{6}", letter.text)) is comes_in
