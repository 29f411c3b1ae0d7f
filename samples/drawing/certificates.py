"""Certificates of schools, employers, banks and the tax office, and the fund's own forms."""

from __future__ import annotations

from samples.drawing.civil_status import in_arabic, in_french
from samples.drawing.documents import Case, Drawn, a4, document, finish, full_names
from samples.drawing.paper import Paper
from samples.drawing.people import Person


def _end(paper: Paper, y: float, case: Case, signer: str, signer_ar: str, stamp: str, stamp_ar: str) -> None:
    who = case.person
    paper.text(18, y, f"Fait à {who.city}, le {case.issued:%d/%m/%Y}", 11)
    paper.text(192, y + 7, f"حرر بـ {who.city_ar} في {in_arabic(case.issued)}", 12, align="right")
    paper.text(118, y + 18, signer, 10)
    paper.text(192, y + 24, signer_ar, 11, align="right")
    paper.stamp(146, y + 40, stamp, stamp_ar)
    paper.signature(122, y + 34)


def _identity_rows(paper: Paper, y: float, who: Person, number: bool = True) -> float:
    rows = [
        ("Nom", who.last, "الاسم العائلي", who.last_ar),
        ("Prénom", who.first, "الاسم الشخصي", who.first_ar),
        ("Date de naissance", f"{who.birth:%d/%m/%Y}", "تاريخ الازدياد", ""),
    ]
    if number:
        rows.append(("N° CNI", who.id_no, "رقم البطاقة الوطنية للتعريف", ""))
    for french, value, arabic, arabic_value in rows:
        paper.row(y, french, value, arabic, arabic_value=arabic_value, size_pt=12)
        y += 10
    return y


def _year_running(case: Case) -> str:
    """The school year in which a certificate is issued; the next one begins in September."""
    first = case.issued.year if case.issued.month >= 9 else case.issued.year - 1
    return f"{first}/{first + 1}"


@document("school_certificate")
def school_certificate(case: Case) -> Drawn:
    """A certificate of schooling for the year of its issue."""
    paper, who = a4(case), case.person
    year = str(case.details.get("school_year", _year_running(case)))
    paper.letterhead(
        14,
        [
            ("ROYAUME DU MAROC", "المملكة المغربية"),
            ("Ministère de l'Éducation Nationale", "وزارة التربية الوطنية"),
            ("Académie Régionale d'Éducation", "الأكاديمية الجهوية للتربية والتكوين"),
            ("Lycée Collégial Ibn Khaldoun", "الثانوية الإعدادية ابن خلدون"),
        ],
    )
    paper.heading(48, "CERTIFICAT DE SCOLARITÉ", "شهادة مدرسية")
    y = paper.paragraph(74, "Le directeur de l'établissement certifie que l'élève désigné(e) ci-après :", 12)
    paper.text(192, y, "يشهد مدير المؤسسة أن التلميذ(ة)", 13, align="right")
    y = _identity_rows(paper, y + 14, who, number=False)
    paper.row(
        y,
        "N° Massar",
        f"{case.chance.choice('DGHJKMNR')}{case.chance.randrange(10**8, 10**9)}",
        "رقم مسار",
        size_pt=12,
    )
    paper.row(
        y + 10,
        "poursuit ses études en",
        "2ème année collégiale",
        "يتابع دراسته بالسنة",
        arabic_value="الثانية إعدادي",
        size_pt=12,
    )
    paper.row(y + 20, "Année scolaire", year, "السنة الدراسية", size_pt=12)
    _end(paper, y + 40, case, "Le directeur", "المدير", "LYCEE IBN KHALDOUN", "ابن خلدون")
    facts = full_names(who) | {"birth": who.birth.isoformat(), "school_year": year}
    return Drawn(finish(paper, fold=0.5), facts | {"issued": case.issued.isoformat()})


@document("apprenticeship_certificate")
def apprenticeship_certificate(case: Case) -> Drawn:
    """A certificate of apprenticeship of a training centre."""
    paper, who = a4(case), case.person
    year = _year_running(case)
    paper.letterhead(
        14,
        [
            ("Office de la Formation Professionnelle", "مكتب التكوين المهني"),
            ("et de la Promotion du Travail", "وإنعاش الشغل"),
            (f"Centre de formation de {who.city}", f"مركز التكوين بـ {who.city_ar}"),
        ],
    )
    paper.heading(44, "CERTIFICAT D'APPRENTISSAGE", "شهادة التكوين")
    y = paper.paragraph(
        72,
        "Le directeur du centre certifie que l'apprenti(e) désigné(e) ci-après est inscrit(e) en apprentissage :",
        12,
    )
    y = _identity_rows(paper, y + 8, who, number=False)
    paper.row(y, "Métier", "Électricité du bâtiment", "الحرفة", arabic_value="كهرباء المباني", size_pt=12)
    paper.row(y + 10, "Année de formation", year, "سنة التكوين المهني", size_pt=12)
    _end(paper, y + 32, case, "Le directeur du centre", "مدير المركز", "FORMATION", "التكوين المهني")
    return Drawn(
        finish(paper),
        full_names(who)
        | {"birth": who.birth.isoformat(), "school_year": year, "issued": case.issued.isoformat()},
    )


@document("income_attestation", "income_certificate")
def income_attestation(case: Case) -> Drawn:
    """The tax office's attestation of the taxable overall income."""
    paper, who = a4(case), case.person
    income = int(str(case.details.get("income", 0)))
    paper.letterhead(
        14,
        [
            ("ROYAUME DU MAROC", "المملكة المغربية"),
            ("Ministère de l'Économie et des Finances", "وزارة الاقتصاد والمالية"),
            ("Direction Générale des Impôts", "المديرية العامة للضرائب"),
        ],
    )
    paper.guilloche(8, 60, 194, 190, tone=228)
    paper.heading(46, "ATTESTATION DU REVENU GLOBAL IMPOSABLE", "شهادة الدخل الإجمالي الخاضع للضريبة", 14)
    y = _identity_rows(paper, 76, who)
    paper.row(y + 4, "Année", f"{case.issued.year - 1}", "السنة", size_pt=12)
    paper.row(
        y + 14, "Revenu global imposable", f"{income},00 DH", "الدخل الإجمالي الخاضع للضريبة", size_pt=12
    )
    _end(paper, y + 40, case, "Le receveur", "القابض", "IMPOTS", "إدارة الضرائب")
    facts = full_names(who) | {
        "income": f"{income}.00",
        "number": who.id_no,
        "year": case.issued.year - 1,
        "issued": case.issued.isoformat(),
    }
    return Drawn(finish(paper), facts)


def _spaced(rib: str) -> str:
    return f"{rib[:3]} {rib[3:6]} {rib[6:22]} {rib[22:]}"


@document("bank_attestation")
def bank_attestation(case: Case) -> Drawn:
    """A bank's attestation of an account, with its RIB in a table."""
    paper, who = a4(case), case.person
    paper.letterhead(
        14,
        [
            ("BANQUE IMAGINAIRE DU MAROC", "البنك المغربي الخيالي"),
            (f"Agence de {who.city}", f"وكالة {who.city_ar}"),
        ],
        13,
    )
    paper.heading(44, "ATTESTATION DE COMPTE BANCAIRE", "شهادة بنكية")
    y = paper.paragraph(
        72,
        f"Nous soussignés, Banque Imaginaire du Maroc, attestons que {who.latin}, titulaire de la CNI "
        f"n° {who.id_no}, est titulaire d'un compte ouvert dans nos livres sous les références suivantes :",
        12,
    )
    paper.text(18, y + 4, "Relevé d'identité bancaire (RIB)", 12, bold=True)
    paper.text(192, y + 3, "بيان الهوية البنكية", 13, align="right", bold=True)
    x, rib = 18.0, who.rib
    for label, digits, width in (
        ("Banque", rib[:3], 24),
        ("Ville", rib[3:6], 24),
        ("N° de compte", rib[6:22], 94),
        ("Clé", rib[22:], 22),
    ):
        paper.frame(x, y + 14, width, 9)
        paper.frame(x, y + 23, width, 11)
        paper.text(x + width / 2, y + 15.5, label, 10, align="center")
        paper.text(x + width / 2, y + 25.5, digits, 13, align="center", bold=True)
        x += width + 3
    paper.text(18, y + 42, f"IBAN : MA64 {_spaced(rib)}", 11)
    _end(paper, y + 62, case, "Le directeur d'agence", "مدير الوكالة", "BANQUE IMAGINAIRE", "البنك الخيالي")
    facts = {"rib": rib, "issued": case.issued.isoformat(), "name": who.latin}
    return Drawn(finish(paper), facts)


@document("cheque", "cheque_specimen")
def cheque(case: Case) -> Drawn:
    """A cancelled cheque, as handed in to show an account."""
    who = case.person
    paper = Paper(190, 88, case.typeface, case.chance, case.dpi)
    paper.guilloche(2, 2, 186, 84, tone=215)
    paper.frame(2, 2, 186, 84)
    paper.text(8, 6, "BANQUE IMAGINAIRE DU MAROC", 12, bold=True)
    paper.text(182, 6, "البنك المغربي الخيالي", 13, align="right", bold=True)
    paper.text(8, 20, "Payez contre ce chèque", 10)
    paper.text(182, 19, "ادفعوا مقابل هذا الشيك", 11, align="right")
    paper.text(120, 12, "DH ................", 11)
    paper.line(8, 33, 182, 33)
    paper.text(8, 36, "À l'ordre de", 10)
    paper.text(182, 35, "لأمر", 11, align="right")
    paper.line(30, 42, 172, 42)
    paper.text(8, 48, who.latin, 11, bold=True)
    paper.text(8, 54, f"Agence de {who.city}", 9)
    paper.text(8, 62, f"RIB {_spaced(who.rib)}", 11, bold=True)
    paper.text(8, 70, f"Chèque N° {case.chance.randrange(10**6, 10**7)}", 9)
    paper.specimen(34)
    paper.line(96, 72, 176, 14, 0.8, tone=90)
    paper.line(104, 74, 182, 18, 0.8, tone=90)
    paper.notice(76)
    paper.soften(0.5)
    return Drawn(paper, {"rib": who.rib, "name": who.latin})


@document("underground_work_certificate", "miner_certificate")
def underground_work_certificate(case: Case) -> Drawn:
    """A mine's attestation of years worked underground."""
    paper, who = a4(case), case.person
    years = int(str(case.details.get("years", 8)))
    paper.letterhead(
        14,
        [
            ("MINES DE L'ATLAS IMAGINAIRE S.A.", "شركة مناجم الأطلس الخيالي"),
            ("Service du personnel", "مصلحة المستخدمين"),
        ],
        13,
    )
    paper.heading(42, "ATTESTATION DE TRAVAIL AU FOND", "شهادة العمل في باطن الأرض")
    y = paper.paragraph(
        70,
        "Nous soussignés, attestons que le travailleur désigné ci-après a été occupé au fond (travaux souterrains) :",
        12,
    )
    y = _identity_rows(paper, y + 6, who)
    paper.row(y, "N° d'immatriculation CNSS", who.registration, "رقم التسجيل", size_pt=12)
    start, stop = (
        case.issued.replace(year=case.issued.year - years - 1),
        case.issued.replace(year=case.issued.year - 1),
    )
    paper.row(y + 10, "Période", f"du {start:%d/%m/%Y} au {stop:%d/%m/%Y}", "المدة", size_pt=12)
    y = paper.paragraph(y + 24, f"Soit une durée totale de {years} ans de travail au fond de la mine.", 12)
    paper.text(192, y + 2, f"أي ما مجموعه {years} سنوات من العمل في باطن الأرض", 13, align="right")
    _end(paper, y + 22, case, "Le chef du personnel", "رئيس المستخدمين", "MINES DE L'ATLAS", "مناجم الأطلس")
    facts = full_names(who) | {"years_underground": years}
    return Drawn(finish(paper, fold=0.33), facts | {"issued": case.issued.isoformat()})


@document("work_certificate", "activity_proof")
def work_certificate(case: Case) -> Drawn:
    """An employer's certificate that somebody works."""
    paper, who = a4(case), case.person
    paper.letterhead(14, [("TEXTILES DU DÉTROIT S.A.R.L.", "شركة نسيج المضيق"), (who.city, who.city_ar)], 13)
    paper.heading(42, "ATTESTATION DE TRAVAIL", "شهادة العمل")
    y = paper.paragraph(
        70,
        "Nous soussignés, certifions que la personne désignée ci-après est employée dans notre société :",
        12,
    )
    y = _identity_rows(paper, y + 6, who)
    paper.row(y, "Fonction", "Comptable", "المهنة", arabic_value="محاسبة", size_pt=12)
    paper.row(
        y + 10, "Depuis le", in_french(case.issued.replace(year=case.issued.year - 6)), "منذ", size_pt=12
    )
    _end(paper, y + 34, case, "Le gérant", "المسير", "TEXTILES DU DETROIT", "نسيج المضيق")
    return Drawn(finish(paper), full_names(who) | {"issued": case.issued.isoformat()})


def _fund_head(paper: Paper) -> None:
    paper.letterhead(
        14,
        [
            ("CAISSE NATIONALE DE SÉCURITÉ SOCIALE", "الصندوق الوطني للضمان الاجتماعي"),
            ("Pôle Prestations", "قطب التعويضات"),
        ],
    )


@document("special_needs_file", "sn_file")
def special_needs_file(case: Case) -> Drawn:
    """The fund's file 310-1-41: recognition of a person with special needs."""
    paper, who = a4(case), case.person
    _fund_head(paper)
    paper.heading(
        40, "Reconnaissance d'une personne à besoin spécifique", "إثبات وضعية شخص ذو الاحتياجات الخاصة", 14
    )
    paper.text(105, 60, "Réf : 310-1-41", 12, align="center", bold=True)
    y = paper.paragraph(72, "Identité de la personne à besoin spécifique", 12)
    y = _identity_rows(paper, y + 4, who, number=False)
    paper.row(
        y + 2,
        "Nature du handicap",
        "Déficience motrice",
        "نوع الإعاقة",
        arabic_value="إعاقة حركية",
        size_pt=12,
    )
    paper.row(y + 12, "Date de l'examen médical", f"{case.issued:%d/%m/%Y}", "تاريخ الفحص الطبي", size_pt=12)
    _end(paper, y + 34, case, "Le médecin traitant", "الطبيب المعالج", "DR INVENTE", "طبيب")
    return Drawn(
        finish(paper), full_names(who) | {"birth": who.birth.isoformat(), "issued": case.issued.isoformat()}
    )


@document("honour_declaration", "sn_honour")
def honour_declaration(case: Case) -> Drawn:
    """The fund's declaration on honour 310-1-42."""
    paper, who = a4(case), case.person
    _fund_head(paper)
    paper.heading(40, "DÉCLARATION SUR L'HONNEUR", "تصريح بالشرف")
    paper.text(105, 62, "Réf : 310-1-42", 12, align="center", bold=True)
    y = _identity_rows(paper, 76, who)
    y = paper.paragraph(
        y + 4,
        "Je déclare sur l'honneur ne pas disposer d'un revenu suffisant pour subvenir aux besoins de mon enfant "
        "à besoin spécifique, et que celui-ci n'exerce aucune activité.",
        12,
    )
    y = paper.paragraph(
        y + 4,
        "أصرح بشرفي أنني لا أتوفر على دخل كاف لتلبية حاجيات الطفل ذي الاحتياجات الخاصة وأن الطفل لا يزاول أي عمل",
        13,
    )
    _end(paper, y + 16, case, "Signature légalisée", "إمضاء مصادق عليه", who.city.upper(), "تصحيح الإمضاء")
    facts = full_names(who) | {"issued": case.issued.isoformat()}
    return Drawn(finish(paper), facts)
