"""Identity card, residence titles and the fund's registration card, as photocopied on a sheet."""

from __future__ import annotations

from datetime import date

from core.mrz import compose_td1
from samples.drawing.documents import Case, Drawn, document
from samples.drawing.paper import BLACK, Paper

CARD_WIDTH_MM, CARD_HEIGHT_MM = 85.6, 54.0
SCALE = 1.45
"""Cards are copied enlarged, as agencies ask."""


def _card(case: Case) -> Paper:
    paper = Paper(CARD_WIDTH_MM * SCALE, CARD_HEIGHT_MM * SCALE, case.typeface, case.chance, case.dpi)
    paper.guilloche(1, 1, paper.width_mm - 2, paper.height_mm - 2)
    paper.frame(0.4, 0.4, paper.width_mm - 0.8, paper.height_mm - 0.8, radius=4)
    return paper


def _expiry(case: Case) -> date:
    given = case.details.get("expiry")
    return given if isinstance(given, date) else date(case.issued.year + 7, case.issued.month, 20)


def _sheet(front: Paper, back: Paper) -> Paper:
    """Both faces one under the other on an A5 sheet, marked as a specimen between them."""
    sheet = Paper(148, 210, front.typeface, front.chance, front.dpi)
    for face, y_mm in ((front, 12), (back, 108)):
        turned = face.image.rotate(front.chance.uniform(-1.2, 1.2), expand=True, fillcolor=252, resample=2)
        sheet.image.paste(turned, (sheet.px(11), sheet.px(y_mm)))
    sheet.text(70, 94, "SPECIMEN", 16, align="right", tone=120)
    sheet.text(78, 93, "نموذج", 17, tone=120)
    sheet.notice(201)
    sheet.soften(0.6)
    return sheet


def _faces(case: Case, french: str, arabic: str, document_code: str, number: str) -> tuple[Paper, Paper]:
    who, expiry = case.person, _expiry(case)
    front = _card(case)
    front.text(62, 2, "المملكة المغربية", 10, align="center", bold=True)
    front.text(62, 6.6, "ROYAUME DU MAROC", 8, align="center", bold=True)
    front.text(4, 11, french, 7.5, bold=True)
    front.text(120, 10.6, arabic, 9, align="right", bold=True)
    front.photo(4, 19, 28, 36)
    lines = [
        (who.first.upper(), who.first_ar), (who.last.upper(), who.last_ar),
    ]  # fmt: skip
    y = 19.0
    for latin, arab in lines:
        front.text(36, y + 0.5, latin, 10, bold=True)
        front.text(119, y, arab, 11, align="right", bold=True)
        y += 7
    front.text(36, y, "Né le" if who.sex == "M" else "Née le", 7)
    front.text(50, y, f"{who.birth:%d.%m.%Y}", 10, bold=True)
    front.text(119, y, "مزداد بتاريخ" if who.sex == "M" else "مزدادة بتاريخ", 8, align="right")
    front.text(36, y + 7, f"à {who.city.upper()}", 9, bold=True)
    front.text(119, y + 7, f"بـ {who.city_ar}", 10, align="right", bold=True)
    front.text(36, y + 14, "Valable jusqu'au", 7)
    front.text(62, y + 13.4, f"{expiry:%d.%m.%Y}", 10, bold=True)
    front.text(119, y + 14, "صالحة إلى غاية", 8, align="right")
    front.text(36, y + 22, "N°", 8)
    front.text(42, y + 21, number, 13, bold=True)
    front.text(119, y + 29, "المدير العام للأمن الوطني", 7, align="right")
    front.specimen(26)
    return front, _back(case, document_code, number, expiry)


def _back(case: Case, document_code: str, number: str, expiry: date) -> Paper:
    who = case.person
    back = _card(case)
    back.text(4, 3, f"N° {number}", 9, bold=True)
    back.text(70, 3, f"Valable jusqu'au {expiry:%d.%m.%Y}", 8)
    relation, relation_ar = ("Fils de", "ابن") if who.sex == "M" else ("Fille de", "بنت")
    back.text(4, 9, f"{relation} {who.father.upper()} et de {who.mother.upper()}", 8)
    back.text(119, 13, f"{relation_ar} {who.father_ar} و {who.mother_ar}", 9, align="right")
    back.text(4, 20, f"Adresse {who.street.upper()} {who.city.upper()}", 8)
    back.text(119, 24, f"العنوان {who.street_ar} {who.city_ar}", 9, align="right")
    back.text(4, 32, f"N° état civil {case.chance.randrange(100, 999)}/{who.birth.year}", 8)
    back.text(84, 32, f"Sexe {who.sex}", 8)
    back.text(119, 31.5, "الجنس", 8, align="right")
    back.draw.rectangle((back.px(1), back.px(45), back.image.width - back.px(1), back.px(75)), fill=240)
    nationality = "MAR" if document_code == "ID" else str(case.details.get("nationality", "SEN"))
    zone = compose_td1(
        document_code=document_code, issuer="MAR", document_number=who.card_number, optional=who.id_no,
        birth=who.birth, sex=who.sex, expiry=expiry, nationality=nationality,
        surname=who.last, given_names=who.first,
    )  # fmt: skip
    for index, line in enumerate(zone):
        back.mono(5.5, 48 + index * 8.6, line, 16.2, tone=BLACK)
    return back


def _facts(case: Case, number: str) -> dict[str, object]:
    who = case.person
    return {
        "last": who.last, "first": who.first, "last.ar": who.last_ar, "first.ar": who.first_ar,
        "birth": who.birth.isoformat(), "number": number,
        "expires": _expiry(case).isoformat(),
    }  # fmt: skip


@document("identity_card")
def identity_card(case: Case) -> Drawn:
    """Front and back of a national identity card."""
    number = case.person.id_no
    faces = _faces(
        case, "CARTE NATIONALE D'IDENTITÉ ÉLECTRONIQUE", "البطاقة الوطنية للتعريف الإلكترونية", "ID", number
    )
    return Drawn(_sheet(*faces), _facts(case, number))


@document("residence_card", "residence_title")
def residence_card(case: Case) -> Drawn:
    """Front and back of a foreigner's residence card."""
    number = case.person.id_no
    faces = _faces(case, "CARTE DE RÉSIDENCE - ÉTRANGERS", "بطاقة الإقامة - الأجانب", "IR", number)
    return Drawn(_sheet(*faces), _facts(case, number))


@document("registration_card", "residence_title")
def registration_card(case: Case) -> Drawn:
    """Front and back of a foreigner's registration card."""
    number = case.person.id_no
    faces = _faces(case, "CARTE D'IMMATRICULATION - ÉTRANGERS", "بطاقة التسجيل - الأجانب", "IR", number)
    return Drawn(_sheet(*faces), _facts(case, number))


@document("cnss_card")
def cnss_card(case: Case) -> Drawn:
    """The fund's own registration card."""
    who = case.person
    card = _card(case)
    card.text(62, 3, "الصندوق الوطني للضمان الاجتماعي", 11, align="center", bold=True)
    card.text(62, 9, "CAISSE NATIONALE DE SÉCURITÉ SOCIALE", 9, align="center", bold=True)
    card.text(4, 18, "CARTE D'IMMATRICULATION", 10, bold=True)
    card.text(120, 17.5, "بطاقة التسجيل", 11, align="right", bold=True)
    registration = who.registration
    rows = [
        ("N° d'immatriculation", registration, "رقم التسجيل", ""),
        ("Nom", who.last.upper(), "الاسم العائلي", who.last_ar),
        ("Prénom", who.first.upper(), "الاسم الشخصي", who.first_ar),
        ("Date de naissance", f"{who.birth:%d/%m/%Y}", "تاريخ الازدياد", ""),
        ("N° CNI", who.id_no, "رقم البطاقة الوطنية", ""),
    ]
    for index, (french, value, arabic, arabic_value) in enumerate(rows):
        card.row(28 + index * 8, french, value, arabic, arabic_value=arabic_value, size_pt=9, margin_mm=4)
    card.specimen(26)
    sheet = Paper(148, 105, case.typeface, case.chance, case.dpi)
    sheet.image.paste(card.image, (sheet.px(11), sheet.px(8)))
    sheet.notice(97)
    sheet.soften(0.6)
    facts: dict[str, object] = {
        "registration": registration,
        "name": f"{who.last} {who.first}",
        "name.ar": f"{who.last_ar} {who.first_ar}",
        "birth": who.birth.isoformat(),
    }
    return Drawn(sheet, facts)
