"""A person at the counter is found by number, reference or name, however it is written."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from core.localized_text import Language
from forms_service.storage import name_index
from forms_service.storage.models import AccountRow, DossierRow
from forms_service.storage.office_models import NameWordRow
from forms_service.storage.pinning import pin_what_lay_open
from tests.services.conftest import PASSWORD

PEOPLE = {
    "111222333": ("Bennani", "Youssef", "بناني", "يوسف"),
    "222333444": ("El Amrani", "Fatima Zahra", "العمراني", "فاطمة الزهراء"),
    "333444555": ("Benjelloun", "Khadija", "بنجلون", "خديجة"),
}


@pytest.fixture
def found(office):
    ids = {}
    for number, (last, first, last_ar, first_ar) in PEOPLE.items():
        dossier = office.services.open_dossier(office.clerk, "311-1-14", "ar", for_registration=number)
        answers = {
            "assured.last": last,
            "assured.first": first,
            "assured.last.ar": last_ar,
            "assured.first.ar": first_ar,
        }
        office.services.answer(office.clerk, dossier, answers)
        ids[dossier] = last

    def find(query: str) -> list[str]:
        return [ids[one.id] for one in office.services.find_dossiers(office.clerk, query)]

    return find


@pytest.mark.parametrize(
    "query",
    ["Bennani", "benani", "BENN", "بناني", "Youssef Bennani", "bennani yousef", "يوسف بناني", "Yusuf Benani"],
)
def test_one_name_is_found_however_it_is_spelled(found, query: str) -> None:
    assert found(query) == ["Bennani"]


@pytest.mark.parametrize("query", ["ben jelloun", "Benjaloun", "jelloun", "بن جلون", "khadija benjelloun"])
def test_a_name_in_one_word_is_found_when_written_as_two(found, query: str) -> None:
    assert found(query) == ["Benjelloun"]


@pytest.mark.parametrize(
    "query", ["zahra amrani", "El Amrani", "العمراني", "الزهراء عمراني", "amrani fatima"]
)
def test_words_may_come_in_any_order_and_without_their_article(found, query: str) -> None:
    assert found(query) == ["El Amrani"]


def test_part_of_a_number_or_of_a_reference_is_enough(office, found) -> None:
    assert found("222333") == ["El Amrani"]
    assert found("٢٢٢٣٣٣") == ["El Amrani"]
    line = office.services.find_dossiers(office.clerk, "333444555")[0]
    bare = line.reference.replace("-", "").lower()
    assert found(bare) == found(bare[:6]) == found(line.reference) == ["Benjelloun"]


@pytest.mark.parametrize("query", ["Tazi", "Bennani Fatima", "999", "%", "' or 1=1"])
def test_nobody_else_is_found(found, query: str) -> None:
    assert found(query) == []


def test_a_corrected_name_replaces_the_wrong_one(office, found) -> None:
    (line,) = office.services.find_dossiers(office.clerk, "Bennani")
    office.services.answer(office.clerk, line.id, {"assured.last": "Tahiri", "assured.last.ar": "الطاهري"})
    assert found("Bennani") == []
    assert found("الطاهري") == found("Tahiri") == ["Bennani"]


def test_a_frequent_name_hides_no_rare_one(office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where more people share each word than a search looks at."""
    monkeypatch.setattr(name_index, "_MOST_CANDIDATES", 4)
    names = [
        *(f"Mohamed Tazi{n}" for n in range(6)),
        *(f"Omar{n} Bennani" for n in range(6)),
        "Mohamed Bennani",
    ]
    with office.application.database.writing() as session:
        spec = office.application.catalogue.get("311-1-14")
        for name in names:
            row = office.services.new_dossier(session, office.clerk, spec, Language.AR, None)
            row.owner_name = name
            name_index.NameIndex(session).put(row.id, name_index.OWNER, name)
    found = office.services.find_dossiers(office.clerk, "Bennani Mohamed")
    assert [one.owner_name for one in found] == ["Mohamed Bennani"]


def test_names_and_numbers_written_before_they_were_sealed_are_found_after_a_start(office, found) -> None:
    """As the version before left them: the words in clear, without their first letters."""
    database = office.application.database
    with database.writing() as session:
        words = session.execute(select(NameWordRow.id, NameWordRow.word, NameWordRow.sound)).all()
        for key, word, sound in words:
            clear = {"k": key, "w": word, "s": sound}
            session.execute(
                text("update name_word set word = :w, sound = :s, start = '', stem = '' where id = :k"), clear
            )
        for row in session.scalars(select(DossierRow)).all():
            clear = {"k": row.id, "n": row.registration}
            session.execute(
                text("update dossier set registration = :n, registration_stem = '' where id = :k"), clear
            )
        for row in session.scalars(select(AccountRow)).all():
            clear = {"k": row.id, "n": row.login}
            session.execute(text("update account set login = :n, login_stem = '' where id = :k"), clear)
        session.execute(text("delete from account_word"))
    assert found("Bennani") == found("222333") == [], "nobody is found by what lies open"
    assert pin_what_lay_open(database) > 20
    assert pin_what_lay_open(database) == 0
    assert found("benani") == ["Bennani"] and found("222333") == ["El Amrani"]
    assert office.services.sign_in("123456782", PASSWORD).name == "Fatima Amrani"
    assert [one.name for one in office.services.accounts_without_dossier(office.clerk, "fatima")] == [
        "Fatima Amrani"
    ]


def test_a_holder_is_found_by_the_name_they_have_now(office) -> None:
    database = office.application.database
    with database.writing() as session:
        session.get_one(AccountRow, office.applicant.id).name = "Fatima Zerhouni"
    find = office.services.accounts_without_dossier
    assert find(office.clerk, "amrani") == []
    assert [one.name for one in find(office.clerk, "zerhouni")] == ["Fatima Zerhouni"]
    assert [one.name for one in find(office.clerk, "1234567")] == ["Fatima Zerhouni"]
