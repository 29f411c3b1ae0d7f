"""Facts from words whose reading is given: no recogniser runs here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from core.document_types import DocumentTypes
from core.rib import rib_key
from forms_service.ocr.attachments import numbers
from forms_service.ocr.attachments.facts import ReadFact, read_facts, reader_of
from forms_service.ocr.attachments.page_reading import ReadPage
from forms_service.ocr.attachments.reader import _asked_or_surest, _fact_warnings
from forms_service.ocr.attachments.recognition import Recognition
from forms_service.ocr.attachments.validity import valid_until
from forms_service.ocr.attachments.writing import PageWriting
from forms_service.ocr.page_text import PageText, PageWord
from forms_service.spec_catalogue import SpecCatalogue

ON = date(2026, 3, 1)
RIB = "007810000123456789012345"


@pytest.fixture(scope="module")
def types() -> DocumentTypes:
    return SpecCatalogue.load().types


def page(french: list[str], arabic: list[str] = []) -> PageWriting:  # noqa: B006
    writing = PageWriting(np.full((1000, 1000), 255, np.uint8), _text(french))
    writing.__dict__["arabic"] = _text(arabic, rtl=True)
    return writing


def _text(lines: list[str], *, rtl: bool = False) -> PageText:
    """Words of 10 px a character; ``||`` leaves a wide gap."""
    words = []
    for number, line in enumerate(lines):
        at = 0
        for word in line.split():
            if word == "||":
                at += 200
                continue
            width = 10 * len(word)
            left = 900 - at - width if rtl else at
            words.append(PageWord(word, 0.95, (number, 1, 1), left, 40 * number, width, 20))
            at += width + 8
    return PageText(tuple(words))


def numbered(*pages: PageWriting) -> list[ReadPage]:
    return [ReadPage(number, page) for number, page in enumerate(pages, start=1)]


def facts(types: DocumentTypes, class_id: str, *pages: PageWriting) -> dict[str, object]:
    found = read_facts(numbered(*pages), types.classes[class_id], ON)
    return {name: fact.value for name, fact in found.items()}


def test_every_declared_fact_has_a_reader(types: DocumentTypes) -> None:
    unread = {
        (look.id, fact.id)
        for look in types.classes.values()
        for fact in look.facts
        if not reader_of(look.id, fact.id)
    }
    assert unread == set()


@pytest.mark.parametrize(
    ("class_id", "french", "fact", "value"),
    [
        (
            "activity_proof",
            ["TEXTILES DU DETROIT", "Tanger", "CERTIFICAT DE TRAVAIL", "Nous certifions que"],
            "employer",
            "TEXTILES DU DETROIT",
        ),
        ("activity_proof", ["BULLETIN DE PAIE", "Employeur : Atlas SARL"], "employer", "Atlas SARL"),
        ("activity_proof", ["ROYAUME DU MAROC", "Ministère des Finances", "TAXE PROFESSIONNELLE"], "employer", None),
        (
            "school_certificate",
            ["ROYAUME DU MAROC", "Université Hassan II", "Faculté des Sciences", "ATTESTATION D'INSCRIPTION"],
            "school",
            "Faculté des Sciences",
        ),
        ("school_certificate", ["CERTIFICAT DE SCOLARITE", "Établissement : Lycée Atlas"], "school", "Lycée Atlas"),
        ("school_certificate", ["Le Directeur du centre", "CERTIFICAT DE SCOLARITE"], "school", None),
        ("school_certificate", ["P/ La Directrice de l'école", "CERTIFICAT DE SCOLARITE"], "school", None),
        (
            "school_certificate",
            ["Centre de formation Atlas", "Le Directeur du centre", "CERTIFICAT DE SCOLARITE"],
            "school",
            "Centre de formation Atlas",
        ),
        ("activity_proof", ["Karim TAZI", "12, rue des Orangers", "ATTESTATION DE TRAVAIL"], "employer", None),
        ("activity_proof", ["ATLAS TEXTILE", "12, rue des Orangers", "ATTESTATION"], "employer", "ATLAS TEXTILE"),
        ("bank_attestation", ["BANQUE DES OASIS", "RELEVE", "Titulaire : Ali Alami"], "bank", "BANQUE DES OASIS"),
    ],
)  # fmt: skip
def test_who_wrote_a_paper(
    types: DocumentTypes, class_id: str, french: list[str], fact: str, value: str | None
) -> None:
    assert facts(types, class_id, page(french)).get(fact) == value


CARD = ["CAISSE NATIONALE DE SECURITE SOCIALE", "N° 123456789"]


def test_the_day_a_card_was_issued_is_nobodys_birth(types: DocumentTypes) -> None:
    found = facts(types, "cnss_card", page([*CARD, "KARIM TAZI", "Délivrée le 12/03/2008"]))
    assert found["issued"] == "2008-03-12"
    assert "birth" not in found


@pytest.mark.parametrize("office", ["DIRECTION GENERALE", "LE CHEF DE SERVICE", "AGENCE DE RABAT"])
def test_an_office_on_a_card_is_nobodys_name(types: DocumentTypes, office: str) -> None:
    look = types.classes["cnss_card"]
    assert "name" not in read_facts(numbered(page([*CARD, office])), look, ON)
    name = read_facts(numbered(page([*CARD, office, "KARIM TAZI"])), look, ON)["name"]
    assert name.value == "KARIM TAZI"
    assert name.confidence <= 0.6, "nothing on the card calls it a name"


def test_a_bank_without_letters_is_named_by_its_account(types: DocumentTypes) -> None:
    account = "230780" + "0" * 15 + "1"
    account += rib_key(account)
    assert facts(types, "cheque_specimen", page([f"RIB {account}"]))["bank"] == "CIH Bank"
    other = "999" + account[3:22]
    assert "bank" not in facts(types, "cheque_specimen", page([f"RIB {other}{rib_key(other)}"]))


def test_a_birth_extract_is_read_in_both_scripts(types: DocumentTypes) -> None:
    extract = page(
        ["Acte N° : 245 || x", "Prénom : Salma", "Nom : El Idrissi", "Date de naissance : 2 septembre 1995",
         "Fille de : Ahmed", "et de : Fatna", "Délivré à Fès, le 15/01/2026"],
        ["الاسم الشخصي : سلمى", "الاسم العائلي : الإدريسي", "تاريخ الازدياد : 2 شتنبر 1995", "بنت : أحمد", "و : فاطنة"],
    )  # fmt: skip
    assert facts(types, "birth_extract", extract) == {
        "act": "245", "first": "Salma", "last": "El Idrissi", "birth": "1995-09-02", "father": "Ahmed",
        "mother": "Fatna", "issued": "2026-01-15", "first.ar": "سلمى", "last.ar": "الإدريسي",
        "father.ar": "أحمد", "mother.ar": "فاطنة",
    }  # fmt: skip


def test_a_marriage_tells_births_event_and_writing_apart(types: DocumentTypes) -> None:
    act = page(
        ["ACTE DE MARIAGE"],
        ["تزوج السيد عمر بناني، المزداد بتاريخ 3 ماي 1980 بفاس", "بالسيدة ليلى التازي، المزدادة بتاريخ 9 يونيو 1984",
         "وذلك بتاريخ 12 غشت 2008", "وحرر بتاريخ 15 يناير 2026 بفاس"],
    )  # fmt: skip
    read = facts(types, "marriage_act", act)
    assert read["married"] == "2008-08-12"
    assert read["issued"] == "2026-01-15"
    assert (read["husband.ar"], read["wife.ar"]) == ("عمر بناني", "ليلى التازي")


def test_a_rate_is_read_only_beside_its_own_words(types: DocumentTypes) -> None:
    judgment = page(["remise de 20 % accordée", "", "une incapacité permanente (IPP) au taux de 75 %"])
    assert facts(types, "ipp_judgment", judgment)["ipp_rate"] == 75


def test_rates_that_contradict_each_other_are_doubtful(types: DocumentTypes) -> None:
    judgment = page(["IPP au taux de 75 %"], ["نسبة العجز 15 في المائة"])
    rate = read_facts(numbered(judgment), types.classes["ipp_judgment"], ON)["ipp_rate"]
    assert rate.confidence <= 0.5


def test_years_underground_in_either_language(types: DocumentTypes) -> None:
    assert (
        facts(types, "miner_certificate", page(["soit 8 ans de travail au fond"]))["years_underground"] == 8
    )
    arabic = page([], ["7 سنوات من العمل في باطن الأرض"])
    assert facts(types, "miner_certificate", arabic)["years_underground"] == 7


def test_an_account_in_the_cells_of_a_table(types: DocumentTypes) -> None:
    table = page([f"{RIB[:3]} || {RIB[3:6]} || {RIB[6:22]} || {RIB[22:]}"])
    assert facts(types, "bank_attestation", table)["rib"] == RIB


def test_an_account_with_a_wrong_key_is_left_out(types: DocumentTypes) -> None:
    assert "rib" not in facts(types, "bank_attestation", page(["RIB 007 810 0001234567890123 46"]))


def test_two_accounts_are_nobodys_certainty(types: DocumentTypes) -> None:
    other = "999274183706419079113168"
    assert "rib" not in facts(types, "bank_attestation", page([f"RIB {RIB}", f"RIB {other}"]))


@pytest.mark.parametrize(
    ("text", "expected"), [("2025/2026", "2025/2026"), ("2025 - 2026", "2025/2026"), ("2023/2026", None)]
)
def test_a_school_year_is_two_years_that_follow(
    types: DocumentTypes, text: str, expected: str | None
) -> None:
    assert (
        facts(types, "school_certificate", page([f"Année scolaire : {text}"])).get("school_year") == expected
    )


def test_nothing_is_issued_in_the_future(types: DocumentTypes) -> None:
    assert "issued" not in facts(types, "school_certificate", page(["Fait à Rabat, le 12/05/2031"]))


def test_unsure_words_are_no_facts(types: DocumentTypes) -> None:
    words = tuple(
        PageWord(text, 0.2, (1, 1, 1), at * 90, 0, 80, 20) for at, text in enumerate(["Nom", ":", "Xyqz"])
    )
    blurred = PageWriting(np.full((100, 100), 255, np.uint8), PageText(words))
    blurred.__dict__["arabic"] = PageText(())
    assert "last" not in facts(types, "birth_extract", blurred)


def test_validity_counts_from_the_issue_or_is_printed(types: DocumentTypes) -> None:
    def fact(value: str) -> ReadFact:
        return ReadFact(value, 0.9)

    school, card = types.classes["school_certificate"], types.classes["identity_card"]
    assert valid_until(school, {"issued": fact("2025-10-06")}) == date(2026, 10, 6)
    assert valid_until(card, {"issued": fact("2020-10-06"), "expires": fact("2030-10-05")}) == date(
        2030, 10, 5
    )
    assert valid_until(card, {"issued": fact("2020-10-06")}) is None


@pytest.mark.parametrize(
    ("printed", "repaired", "least", "below"),
    [
        (["Z734068"], False, 0.95, 1.0),
        ([], False, 0.8, 0.9),
        ([], True, 0.5, 0.8),
        (["Z734968"], False, 0.5, 0.8),
    ],
    ids=["printed alike", "in the zone alone", "repaired", "printed otherwise"],
)
def test_one_check_digit_alone_makes_no_number_sure(
    types: DocumentTypes, monkeypatch: pytest.MonkeyPatch, printed, repaired: bool, least: float, below: float
) -> None:
    zone = SimpleNamespace(
        national_number="Z734068", checked={"document_number", "birth", "composite"}, repaired=repaired
    )
    monkeypatch.setattr(numbers, "card_zone", lambda *_: zone)
    found = numbers.card_number(page([f"N° {one}" for one in printed]), ON)
    assert found is not None and found.raw == "Z734068" and least <= found.confidence < below


YEARLY = {"school_certificate", "apprenticeship_certificate"}
"""The fund asks these each year (its FAQ, questions 23 and 26); of no other paper does it say a period."""


def test_only_the_papers_asked_each_year_run_out_by_their_issue(types: DocumentTypes) -> None:
    limited = {name for name, look in types.classes.items() if look.validity_months is not None}
    assert limited == YEARLY
    issued = {"issued": ReadFact("2015-01-31", 0.9)}
    assert {name for name, look in types.classes.items() if valid_until(look, issued)} == YEARLY


@pytest.mark.parametrize(
    ("issued", "last_day"),
    [
        ("2025-02-28", date(2026, 2, 28)),
        ("2024-02-29", date(2025, 2, 28)),
        ("2023-02-28", date(2024, 2, 28)),
        ("2025-12-31", date(2026, 12, 31)),
        ("2025-01-01", date(2026, 1, 1)),
    ],
)
def test_a_year_ends_on_the_same_day_or_the_months_last(types: DocumentTypes, issued, last_day) -> None:
    for name in YEARLY:
        assert valid_until(types.classes[name], {"issued": ReadFact(issued, 0.9)}) == last_day


@pytest.mark.parametrize(
    ("months", "issued", "last_day"),
    [
        (3, "2025-11-30", date(2026, 2, 28)),
        (3, "2023-11-30", date(2024, 2, 29)),
        (3, "2025-10-31", date(2026, 1, 31)),
        (1, "2026-03-31", date(2026, 4, 30)),
        (6, "2025-08-31", date(2026, 2, 28)),
    ],
)
def test_months_end_where_the_calendar_does(types: DocumentTypes, months: int, issued, last_day) -> None:
    look = replace(types.classes["birth_extract"], validity_months=months)
    assert valid_until(look, {"issued": ReadFact(issued, 0.9)}) == last_day


@pytest.mark.parametrize(
    ("until", "confidence", "told"),
    [("2026-02-28", 0.9, ["expired"]), ("2026-02-28", 0.6, []), (ON.isoformat(), 0.9, [])],
    ids=["run out", "a day read unsurely", "its last day"],
)
def test_a_paper_is_out_of_date_from_the_day_after(types: DocumentTypes, until, confidence, told) -> None:
    look, read = types.classes["identity_card"], {"expires": ReadFact(until, confidence)}
    found = _fact_warnings(look, read, valid_until(look, read), ON)
    assert [one.code for one in found] == told


def test_of_several_documents_in_one_file_the_one_asked_for_is_read() -> None:
    card, extract = Recognition("identity_card", 0.95), Recognition("birth_extract", 0.7)
    assert _asked_or_surest([card, extract], ("birth_extract",)) is extract
    assert _asked_or_surest([card, extract], ("school_certificate",)) is card
    assert _asked_or_surest([], ("birth_extract",)).is_known is False


@pytest.mark.parametrize(
    "line",
    [
        "un revenu global imposable de 57 492,00 DH",
        "Revenu global imposable : 57 492,00 dirhams",
        "Revenu global imposable : 57492",
    ],
)
def test_an_amount_is_never_called_sure(types: DocumentTypes, line: str) -> None:
    look = types.classes["income_certificate"]
    income = read_facts(numbered(page([line])), look, ON)["income"]
    assert float(str(income.value)) == 57492 and income.confidence <= 0.7


def test_an_amount_that_stands_twice_is_trusted_more(types: DocumentTypes) -> None:
    look = types.classes["income_certificate"]
    line = "un revenu global imposable de 57 492,00 DH"
    twice = read_facts(numbered(page([line, "Montant : 57 492,00 DH"])), look, ON)["income"].confidence
    other = read_facts(numbered(page([line, "Montant : 75 492,00 DH"])), look, ON)["income"].confidence
    assert other < twice < 0.9


def test_an_amount_that_goes_on_in_the_next_line_is_read_whole(types: DocumentTypes) -> None:
    torn = page(["a déclaré un revenu global imposable de 57", "492,00 DH au titre de l'année 2024."])
    assert facts(types, "income_certificate", torn)["income"] == "57492.00"
    alone = page(["un revenu global imposable de 57"])
    found = read_facts(numbered(alone), types.classes["income_certificate"], ON)
    assert found["income"].confidence <= 0.5


def test_no_number_read_once_is_called_sure(types: DocumentTypes) -> None:
    once = page(["N° CNI : BK123456", "Année : 2024", "Revenu global imposable : 57 492,00 DH"])
    found = read_facts(numbered(once), types.classes["income_certificate"], ON)
    assert {"number", "year", "income"} <= set(found)
    assert max(fact.confidence for fact in found.values()) < 0.9


def test_a_certificate_of_a_past_school_year_is_told(types: DocumentTypes) -> None:
    look = types.classes["school_certificate"]
    read = {"school_year": ReadFact("2025/2026", 0.93), "issued": ReadFact("2026-06-20", 0.95)}
    until = valid_until(look, read)
    for on, codes in ((date(2026, 9, 20), []), (date(2026, 11, 22), ["past_school_year"])):
        assert [one.code for one in _fact_warnings(look, read, until, on)] == codes
    doubtful = {**read, "school_year": ReadFact("2025/2026", 0.5)}
    assert _fact_warnings(look, doubtful, until, date(2026, 11, 22)) == []
