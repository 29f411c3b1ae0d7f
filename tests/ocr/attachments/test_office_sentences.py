"""Facts in sentences as offices write them, words given as perfectly read: what is tested is who and when.

These sentences stand in none of the drawn sets: they were written for the readers to be adjusted on.
"""

from __future__ import annotations

import pytest

from core.dates_in_text import fold_letters
from core.document_types import DocumentTypes
from forms_service.spec_catalogue import SpecCatalogue
from tests.ocr.attachments.test_facts import facts, page

SENTENCES = [
    (
        "death_certificate",
        [],
        [
            "بناء على سجلاتنا فإن المسمى محمد العلوي المزداد بتاريخ 12 مارس 1950 توفي بتاريخ 3 ماي 2024",
            "حرر في 10 يونيو 2025",
        ],
        {"name.ar": "محمد العلوي", "death": "2024-05-03", "birth": "1950-03-12", "issued": "2025-06-10"},
    ),
    (
        "death_certificate",
        [],
        [
            "توفي في 12 مارس 2024 على الساعة الثالثة السيد محمد العلوي ابن أحمد وفاطمة",
            "سلم بتاريخ 2025/06/10",
        ],
        {"name.ar": "محمد العلوي", "death": "2024-03-12", "issued": "2025-06-10"},
    ),
    (
        "death_certificate",
        [],
        [
            "الهالك : محمد العلوي",
            "تاريخ الوفاة : 12 مارس 2024",
            "تاريخ الازدياد : 1950/03/12",
            "رقم الرسم : 321",
        ],
        {"name.ar": "محمد العلوي", "death": "2024-03-12", "birth": "1950-03-12", "act": "321"},
    ),
    (
        "death_certificate",
        [],
        [
            "في يوم 12 مارس 2024 توفيت السيدة فاطمة الزهراء بنعلي بمدينة فاس، وكانت قد ازدادت بتاريخ 5 غشت 1961",
            "رسم عدد 77",
        ],
        {"name.ar": "فاطمة الزهراء بنعلي", "death": "2024-03-12", "birth": "1961-08-05", "act": "77"},
    ),
    (
        "death_certificate",
        [],
        [
            "المتوفى : كريم التازي || المولود بتاريخ 1 يناير 1949",
            "كانت وفاته بتاريخ 2 فبراير 2025",
            "سلمت هذه النسخة في 3 مارس 2025",
        ],
        {"name.ar": "كريم التازي", "death": "2025-02-02", "birth": "1949-01-01", "issued": "2025-03-03"},
    ),
    (
        "death_certificate",
        [
            "Le nommé Mohamed ALAOUI, né le 12 mars 1950 à Fès, est décédé le 3 mai 2024.",
            "Acte numéro 45 de l'année 2024",
            "Délivré le 10/06/2025",
        ],
        [],
        {
            "name": "Mohamed ALAOUI",
            "death": "2024-05-03",
            "birth": "1950-03-12",
            "act": "45",
            "issued": "2025-06-10",
        },
    ),
    (
        "death_certificate",
        [
            "Nom du défunt : Alaoui Mohamed",
            "Date de décès : 03/05/2024",
            "Date de naissance : 12/03/1950",
            "Fait à Fès, le 10/06/2025",
        ],
        [],
        {"name": "Alaoui Mohamed", "death": "2024-05-03", "birth": "1950-03-12", "issued": "2025-06-10"},
    ),
    (
        "death_certificate",
        [
            "Nom || ALAOUI",
            "Prénom || Mohamed",
            "Décédé le || 03/05/2024",
            "Né le || 12/03/1950",
            "N° de l'acte || 33",
        ],
        [],
        {"name": "Mohamed ALAOUI", "death": "2024-05-03", "birth": "1950-03-12", "act": "33"},
    ),
    (
        "death_certificate",
        [
            "Le trois mai 2024, le 03/05/2024, est décédée à Rabat Madame Fatima Zahra BENALI, née le 05/08/1961",
            "Pour copie conforme, Rabat le 10/06/2025",
        ],
        [],
        {"name": "Fatima Zahra BENALI", "death": "2024-05-03", "birth": "1961-08-05", "issued": "2025-06-10"},
    ),
    (
        "filiation_act",
        [],
        [
            "أقر السيد محمد العلوي بأن الطفل آدم العلوي المزداد بتاريخ 5 ماي 2019 هو ابنه من صلبه",
            "وحرر بتاريخ 6 يونيو 2025",
        ],
        {"name.ar": "محمد العلوي", "child.ar": "آدم العلوي", "issued": "2025-06-06"},
    ),
    (
        "filiation_act",
        [],
        [
            "قضت المحكمة بثبوت نسب البنت مريم التازي إلى والدها السيد كريم التازي",
            "صدر الحكم بتاريخ 2025/06/06",
        ],
        {"name.ar": "كريم التازي", "child.ar": "مريم التازي", "issued": "2025-06-06"},
    ),
    (
        "filiation_act",
        [],
        ["لحوق نسب الابن يوسف بنعلي بأبيه السيد رشيد بنعلي المغربي", "في 6 يونيو 2025"],
        {"name.ar": "رشيد بنعلي", "child.ar": "يوسف بنعلي"},
    ),
    (
        "filiation_act",
        [],
        [
            "اعترف السيد كريم التازي الحامل للبطاقة الوطنية رقم AB12345 أن المولودة سلمى التازي بنته",
            "سجل بتاريخ 6 يونيو 2025",
        ],
        {"name.ar": "كريم التازي", "child.ar": "سلمى التازي", "issued": "2025-06-06"},
    ),
    (
        "filiation_act",
        [],
        ["المقر : كريم التازي", "المقر به : سلمى التازي", "تاريخ التحرير : 2025/06/06"],
        {"name.ar": "كريم التازي", "child.ar": "سلمى التازي", "issued": "2025-06-06"},
    ),
    (
        "adoul_certificate",
        [],
        [
            "بطلب من السيدة نادية الفاسي شهد الشهود بأن زوجها غاب عنها منذ سنة 2020 وأنها تتكفل بطفلها آدم العلوي",
            "أدرجت بتاريخ 6 يونيو 2025",
        ],
        {"name.ar": "نادية الفاسي", "child.ar": "آدم العلوي", "issued": "2025-06-06"},
    ),
    (
        "adoul_certificate",
        [],
        ["المشهود لها : نادية الفاسي", "حضانة الطفلة مريم العلوي", "حرر بتاريخ 6 يونيو 2025"],
        {"name.ar": "نادية الفاسي", "child.ar": "مريم العلوي", "issued": "2025-06-06"},
    ),
    (
        "adoul_certificate",
        [],
        [
            "يشهد شهوده بمعرفة السيدة نادية الفاسي وأن زوجها السيد كريم التازي هجرها وترك لها ابنتها مريم التازي",
            "خوطب عليه بتاريخ 6 يونيو 2025",
        ],
        {"name.ar": "نادية الفاسي", "child.ar": "مريم التازي", "issued": "2025-06-06"},
    ),
    (
        "guardianship_act",
        [],
        [
            "عينت السيدة نادية الفاسي مقدمة على ابنها القاصر آدم العلوي المولود بتاريخ 5 ماي 2019",
            "صدر بتاريخ 6 يونيو 2025",
        ],
        {"name.ar": "نادية الفاسي", "child.ar": "آدم العلوي", "issued": "2025-06-06"},
    ),
    (
        "guardianship_act",
        [],
        [
            "أوصى المرحوم بأن يكون السيد كريم التازي وصيا على ولده القاصر آدم العلوي",
            "حررت بتاريخ 6 يونيو 2025",
        ],
        {"name.ar": "كريم التازي", "child.ar": "آدم العلوي", "issued": "2025-06-06"},
    ),
    (
        "guardianship_act",
        [],
        ["الوصي : كريم التازي", "القاصر : آدم العلوي", "حرر بفاس في 6 يونيو 2025"],
        {"name.ar": "كريم التازي", "child.ar": "آدم العلوي", "issued": "2025-06-06"},
    ),
    (
        "guardianship_act",
        [
            "Le juge des mineurs nomme Madame Nadia FASSI tutrice de l'enfant mineur Adam ALAOUI",
            "Fait le 06/06/2025",
        ],
        ["تعين السيدة نادية الفاسي وصية على القاصر آدم العلوي"],
        {"name": "Nadia FASSI", "name.ar": "نادية الفاسي", "child.ar": "آدم العلوي", "issued": "2025-06-06"},
    ),
    (
        "adoption_act",
        [],
        ["تكفلت السيدة نادية الفاسي بالطفلة مريم العلوي المزدادة بتاريخ 5 ماي 2019", "وحرر في 6 يونيو 2025"],
        {"name.ar": "نادية الفاسي", "child.ar": "مريم العلوي", "issued": "2025-06-06"},
    ),
    (
        "adoption_act",
        [],
        ["الكافل : كريم التازي", "المكفول : آدم العلوي", "بتاريخ 6 يونيو 2025"],
        {"name.ar": "كريم التازي", "child.ar": "آدم العلوي", "issued": "2025-06-06"},
    ),
    (
        "divorce_act",
        [],
        [
            "طلق السيد كريم التازي زوجته السيدة نادية الفاسي طلقة بائنة بتاريخ 5 ماي 2024",
            "حرر بتاريخ 6 يونيو 2025",
        ],
        {
            "husband.ar": "كريم التازي",
            "wife.ar": "نادية الفاسي",
            "divorced": "2024-05-05",
            "issued": "2025-06-06",
        },
    ),
    (
        "divorce_act",
        [],
        ["المطلق : كريم التازي", "المطلقة : نادية الفاسي", "تاريخ الطلاق : 5 ماي 2024"],
        {"husband.ar": "كريم التازي", "wife.ar": "نادية الفاسي", "divorced": "2024-05-05"},
    ),
    (
        "marriage_act",
        [],
        ["عقد السيد كريم التازي نكاحه على الآنسة نادية الفاسي بتاريخ 5 ماي 2014 الموافق 5 رجب 1435"],
        {
            "husband.ar": "كريم التازي",
            "wife.ar": "نادية الفاسي",
            "married": "2014-05-05",
            "married.hijri": "1435-07-05 AH",
        },
    ),
    (
        "cnss_card",
        [
            "N° d'immatriculation : 123456789",
            "Nom et prénom : TAZI Karim",
            "Né(e) le : 05/05/1980",
            "Délivrée le : 06/06/2025",
        ],
        ["الاسم الكامل : كريم التازي"],
        {
            "registration": "123456789",
            "name": "TAZI Karim",
            "name.ar": "كريم التازي",
            "birth": "1980-05-05",
            "issued": "2025-06-06",
        },
    ),
    (
        "cnss_card",
        ["Immatriculation", "123 456 789", "KARIM TAZI", "Né le 05/05/1980"],
        [],
        {"registration": "123456789", "birth": "1980-05-05", "name": "KARIM TAZI"},
    ),
    (
        "cnss_card",
        ["CAISSE NATIONALE DE SECURITE SOCIALE", "N° 123456789", "M. KARIM TAZI", "05/05/1980"],
        [],
        {"registration": "123456789", "name": "KARIM TAZI", "birth": "1980-05-05"},
    ),
    (
        "birth_extract",
        [],
        [
            "في يوم 5 ماي 2019 ولد بمدينة فاس الطفل آدم العلوي من أبيه كريم العلوي ومن أمه نادية الفاسي",
            "رسم عدد 77",
        ],
        {"birth": "2019-05-05", "father.ar": "كريم العلوي", "mother.ar": "نادية الفاسي", "act": "77"},
    ),
    (
        "birth_extract",
        [
            "Prénom : Adam",
            "Nom : ALAOUI",
            "Né à Fès le 05/05/2019",
            "de : Karim",
            "et de : Nadia",
            "Acte n° 77",
        ],
        ["الاسم الشخصي : آدم", "الاسم العائلي : العلوي", "والده : كريم", "والدته : نادية"],
        {
            "first": "Adam",
            "last": "ALAOUI",
            "birth": "2019-05-05",
            "father.ar": "كريم",
            "mother.ar": "نادية",
            "act": "77",
            "mother": "Nadia",
        },
    ),
    (
        "ipp_judgment",
        [],
        [
            "باسم جلالة الملك",
            "حكم رقم : 321/1501/2024",
            "المدعي : كريم التازي",
            "بتحديد نسبة العجز في 67 %",
            "صدر بتاريخ 6 يونيو 2025",
        ],
        {"name.ar": "كريم التازي", "ipp_rate": 67, "number": "321/1501/2024", "issued": "2025-06-06"},
    ),
]


@pytest.fixture(scope="module")
def types() -> DocumentTypes:
    return SpecCatalogue.load().types


@pytest.mark.parametrize(("class_id", "french", "arabic", "true"), SENTENCES)
def test_facts_in_the_sentences_of_offices(
    types: DocumentTypes, class_id: str, french: list[str], arabic: list[str], true: dict[str, object]
) -> None:
    read = facts(types, class_id, page(french, arabic))
    assert {fact: _told(read.get(fact)) for fact in true} == {fact: _told(one) for fact, one in true.items()}


def _told(value: object) -> list[str]:
    """A value but for accents, case, hamza and the order of a name's words."""
    return sorted(fold_letters(str(value)).split())
