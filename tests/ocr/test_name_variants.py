"""A spelling is no other person; another person is, however alike the families are called."""

from __future__ import annotations

import pytest

from forms_service.ocr.name_variants import Spelled, is_another_person

ONE_PERSON = [
    ("Mohammed El Idrissi", "Mohamed", "Idrissi"),
    ("ELIDRISSI MOHAMED", "Mohamed", "El Idrissi"),
    ("AITTALEB BRAHIM", "Brahim", "Aït Taleb"),
    ("BEN ALI FATIMAZAHRAE", "Fatima Ezzahra", "Benali"),
    ("Ouafa Cherkaoui", "Wafae", "Charkaoui"),
    ("Nordine Wazzani", "Nour-Eddine", "Ouazzani"),
    ("Houcine Bn Brahim", "Hussein", "Ben Brahim"),
    ("Zeineb Tari", "Zineb", "Tazi"),
    ("Salma Tazi Epouse Bennani", "Salma", "Tazi"),
    ("Abdelqader Ouazani", "Abd El Kader", "Ouazzani"),
    ("Mohamed Tazi", "Mohamed Amine", "Tazi"),
    ("Youssef", "Youssef", "Bennani"),
    ("القاصرفاطمة الزهراء التازي", "فاطمة الزهراء", "التازي"),
    ("محمد الإدريسي", "محمد", "إدريسي"),
    ("بنعلي فاطمة الزهراء", "فاطمة الزهراء", "بن علي"),
    ("يوسف بنانى", "يوسف", "بناني"),
    ("عبد القادر الوزاني", "Abdelkader", "Ouazzani"),
    ("Fatima Zahra Benali", "فاطمة الزهراء", "بن علي"),
]
TWO_PEOPLE = [
    ("Adam Bennani", "Youssef", "Bennani"),
    ("Youssef Tazi", "Youssef", "Bennani"),
    ("RACHID OUAZZANI", "Mohamed", "El Idrissi"),
    ("Salma Berrada", "Salma", "Bennani"),
    ("Omar Amrani", "Ali", "Amrani"),
    ("آدم بناني", "يوسف", "بناني"),
    ("رشيد الوزاني", "محمد", "الإدريسي"),
    ("آدم بناني", "Youssef", "Bennani"),
    ("Rachid Ouazzani", "محمد", "الإدريسي"),
]


def spelled(name: str) -> Spelled:
    return Spelled(latin=name) if name.isascii() or "ï" in name else Spelled(arabic=name)


@pytest.mark.parametrize(("read", "first", "last"), ONE_PERSON)
def test_a_variant_is_the_same_person(read: str, first: str, last: str) -> None:
    assert not is_another_person(spelled(read), spelled(first), spelled(last))


@pytest.mark.parametrize(("read", "first", "last"), TWO_PEOPLE)
def test_another_name_is_another_person(read: str, first: str, last: str) -> None:
    assert is_another_person(spelled(read), spelled(first), spelled(last))


def test_one_letter_counts_only_where_both_scripts_say_it() -> None:
    first, last = Spelled("Adil", "عادل"), Spelled("Bennani", "بناني")
    assert not is_another_person(Spelled("Adam Bennani"), first, last)
    assert is_another_person(Spelled("Adam Bennani", "آدم بناني"), first, last)


def test_one_script_that_agrees_is_enough() -> None:
    read = Spelled("Rachid Ouazzani", "محمد الإدريسي")
    assert not is_another_person(read, Spelled("Mohamed", "محمد"), Spelled("El Idrissi", "الإدريسي"))


def test_nothing_read_or_nothing_answered_is_nobody_else() -> None:
    assert not is_another_person(Spelled(), Spelled("Adam"), Spelled("Bennani"))
    assert not is_another_person(Spelled("Adam Bennani"), Spelled(), Spelled())
