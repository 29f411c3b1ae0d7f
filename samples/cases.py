"""The invented people of the samples: their answers, their children and the papers each brings.

Every case is chosen for a different path through the rules; ``note`` says which, and whether the
dossier is complete.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date

from samples.drawing.people import Person, invent

ON = "2026-03-01"


@dataclass(frozen=True, slots=True)
class Paper:
    """One attachment: the drawing, the role it is handed in for, and whom it is about."""

    type: str
    drawing: str
    about: Person
    other: Person | None = None
    child: int | None = None
    wear: str = "scan"
    issued: date = date(2026, 1, 15)
    details: dict[str, object] = field(default_factory=dict)
    facts: dict[str, object] = field(default_factory=dict)
    rotated: int = 0

    def file_name(self, number: int) -> str:
        """A name that sorts in the order of the dossier."""
        return f"{number:02d}-{self.type.replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class SampleCase:
    """One person's request under one form."""

    form_id: str
    folder: str
    note: str
    values: dict[str, object]
    papers: tuple[Paper, ...]
    children: tuple[dict[str, object], ...] = ()
    on_file: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()
    scan_wear: str = "scan"


def _names(prefix: str, who: Person) -> dict[str, object]:
    return {
        f"{prefix}.first": who.first, f"{prefix}.first.ar": who.first_ar,
        f"{prefix}.last": who.last, f"{prefix}.last.ar": who.last_ar,
        f"{prefix}.birth": who.birth.isoformat(), f"{prefix}.id_no": who.id_no,
    }  # fmt: skip


def _contact(prefix: str, who: Person, *, arabic: bool = False) -> dict[str, object]:
    return {
        f"{prefix}.address": who.street_ar if arabic else who.street,
        f"{prefix}.postcode": who.postcode,
        f"{prefix}.city": who.city_ar if arabic else who.city,
        f"{prefix}.quarter": "حي السلام" if arabic else "Hay Salam",
        f"{prefix}.mobile": who.mobile,
        f"{prefix}.country": "المغرب" if arabic else "Maroc",
        f"{prefix}.email": who.email,
    }


def _assured(who: Person, *, arabic: bool = False) -> dict[str, object]:
    values = _names("assured", who) | {"assured.registration": who.registration}
    return values | _contact("assured", who, arabic=arabic) | {"decl.true": True, "sign": True}


def _child(who: Person, **more: object) -> dict[str, object]:
    return {
        "first": who.first, "first.ar": who.first_ar, "last": who.last, "last.ar": who.last_ar,
        "birth": who.birth.isoformat(),
    } | more  # fmt: skip


def _allowance(quality: str, count: int) -> dict[str, object]:
    return {"nature": "initial_or_additional", "quality": quality, "children_to_declare": count}


def married_with_three_children() -> SampleCase:
    """The ordinary case: husband insured, wife without profession, children of 3, 14 and 17."""
    chance = random.Random("married")
    family = ("Bennani", "بناني")
    man = invent(chance, sex="M", born=date(1985, 3, 12), family=family, first="Youssef", first_ar="يوسف")
    wife = invent(chance, sex="F", born=date(1988, 7, 2), first="Salma", first_ar="سلمى")
    parents = {
        "father": man.first,
        "father_ar": man.first_ar,
        "mother": wife.first,
        "mother_ar": wife.first_ar,
    }
    small, pupil, apprentice = (
        invent(chance, sex=sex, born=born, family=family, first=first, first_ar=first_ar, **parents)
        for sex, born, first, first_ar in (
            ("F", date(2022, 11, 20), "Lina", "لينة"),
            ("M", date(2011, 6, 15), "Adam", "آدم"),
            ("M", date(2008, 9, 3), "Ilyas", "إلياس"),
        )
    )
    papers = (
        Paper("id_assured", "identity_card", man),
        Paper("id_spouse", "identity_card", wife, wear="phone_photo"),
        Paper("marriage", "marriage_act", man, wife, details={"event": date(2010, 8, 14)}),
        *(
            Paper("birth", "birth_extract", who, child=n)
            for n, who in enumerate((small, pupil, apprentice), 1)
        ),
        Paper("school", "school_certificate", pupil, child=2, issued=date(2025, 10, 6), wear="crooked_scan"),
        Paper("apprentice", "apprenticeship_certificate", apprentice, child=3, issued=date(2025, 11, 18)),
        Paper("bank", "bank_attestation", man, wear="office_copy"),
    )
    values = _allowance("assured", 3) | _assured(man) | _names("spouse", wife)
    values |= {"spouse.work": "none", "spouse.mobile": wife.mobile}
    return SampleCase(
        "311-1-14",
        "youssef-bennani",
        "insured, spouse without profession, children of 3, 14 (pupil) and 17 (apprentice); complete",
        values,
        papers,
        children=(_child(small), _child(pupil, student=True), _child(apprentice, apprentice=True)),
    )


def divorced_mother() -> SampleCase:
    """Answers written in Arabic where the form allows it; a divorce act and a cheque."""
    chance = random.Random("divorced")
    woman = invent(
        chance, sex="F", born=date(1990, 1, 25), family=("Fassi", "الفاسي"), first="Naima", first_ar="نعيمة"
    )
    man = invent(chance, sex="M", born=date(1984, 5, 30))
    child = invent(
        chance, sex="M", born=date(2020, 9, 9), family=(man.last, man.last_ar), first="Anas", first_ar="أنس",
        father=man.first, father_ar=man.first_ar, mother=woman.first, mother_ar=woman.first_ar,
    )  # fmt: skip
    papers = (
        Paper("id_divorced", "identity_card", woman, wear="low_resolution"),
        Paper("marriage", "marriage_act", woman, man, details={"event": date(2017, 6, 24)}),
        Paper("divorce_or_abandon", "divorce_act", woman, man, details={"event": date(2024, 10, 9)}),
        Paper("birth", "birth_extract", child, child=1, wear="crooked_scan"),
        Paper("bank", "cheque", woman, wear="phone_photo"),
    )
    return SampleCase(
        "311-1-14",
        "naima-fassi",
        "divorced, one child of 5, answers in Arabic; complete",
        _allowance("divorced", 1) | _assured(woman, arabic=True),
        papers,
        children=(_child(child),),
        scan_wear="phone_photo",
    )


def guardian_of_a_special_needs_adult() -> SampleCase:
    """The longest list of papers: both parents dead, a ward of 25 with special needs."""
    chance = random.Random("guardian")
    family = ("Ouazzani", "الوزاني")
    guardian = invent(
        chance, sex="M", born=date(1968, 2, 11), family=family, first="Abdelkader", first_ar="عبد القادر"
    )
    father = invent(chance, sex="M", born=date(1966, 4, 5), family=family, first="Rachid", first_ar="رشيد")
    mother = invent(chance, sex="F", born=date(1972, 12, 19))
    ward = invent(
        chance, sex="F", born=date(2000, 10, 8), family=family, first="Meryem", first_ar="مريم",
        father=father.first, father_ar=father.first_ar, mother=mother.first, mother_ar=mother.first_ar,
    )  # fmt: skip
    papers = (
        Paper("id_guardian", "identity_card", guardian),
        Paper("id_parents", "identity_card", father, wear="office_copy"),
        Paper("id_parents", "identity_card", mother, wear="office_copy"),
        Paper("marriage_parents", "marriage_act", father, mother, details={"event": date(1996, 7, 21)}),
        Paper("death_parents", "death_extract", father, details={"event": date(2024, 3, 18)}),
        Paper("death_parents", "death_extract", mother, details={"event": date(2025, 5, 27)}),
        Paper("guardianship", "guardianship_act", guardian, ward),
        Paper("birth", "birth_extract", ward, child=1),
        Paper("sn_file", "special_needs_file", ward, child=1),
        Paper("sn_form", "form", ward, child=1),
        Paper("sn_honour", "honour_declaration", guardian, child=1, wear="crooked_scan"),
        Paper("sn_income_child", "income_attestation", ward, child=1, details={"income": 0}),
        Paper("bank", "bank_attestation", guardian),
    )
    values = _allowance("guardian", 1) | _assured(father)
    values |= _names("guardian", guardian) | _contact("guardian", guardian)
    return SampleCase(
        "311-1-14",
        "abdelkader-ouazzani",
        "guardian of a ward of 25 with special needs, both parents dead; complete",
        values,
        papers,
        children=(_child(ward, special_needs=True),),
        scan_wear="office_copy",
    )


def widow_with_papers_on_file() -> SampleCase:
    """Nearly everything was filed before: only what is never waived is asked."""
    chance = random.Random("widow")
    woman = invent(
        chance,
        sex="F",
        born=date(1986, 8, 17),
        family=("Amrani", "العمراني"),
        first="Khadija",
        first_ar="خديجة",
    )
    man = invent(chance, sex="M", born=date(1979, 10, 1))
    parents = {
        "father": man.first,
        "father_ar": man.first_ar,
        "mother": woman.first,
        "mother_ar": woman.first_ar,
    }
    children = [
        invent(
            chance,
            sex=sex,
            born=born,
            family=(man.last, man.last_ar),
            first=first,
            first_ar=first_ar,
            **parents,
        )
        for sex, born, first, first_ar in (
            ("F", date(2015, 5, 4), "Rania", "رانية"),
            ("M", date(2017, 12, 13), "Zakaria", "زكرياء"),
        )
    ]
    papers = (
        Paper("id_deceased", "identity_card", man, wear="office_copy"),
        *(Paper("birth", "birth_extract", child, child=n) for n, child in enumerate(children, 1)),
    )
    return SampleCase(
        "311-1-14",
        "khadija-amrani",
        "widow without pension, other papers filed and events declared before, children of 8 and 10; complete",
        _allowance("widow_no_pension", 2) | _assured(woman),
        papers,
        children=tuple(_child(child) for child in children),
        on_file=("id_widow", "bank"),
        declared=("marriage", "death"),
        scan_wear="crooked_scan",
    )


def incapacity_with_working_spouse() -> SampleCase:
    """An incomplete dossier: the bank document is missing."""
    chance = random.Random("ipp70")
    family = ("Tazi", "التازي")
    man = invent(chance, sex="M", born=date(1980, 6, 6), family=family, first="Hamid", first_ar="حميد")
    wife = invent(chance, sex="F", born=date(1986, 2, 28), first="Hanane", first_ar="حنان")
    child = invent(
        chance, sex="F", born=date(2023, 4, 15), family=family, first="Imane", first_ar="إيمان",
        father=man.first, father_ar=man.first_ar, mother=wife.first, mother_ar=wife.first_ar,
    )  # fmt: skip
    papers = (
        Paper("id_assured", "identity_card", man),
        Paper("id_spouse", "identity_card", wife),
        Paper("marriage", "marriage_act", man, wife, details={"event": date(2015, 9, 5)}),
        Paper(
            "ipp_judgment", "judgment", man, details={"rate": 75}, facts={"ipp_rate": 75}, wear="phone_photo"
        ),
        Paper("spouse_activity", "work_certificate", wife),
        Paper("birth", "birth_extract", child, child=1, rotated=1),
    )
    values = _allowance("ipp70", 1) | _assured(man) | _names("spouse", wife)
    values |= {
        "spouse.work": "employee",
        "spouse.registration": wife.registration,
        "spouse.mobile": wife.mobile,
    }
    return SampleCase(
        "311-1-14",
        "hamid-tazi",
        "insured with an incapacity of 75 %, working spouse, child of 2; incomplete: no bank document",
        values,
        papers,
        children=(_child(child),),
        scan_wear="low_resolution",
    )


def _refund(who: Person, quality: str, city: str) -> dict[str, object]:
    values = {"quality": quality, "bank.rib": who.rib, "honour.decl": True} | _assured(who)
    return values | {"sign.place": city, "sign.date": "2026-02-20"}


def ordinary_insured() -> SampleCase:
    """The short list of the refund."""
    chance = random.Random("ordinary")
    woman = invent(
        chance, sex="F", born=date(1963, 11, 3), family=("Lahlou", "لحلو"), first="Samira", first_ar="سميرة"
    )
    papers = (Paper("cnss_card", "cnss_card", woman), Paper("id", "identity_card", woman, wear="phone_photo"))
    return SampleCase(
        "310-1-32",
        "samira-lahlou",
        "ordinary insured; complete",
        _refund(woman, "assured", woman.city),
        papers,
    )


def miner() -> SampleCase:
    """The miner's list, with eight years underground."""
    chance = random.Random("miner")
    man = invent(
        chance, sex="M", born=date(1968, 3, 30), family=("Ait Taleb", "أيت الطالب"), first="Brahim", first_ar="إبراهيم",
        city=("Khouribga", "خريبكة", "25000"),
    )  # fmt: skip
    papers = (
        Paper("cnss_card", "cnss_card", man, wear="crooked_scan"),
        Paper("id", "identity_card", man),
        Paper(
            "miner_cert",
            "underground_work_certificate",
            man,
            details={"years": 8},
            facts={"years_underground": 8},
        ),
    )
    return SampleCase(
        "310-1-32",
        "brahim-ait-taleb",
        "miner with eight years underground; complete",
        _refund(man, "miner", man.city),
        papers,
        scan_wear="crooked_scan",
    )


def foreigner() -> SampleCase:
    """A residence card instead of an identity card."""
    chance = random.Random("foreigner")
    man = invent(
        chance, sex="M", born=date(1964, 1, 9), family=("Diallo", "ديالو"), first="Amadou", first_ar="أمادو",
        city=("Tanger", "طنجة", "90000"), id_no="EE204518",
    )  # fmt: skip
    papers = (Paper("cnss_card", "cnss_card", man), Paper("id", "residence_card", man, wear="low_resolution"))
    values = _refund(man, "assured", man.city) | {"assured.id_kind": "carte_residence"}
    return SampleCase(
        "310-1-32",
        "amadou-diallo",
        "foreigner with a residence card; complete",
        values,
        papers,
        scan_wear="phone_photo",
    )


def all_cases() -> tuple[SampleCase, ...]:
    """Every case, in the order of the samples."""
    return (
        married_with_three_children(),
        divorced_mother(),
        guardian_of_a_special_needs_adult(),
        widow_with_papers_on_file(),
        incapacity_with_working_spouse(),
        ordinary_insured(),
        miner(),
        foreigner(),
    )
