"""Extracts and acts of civil status, and the family courts' documents.

Acts drawn up by adouls are running Arabic text with a French heading at most, as the real ones are.
"""

from __future__ import annotations

from datetime import date

from core.dates_in_text import ARABIC_MONTHS, FRENCH_MONTHS
from samples.drawing.documents import Case, Drawn, a4, document, finish, full_names
from samples.drawing.paper import ARABIC_INDIC, Paper
from samples.drawing.people import Person


def in_arabic(day: date) -> str:
    """A day with its month's Moroccan name."""
    return f"{day.day} {ARABIC_MONTHS[day.month - 1]} {day.year}"


def in_french(day: date) -> str:
    """A day with its month's name."""
    return f"{day.day} {FRENCH_MONTHS[day.month - 1]} {day.year}"


def _event(case: Case, default: date) -> date:
    given = case.details.get("event", default)
    return given if isinstance(given, date) else default


def _register_head(paper: Paper, who: Person) -> float:
    return paper.letterhead(
        14,
        [
            ("ROYAUME DU MAROC", "المملكة المغربية"),
            ("MINISTÈRE DE L'INTÉRIEUR", "وزارة الداخلية"),
            (f"Préfecture de {who.city}", f"عمالة {who.city_ar}"),
            ("Bureau de l'état civil", "مكتب الحالة المدنية"),
        ],
    )


def _person_rows(paper: Paper, y: float, who: Person) -> float:
    rows = [
        ("Prénom", who.first, "الاسم الشخصي", who.first_ar),
        ("Nom", who.last, "الاسم العائلي", who.last_ar),
        ("Date de naissance", in_french(who.birth), "تاريخ الازدياد", in_arabic(who.birth)),
        ("Lieu de naissance", who.city, "مكان الازدياد", who.city_ar),
        (
            "Fils de" if who.sex == "M" else "Fille de",
            who.father,
            "ابن" if who.sex == "M" else "بنت",
            who.father_ar,
        ),
        ("et de", who.mother, "و", who.mother_ar),
    ]
    for french, value, arabic, arabic_value in rows:
        paper.row(y, french, value, arabic, arabic_value=arabic_value, size_pt=12)
        y += 11
    return y


def _issued(
    paper: Paper,
    y: float,
    case: Case,
    officer: str = "L'officier de l'état civil",
    officer_ar: str = "ضابط الحالة المدنية",
) -> None:
    city, city_ar = case.person.city, case.person.city_ar
    paper.text(18, y, f"Délivré à {city}, le {case.issued:%d/%m/%Y}", 11)
    paper.text(192, y + 7, f"حرر بـ {city_ar} في {in_arabic(case.issued)}", 12, align="right")
    paper.text(118, y + 18, officer, 10)
    paper.text(192, y + 24, officer_ar, 11, align="right")
    paper.stamp(146, y + 38, city.upper(), "المملكة المغربية")
    paper.signature(122, y + 32)


@document("birth_extract")
def birth_extract(case: Case) -> Drawn:
    """An extract of the birth register."""
    paper, who = a4(case), case.person
    paper.guilloche(8, 60, 194, 190, tone=225)
    _register_head(paper, who)
    paper.heading(48, "EXTRAIT D'ACTE DE NAISSANCE", "نسخة موجزة من رسم الولادة")
    number = case.chance.randrange(100, 2500)
    paper.row(78, "Acte N°", f"{number}", "رسم رقم", size_pt=11)
    paper.row(87, "Année", f"{who.birth.year}", "سنة", size_pt=11)
    y = _person_rows(paper, 102, who)
    paper.row(y + 4, "Mentions marginales", "Néant", "البيانات الهامشية", size_pt=10)
    _issued(paper, 205, case)
    facts: dict[str, object] = {
        "last": who.last, "first": who.first, "last.ar": who.last_ar, "first.ar": who.first_ar,
        "birth": who.birth.isoformat(), "father": who.father, "father.ar": who.father_ar,
        "mother": who.mother, "mother.ar": who.mother_ar, "act": f"{number}", "issued": case.issued.isoformat(),
    }  # fmt: skip
    return Drawn(finish(paper, fold=0.5), facts)


@document("death_extract", "death_certificate")
def death_extract(case: Case) -> Drawn:
    """An extract of the death register."""
    paper, who = a4(case), case.person
    died = _event(case, date(2025, 6, 3))
    paper.guilloche(8, 60, 194, 190, tone=225)
    _register_head(paper, who)
    paper.heading(48, "EXTRAIT D'ACTE DE DÉCÈS", "نسخة موجزة من رسم الوفاة")
    act = f"{case.chance.randrange(10, 900)}"
    paper.row(78, "Acte N°", act, "رسم رقم", size_pt=11)
    paper.row(90, "Décédé(e) le", in_french(died), "توفي(ت) بتاريخ", arabic_value=in_arabic(died), size_pt=12)
    paper.row(101, "à", who.city, "بـ", arabic_value=who.city_ar, size_pt=12)
    _person_rows(paper, 114, who)
    _issued(paper, 208, case)
    facts = full_names(who) | {"birth": who.birth.isoformat(), "death": died.isoformat(), "act": act}
    facts |= {"issued": case.issued.isoformat()}
    return Drawn(finish(paper, curl=True), facts)


def _court_head(paper: Paper, case: Case) -> None:
    city, city_ar = case.person.city, case.person.city_ar
    paper.letterhead(
        14,
        [
            ("ROYAUME DU MAROC", "المملكة المغربية"),
            ("Ministère de la Justice", "وزارة العدل"),
            (f"Tribunal de première instance de {city}", f"المحكمة الابتدائية بـ {city_ar}"),
            ("Section de la famille", "قسم قضاء الأسرة"),
        ],
    )


def _couple(case: Case) -> tuple[Person, Person]:
    other = case.other or case.person
    husband = case.person if case.person.sex == "M" else other
    wife = other if husband is case.person else case.person
    return husband, wife


def _named(who: Person) -> str:
    born = "المزداد" if who.sex == "M" else "المزدادة"
    return f"{who.arabic}، {born} بتاريخ {in_arabic(who.birth)} بـ {who.city_ar}، الحامل للبطاقة الوطنية رقم"


def _adoul_end(paper: Paper, y: float, case: Case) -> None:
    paper.text(192, y, f"وحرر بتاريخ {in_arabic(case.issued)} بـ {case.person.city_ar}", 13, align="right")
    paper.text(192, y + 14, "العدلان", 12, align="right", bold=True)
    paper.text(70, y + 14, "قاضي التوثيق", 12, align="right", bold=True)
    paper.signature(150, y + 24)
    paper.signature(40, y + 24)
    paper.stamp(70, y + 30, case.person.city.upper(), "قاضي التوثيق")


@document("marriage_act")
def marriage_act(case: Case) -> Drawn:
    """A marriage act of two adouls, certified by the notarial judge."""
    paper = a4(case)
    husband, wife = _couple(case)
    event = _event(case, date(2008, 8, 12))
    _court_head(paper, case)
    paper.guilloche(8, 66, 194, 200, tone=228)
    paper.heading(46, "ACTE DE MARIAGE", "عقد زواج")
    y = paper.paragraph(
        76, "الحمد لله وحده، بناء على الإذن بتوثيق الزواج الصادر عن قاضي الأسرة المكلف بالزواج", 14
    )
    y = paper.paragraph(y + 2, f"تزوج السيد {_named(husband)}", 14)
    paper.text(192, y, husband.id_no, 12, align="right", bold=True)
    y = paper.paragraph(y + 9, f"بالسيدة {_named(wife)}", 14)
    paper.text(192, y, wife.id_no, 12, align="right", bold=True)
    y = paper.paragraph(
        y + 9,
        "على صداق مبارك قدره عشرة آلاف درهم قبضته الزوجة معاينة، وشهد به عليهما العدلان المنتصبان للإشهاد بدائرة"
        f" محكمة الاستئناف بـ {case.person.city_ar}، وذلك بتاريخ {in_arabic(event)}",
        14,
    )
    _adoul_end(paper, y + 10, case)
    facts: dict[str, object] = {"married": event.isoformat(), "issued": case.issued.isoformat()}
    facts |= {"husband.ar": husband.arabic, "wife.ar": wife.arabic}
    return Drawn(finish(paper, fold=0.33), facts)


@document("divorce_act")
def divorce_act(case: Case) -> Drawn:
    """A divorce act."""
    paper = a4(case)
    husband, wife = _couple(case)
    event = _event(case, date(2024, 10, 9))
    _court_head(paper, case)
    paper.heading(46, "ACTE DE DIVORCE", "رسم طلاق")
    y = paper.paragraph(
        76, "الحمد لله وحده، بناء على الإذن بالإشهاد على الطلاق الصادر عن قسم قضاء الأسرة بالمحكمة", 14
    )
    y = paper.paragraph(y + 2, f"أشهد السيد {_named(husband)}", 14)
    paper.text(192, y, husband.id_no, 12, align="right", bold=True)
    y = paper.paragraph(y + 9, f"أنه طلق زوجته السيدة {_named(wife)}", 14)
    paper.text(192, y, wife.id_no, 12, align="right", bold=True)
    y = paper.paragraph(
        y + 9, f"طلقة واحدة بتاريخ {in_arabic(event)}، وأسندت حضانة الأبناء إلى أمهم المطلقة المذكورة", 14
    )
    _adoul_end(paper, y + 10, case)
    facts: dict[str, object] = {"divorced": event.isoformat(), "issued": case.issued.isoformat()}
    facts |= {"husband.ar": husband.arabic, "wife.ar": wife.arabic}
    return Drawn(finish(paper, fold=0.5), facts)


@document("adoul_certificate")
def adoul_certificate(case: Case) -> Drawn:
    """An adoul certificate of abandonment and custody."""
    paper = a4(case)
    husband, wife = _couple(case)
    _court_head(paper, case)
    paper.heading(46, "CERTIFICAT ADOULAIRE", "شهادة عدلية")
    y = paper.paragraph(76, "الحمد لله وحده، يشهد العدلان الموقعان أسفله أن", 14)
    y = paper.paragraph(y + 2, f"السيد {_named(husband)}", 14)
    paper.text(192, y, husband.id_no, 12, align="right", bold=True)
    y = paper.paragraph(y + 9, f"قد هجر فراش الزوجية، وأن زوجته السيدة {_named(wife)}", 14)
    paper.text(192, y, wife.id_no, 12, align="right", bold=True)
    y = paper.paragraph(y + 9, "هي الحاضنة لأبنائها والمتكفلة بهم، وقد صادق على هذه الشهادة قاضي التوثيق", 14)
    _adoul_end(paper, y + 10, case)
    return Drawn(finish(paper), {"issued": case.issued.isoformat()})


@document("guardianship_act")
def guardianship_act(case: Case) -> Drawn:
    """A guardianship act: ``person`` is the guardian, ``other`` the ward."""
    paper, guardian = a4(case), case.person
    ward = case.other or guardian
    _court_head(paper, case)
    paper.heading(46, "ACTE DE TUTELLE", "عقد الوصاية")
    y = paper.paragraph(76, "الحمد لله وحده، بناء على الأمر الصادر عن القاضي المكلف بشؤون القاصرين", 14)
    y = paper.paragraph(y + 2, f"عين السيد {_named(guardian)}", 14)
    paper.text(192, y, guardian.id_no, 12, align="right", bold=True)
    born = "المزداد" if ward.sex == "M" else "المزدادة"
    y = paper.paragraph(
        y + 9, f"وصيا على {ward.arabic} {born} بتاريخ {in_arabic(ward.birth)}، بعد وفاة الأبوين", 14
    )
    _adoul_end(paper, y + 10, case)
    paper.text(18, 250, f"Tuteur : {guardian.latin}", 11)
    paper.text(18, 257, f"Enfant sous tutelle : {ward.latin}, né(e) le {ward.birth:%d/%m/%Y}", 11)
    return Drawn(
        finish(paper, fold=0.5),
        full_names(guardian) | {"child.ar": ward.arabic} | {"issued": case.issued.isoformat()},
    )


@document("filiation", "filiation_act")
def filiation(case: Case) -> Drawn:
    """An acknowledgement of parentage before two adouls."""
    paper, parent = a4(case), case.person
    child = case.other or parent
    _court_head(paper, case)
    paper.heading(46, "AFFIRMATION DU LIEN DE PARENTÉ", "إقرار بالنسب")
    y = paper.paragraph(76, f"الحمد لله وحده، حضر لدى العدلين السيد {_named(parent)}", 14)
    paper.text(192, y, parent.id_no, 12, align="right", bold=True)
    born = "المزداد" if child.sex == "M" else "المزدادة"
    y = paper.paragraph(
        y + 9,
        f"وأقر بأن {child.arabic} {born} بتاريخ {in_arabic(child.birth)} من صلبه وأنه يلحق به نسبا شرعيا",
        14,
    )
    _adoul_end(paper, y + 10, case)
    return Drawn(
        finish(paper),
        {"name.ar": parent.arabic} | {"child.ar": child.arabic} | {"issued": case.issued.isoformat()},
    )


@document("adoption_act")
def adoption_act(case: Case) -> Drawn:
    """An adoption act: ``person`` takes ``other`` in."""
    paper, parent = a4(case), case.person
    child = case.other or parent
    _court_head(paper, case)
    paper.heading(46, "ACTE D'ADOPTION", "عقد التبني")
    y = paper.paragraph(
        76, f"الحمد لله وحده، بناء على الأمر الصادر عن المحكمة، أسندت إلى {_named(parent)}", 14
    )
    paper.text(192, y, parent.id_no, 12, align="right", bold=True)
    y = paper.paragraph(y + 9, f"كفالة الطفل {child.arabic} المزداد بتاريخ {in_arabic(child.birth)}", 14)
    paper.text(18, y + 4, f"Enfant : {child.latin}, né(e) le {child.birth:%d/%m/%Y}", 11)
    _adoul_end(paper, y + 18, case)
    return Drawn(
        finish(paper),
        {"name.ar": parent.arabic} | {"child.ar": child.arabic} | {"issued": case.issued.isoformat()},
    )


@document("judgment", "ipp_judgment")
def judgment(case: Case) -> Drawn:
    """A court's judgment that states the permanent incapacity."""
    paper, who = a4(case), case.person
    rate = int(str(case.details.get("rate", 75)))
    _court_head(paper, case)
    paper.heading(46, "JUGEMENT", "حكم قضائي")
    paper.text(105, 66, "باسم جلالة الملك وطبقا للقانون", 13, align="center", bold=True)
    paper.text(105, 73, "Au nom de Sa Majesté le Roi", 11, align="center")
    paper.row(
        84,
        "Dossier N°",
        f"{case.chance.randrange(100, 999)}/1501/{case.issued.year - 1}",
        "ملف رقم",
        size_pt=11,
    )
    y = paper.paragraph(96, f"حكمت المحكمة علنيا بأن السيد {_named(who)}", 14)
    paper.text(192, y, who.id_no, 12, align="right", bold=True)
    y = paper.paragraph(y + 9, f"مصاب بعجز بدني دائم نسبته {f'{rate}'.translate(ARABIC_INDIC)} في المائة", 14)
    y = paper.paragraph(
        y + 4,
        f"Le tribunal dit que {who.latin}, né(e) le {who.birth:%d/%m/%Y}, titulaire de la CNI n° {who.id_no}, "
        f"présente une incapacité physique permanente (IPP) au taux de {rate} %.",
        12,
    )
    paper.text(18, y + 8, f"Prononcé à {who.city}, le {case.issued:%d/%m/%Y}", 11)
    paper.text(150, y + 8, "Le président", 11)
    paper.text(192, y + 15, "رئيس الجلسة", 12, align="right")
    paper.stamp(120, y + 40, who.city.upper(), "المحكمة الابتدائية")
    paper.signature(150, y + 28)
    facts = full_names(who) | {"ipp_rate": rate, "issued": case.issued.isoformat()}
    return Drawn(finish(paper, fold=0.5), facts)
