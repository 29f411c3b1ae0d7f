"""The forms' words against literal copies of the sources, both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from core.dossier import fact_fields
from core.form_spec import FormSpec, StaticText
from core.localized_text import LocalizedText, is_arabic_letter
from forms_service.spec_catalogue import SpecCatalogue


def printed_texts(spec: FormSpec) -> Iterator[LocalizedText]:
    """Everything the paper says, in its order."""
    yield spec.title
    yield from spec.header
    yield spec.reference_label
    for section in spec.sections:
        if section.title:
            yield section.title
        for row in section.rows:
            if isinstance(row, StaticText):
                yield row.text
                continue
            for one in row:
                yield one.label
                yield from (choice.label for choice in one.choices)
    yield from spec.footnotes.values()


def said(spec: FormSpec) -> set[tuple[str, str]]:
    return {(text.fr, text.ar) for text in printed_texts(spec)}


PAPER_311 = [
    ("Demande de perception d'Allocations Familiales", "طلب الحصول على التعويضات العائلية"),
    ("Pôle Prestations", "قطب التعويضات"),
    ("Direction des Prestations Familiales et Sociales", "مديرية التعويضات العائلية والاجتماعية"),
    ("N° Dossier", "رقم الملف"),
    ("Nature de la demande", "طبيعة الطلب"),
    ("Transfert de droit", "تحويل استحقاق"),
    ("Demande initiale ou supplémentaire", "طلب أولي أو إضافي"),
    ("Nombre d'enfant à déclarer", "عدد الأطفال الذين سيصرح بهم"),
    ("Qualité du demandeur", "صفة صاحب الطلب"),
    ("Tuteur", "وصي"),
    ("IPP 70%", "عجز بدني 70%"),
    ("Veuf(ve) sans PS", "أرمل(ة) بدون معاش"),
    ("Divorcé(e)", "مطلق(ة)"),
    ("Assuré(e)", "المؤمن له(ها)"),
    ("Informations concernant l'assuré (e)", "معلومات خاصة بالمؤمن له(ها)"),
    ("Date de naissance", "تاريخ الازدياد"),
    ("N° CNI", "رقم البطاقة الوطنية للتعريف"),
    ("N° d'immatriculation de l'assuré(e)", "رقم تسجيل المؤمن له(ها)"),
    ("Prénom", "الاسم الشخصي"),
    ("Nom", "الاسم العائلي"),
    ("Adresse", "العنوان"),
    ("Code Postale", "الرمز البريدي"),
    ("Ville", "المدينة"),
    ("Quartier", "الحي"),
    ("Téléphone portable", "الهاتف المحمول"),
    ("Pays", "البلد"),
    ("Adresse Email", "البريد الإلكتروني"),
    ("Informations concernant le(a) conjoint (e)", "معلومات خاصة بالزوج(ة)"),
    ("N° d'immatriculation du conjoint (e)", "رقم تسجيل الزوج(ة)"),
    ("La situation professionnelle", "الوضعية المهنية"),
    ("Employé(e)", "مستخدم(ة)"),
    ("Travailleur(se) non salarié(e)", "عامل(ة) غير أجير(ة)"),
    ("Fonctionnaire", "موظف(ة)"),
    ("Sans profession", "بدون عمل"),
    ("N° Tél portable", "الهاتف المحمول"),
    ("Informations concernant le tuteur", "معلومات خاصة بالوصي"),
    ("N° d'immatriculation du tuteur", "رقم تسجيل الوصي"),
    ("Je déclare les informations citées sincères et véritables", "أصرح بمصداقية وصحة المعلومات المذكورة"),
    ("Signature du demandeur", "إمضاء صاحب الطلب"),
    (
        "NB: Toute fausse déclaration expose le déclarant à des sanctions pénales et des poursuites judiciaires "
        "conformément à la réglementation en vigueur.",
        "تنبيه: أي تصريح غير صحيح يعرض المصرح لعقوبات جنائية ومتابعات قضائية طبقاً للتشريع الجاري به العمل.",
    ),
    ("En cas de disponibilité", "في حالة توفره"),
    ("Joindre à la demande une pièce justifiant l'activité", "إرفاق الطلب بوثيقة تثبت النشاط المزاول"),
    (
        "Une fois cette case est cochée elle est considérée comme déclaration sur l'honneur d'inactivité du "
        "conjoint et un engagement à informer la CNSS de tout changement survenu ultérieurement",
        "وضع علامة في هذا الإطار يعتبر بمثابة تصريح بالشرف بعدم ممارسة الزوج(ة) لأي نشاط أجري أو مهني وبمثابة "
        "التزام بإخبار الصندوق الوطني للضمان الاجتماعي بأي تغيير يطرأ لاحقاً",
    ),
    (
        "Les pensionné(e)s ayant des enfants nés au plus tard le trois centième jour après la date de prise "
        "d'effet de la pension",
        "أصحاب المعاشات الذين لديهم أطفال ولدوا على أبعد تقدير في اليوم الثلاثمائة الموالي للتاريخ الفعلي للمعاش",
    ),
    (
        "Avoir un salaire mensuel supérieur ou égal à 60% du SMIG (ou 60% du SMAG pour le secteur agricole)",
        "التوفر على أجرة شهرية لا تقل على 60% من الحد الأدنى للأجور",
    ),
    (
        "12 ans pour l'enfant à charge résident au Maroc",
        "12 عاما فيما يخص الأولاد الذين هم عمليا وبصفة خاصة تحت نفقة المأجور",
    ),
    (
        "Jusqu'à 21 ans pour l'enfant qui a eu son baccalauréat, et qui poursuit ses études au Maroc ou à l'étranger",
        "21 سنة بالنسبة للطفل الحاصل على البكالوريا والذي يتابع دراسته الجامعية بالمغرب أو بالخارج",
    ),
    (
        "Toute demande doit être déposée dans un délai de 6 mois à compter de la naissance de l'enfant",
        "يجب إيداع الطلب في أجل لا يتعدى 6 أشهر ابتداء من ولادة الطفل",
    ),
    ("Pièces à joindre à cette demande", "الوثائق الواجب إرفاقها مع هذا الطلب"),
    ("UN TUTEUR", "الوصي"),
    ("Extrait d'acte de décès des parents", "شهادة وفاة الأبوين"),
    (
        "Une copie de l'acte de divorce ou un certificat adulaire certifié par le juge d'authentification, qui "
        "justifie l'abandon du père et la prise en charge de l'enfant par la mère en cas de séparation de corps",
        "نسخة من عقد الطلاق أو شهادة عدلية مصادق عليها من طرف قاضي التوثيق تثبت هجران الأب لفراش الزوجية وحضانة "
        "الطفل من طرف الأم",
    ),
    (
        "Une copie de judgement précisant l'incapacité physique permanente (IPP) égale ou supérieure à 70%.",
        "نسخة من الحكم القضائي الذي يحدد نسبة العجز (70% على الأقل).",
    ),
    (
        "Un certificat d'apprentissage pour l'enfant âgé de plus de 12 ans et de moins de 18 ans",
        "شهادة التكوين بالنسبة للطفل البالغ من العمر أكثر من 12 سنة وأقل من 18 سنة",
    ),
    (
        "Une déclaration sur l'honneur, Réf: 310-1-42, précisant que le demandeur d'AF n'a pas de revenu suffisant "
        "pour subvenir aux besoins de son enfant et l'inactivité de l'enfant à besoin spécifique",
        "تصريح بالشرف، مرجع رقم: 310-1-42، يثبت أن صاحب الطلب لا يتوفر على دخل كافي لتلبية حاجيات الطفل ذو "
        "الاحتياجات الخاصة وعدم عمل الطفل",
    ),
    (
        "(*) Important : En plus des pièces susmentionnées, il faut joindre à la demande une attestation de compte "
        "bancaire ou un spécimen de chèque du demandeur, si le dépôt n'est pas fait auparavant à la CNSS",
        "(*)هام: بالإضافة إلى الوثائق المذكورة أعلاه يجب إرفاق ملف الطلب بشهادة بنكية شخصية أو نموذج شيك لصاحب "
        "الطلب، إذا لم يتم الإدلاء بها سابقا للصندوق الوطني للضمان الاجتماعي",
    ),
    (
        "Pour chaque enfant à charge et pour 6 enfants maximum, la CNSS verse, par mois, des allocations familiales "
        "de 300 DH par enfant pour les 3 premiers enfants, et de 26 DH pour les 3 suivants.",
        "يصرف الصندوق الوطني للضمان الاجتماعي للمؤمن له، شهريا، تعويضات عائلية عن كل طفل متكفل به في حدود 6 أطفال، "
        "بمبلغ 300 درهم للطفل في حدود الأطفال الثلاثة الأولين، و26 درهم للأطفال الثلاثة الموالين.",
    ),
    (
        "Les traitements des données à caractère personnel sont conformes à la loi 09-08 relative à la protection "
        "des personnes physiques à l'égard des traitements des données à caractère personnel.",
        "تتم معالجة المعلومات ذات الطابع الشخصي طبقا لمقتضيات القانون 09-08 المتعلق بحماية الأشخاص الذاتيين تجاه "
        "معالجة المعلومات ذات الطابع الشخصي.",
    ),
]

PAPER_310 = [
    ("Demande de remboursement des cotisations salariales", "طلب استرجاع مبلغ الاشتراكات الأجرية"),
    (
        "Une copie de la carte d'immatriculation à la CNSS (*)",
        "نسخة من بطاقة التسجيل بالصندوق الوطني للضمان الاجتماعي (*)",
    ),
    (
        "Formulaire « Demande de remboursement des cotisations salariales » de l'assuré(e) (réf. 310-1-32) (*)",
        "استمارة طلب استرجاع مبلغ الاشتراكات الأجرية الخاص بالمؤمن له(ها) (المرجع رقم: 310-1-32) (*)",
    ),
    (
        "4. Une attestation de travail au fond (souterrain) d'une durée de 5 ans au moins (*)",
        "4. شهادة العمل في باطن الأرض لمدة 5 سنوات على الأقل (*)",
    ),
    ("Compte bancaire (RIB)", "الحساب البنكي"),
    ("Mineur (travailleur du fond)", "عامل(ة) بالمناجم"),
    ("Fait à", "حرر في"),
    ("Code Postal", "الرمز البريدي"),
]


@pytest.mark.parametrize("words", PAPER_311, ids=lambda words: words[0][:40])
def test_the_allowance_form_says_it_exactly(allowance: FormSpec, words: tuple[str, str]) -> None:
    assert words in said(allowance)


@pytest.mark.parametrize("words", PAPER_310, ids=lambda words: words[0][:40])
def test_the_refund_form_says_it_exactly(refund: FormSpec, words: tuple[str, str]) -> None:
    assert words in said(refund)


def test_the_order_of_qualities_and_of_the_first_row_is_the_papers(allowance: FormSpec) -> None:
    qualities = [one.value for one in allowance.field("quality").choices]
    assert qualities == ["guardian", "ipp70", "widow_no_pension", "divorced", "assured"]
    section = next(one for one in allowance.sections if one.id == "assured")
    first = [one.id for one in section.rows[0]]
    assert first == ["assured.birth", "assured.id_no", "assured.registration"]


def test_footnote_marks_stand_where_the_form_prints_them(allowance: FormSpec) -> None:
    marked = {one.id: one.footnotes for one in allowance.fields() if one.footnotes}
    assert marked == {
        "assured.id_no": ("1",),
        "spouse.id_no": ("1",),
        "spouse.registration": ("2",),
        "guardian.id_no": ("1",),
        "guardian.registration": ("2",),
    }
    of_choices = {c.value: c.footnotes for one in allowance.fields() for c in one.choices if c.footnotes}
    assert of_choices == {
        "widow_no_pension": ("*",),
        "employee": ("3",),
        "self_employed": ("3",),
        "civil_servant": ("3",),
        "none": ("4",),
    }


def test_every_document_is_asked_in_the_words_of_the_printed_list(allowance: FormSpec) -> None:
    printed = {text for _, text in said(allowance)}
    own_words = {"form", "spouse_activity", "bank"}  # implied, from note (3), from the «(*) Important» notice
    for document in allowance.documents:
        if document.id not in own_words:
            assert document.label.ar in printed, document.id


def every_text(catalogue: SpecCatalogue) -> Iterator[tuple[str, LocalizedText]]:
    for spec in catalogue.forms():
        texts = list(printed_texts(spec))
        texts += [one.label for one in (*spec.documents, *spec.parameters, *spec.calculations)]
        texts += [one.accept_message for one in spec.documents if one.accept_message]
        texts += [one.message for one in spec.rules] + [one.late_message for one in spec.deadlines]
        texts += [one.label for one in fact_fields(spec)]
        texts += [one.label for group in spec.groups for one in group.fields]
        if spec.physical_check_notice:
            texts.append(spec.physical_check_notice)
        yield from ((spec.id, text) for text in texts)
    for one in (*catalogue.types.classes.values(), *catalogue.types.types.values()):
        yield one.id, one.label


def test_arabic_is_arabic_and_french_is_french(catalogue: SpecCatalogue) -> None:
    for where, text in every_text(catalogue):
        assert any(map(is_arabic_letter, text.ar)), (where, text)
        assert not any(map(is_arabic_letter, text.fr)), (where, text)


def test_no_reading_error_or_reversed_number_is_left(catalogue: SpecCatalogue) -> None:
    wrong = re.compile("08-09|32-1-310|الإجتماعي|المزاوم|المزاوون|يسرف|الأزيد|بالتشرف|المصريح|ىء|ﻻ|ـ")
    for where, text in every_text(catalogue):
        assert not wrong.search(text.ar + text.fr), (where, text)


def test_what_the_sources_leave_open_is_marked_with_a_reason(catalogue: SpecCatalogue) -> None:
    allowance, refund = catalogue.get("311-1-14"), catalogue.get("310-1-32")
    for one in refund.fields():
        assert one.proposed, one.id
    for one in allowance.fields():
        if one.required is not False:
            assert one.proposed, one.id
    marked = {one.id for one in allowance.documents if one.proposed}
    assert {"id_parents", "death_parents", "school", "spouse_activity", "marriage"} <= marked
    dated = [v for p in allowance.parameters for v in p.values if v.since]
    assert dated and all("date" in (one.proposed or "") for one in dated)
