"""What synthetic forms are filled with: fonts and invented answers, in three sets kept apart.

Readers are tuned on ``TUNING``, their confidence is calibrated on ``CALIBRATING``, and both are
judged on ``MEASURING``.  No two share a font family, a name, a place or a seed (``seed_offset``),
so a measured figure never praises what was learnt by heart; ``tests/ocr`` checks that they stay
apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import MissingTool
from core.localized_text import LocalizedText

FONT_FOLDERS = (Path("/usr/share/fonts/truetype"), Path("/usr/share/fonts/opentype"))

_NO_FONT = LocalizedText(
    ar="لا يوجد أي خط من خطوط التجربة. تثبتها الحزم: fonts-liberation fonts-dejavu fonts-noto-core"
    " fonts-hosny-amiri fonts-kacst fonts-sil-scheherazade fonts-unikurdweb"
    " fonts-courier-prime fonts-clear-sans fonts-gnutypewriter",
    fr="Aucune police d'essai n'est installée. Installez les paquets fonts-liberation fonts-dejavu "
    "fonts-noto-core fonts-hosny-amiri fonts-kacst fonts-sil-scheherazade fonts-unikurdweb "
    "fonts-courier-prime fonts-clear-sans fonts-gnutypewriter",
)


@dataclass(frozen=True, slots=True)
class Material:
    """One set of fonts and invented answers.

    Attributes:
        names: Pairs of a Latin and an Arabic spelling of one name.
        places: Pairs of a Latin and an Arabic city.
        addresses: Addresses in either script; quarters likewise.
    """

    name: str
    seed_offset: int
    latin_fonts: tuple[str, ...]
    arabic_fonts: tuple[str, ...]
    first_names: tuple[tuple[str, str], ...]
    last_names: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    quarters: tuple[tuple[str, str], ...]
    addresses: tuple[tuple[str, str], ...]
    remarks: tuple[tuple[str, str], ...]
    domains: tuple[str, ...]


TUNING = Material(
    name="tuning",
    seed_offset=0,
    latin_fonts=(
        "noto/NotoSans-Regular.ttf",
        "liberation/LiberationSans-Regular.ttf",
        "dejavu/DejaVuSerif.ttf",
    ),
    arabic_fonts=(
        "noto/NotoNaskhArabic-Regular.ttf",
        "noto/NotoSansArabic-Regular.ttf",
        "kacst/KacstBook.ttf",
    ),
    first_names=(
        *(("Mohamed", "محمد"), ("Fatima Zahra", "فاطمة الزهراء"), ("Youssef", "يوسف"), ("Salma", "سلمى")),
        *(("Hassan", "حسن"), ("Khadija", "خديجة"), ("Abdellatif", "عبد اللطيف"), ("Nadia", "نادية")),
        *(("Rachid", "رشيد"), ("Zineb", "زينب"), ("Mustapha", "مصطفى"), ("Aïcha", "عائشة")),
    ),
    last_names=(
        *(("El Mansouri", "المنصوري"), ("Benali", "بنعلي"), ("Chraïbi", "الشرايبي"), ("Tazi", "التازي")),
        *(("Bouazza", "بوعزة"), ("El Idrissi", "الإدريسي"), ("Haddad", "الحداد"), ("Ouazzani", "الوزاني")),
        *(("Lahlou", "لحلو"), ("Berrada", "برادة"), ("Amrani", "العمراني"), ("Ziani", "الزياني")),
    ),
    places=(("Casablanca", "الدار البيضاء"), ("Meknès", "مكناس"), ("Agadir", "أكادير"), ("Tétouan", "تطوان")),
    quarters=(("Hay Mohammadi", "الحي المحمدي"), ("Maârif", "المعاريف"), ("Agdal", "أكدال")),
    addresses=(
        ("12, rue Ibn Sina", "12 زنقة ابن سينا"),
        ("45 avenue Hassan II, appt 3", "45 شارع الحسن الثاني"),
        ("Lot Al Amal n° 7", "تجزئة الأمل رقم 7"),
    ),
    remarks=(("Attestation jointe", "شهادة مرفقة"), ("Société Atlas Textile", "شركة أطلس للنسيج")),
    domains=("gmail.com", "exemple.ma"),
)

CALIBRATING = Material(
    name="calibrating",
    seed_offset=2_000_003,
    latin_fonts=(
        "clear-sans/ClearSans-Regular.ttf",
        "courier-prime/Courier Prime.otf",
        "liberation/LiberationSansNarrow-Regular.ttf",
        "gnutypewriter/GNUTypewriter.ttf",
    ),
    # Unikurd and KacstPoster were never shown to our recogniser of Arabic; the other two were, but
    # few free fonts hold all letters and swing them as KacstFarsi does.
    arabic_fonts=(
        "unikurdweb/Unikuweb.ttf",
        "kacst/KacstPoster.ttf",
        "kacst/KacstLetter.ttf",
        "kacst/KacstFarsi.ttf",
    ),
    first_names=(
        *(("Hamza", "حمزة"), ("Imane", "إيمان"), ("Ahmed", "أحمد"), ("Samira", "سميرة")),
        *(("Noureddine", "نور الدين"), ("Hanane", "حنان"), ("Omar", "عمر"), ("Latifa", "لطيفة")),
        *(("Tarik", "طارق"), ("Wafae", "وفاء"), ("Abdelkrim", "عبد الكريم"), ("Asmae", "أسماء")),
        *(("Zakaria", "زكرياء"), ("Chaïmae", "شيماء"), ("Bilal", "بلال"), ("Fadoua", "فدوى")),
        *(("Jaouad", "جواد"), ("Rajae", "رجاء"), ("Ilyas", "إلياس"), ("Keltoum", "كلثوم")),
        *(("Mehdi", "المهدي"), ("Nezha", "نزهة"), ("Taïb", "الطيب"), ("Sanae", "سناء")),
        *(("Hicham", "هشام"), ("Siham", "سهام"), ("Mounir", "منير"), ("Bouchra", "بشرى")),
    ),
    last_names=(
        *(
            ("Tahiri", "الطاهري"),
            ("Belkacem", "بلقاسم"),
            ("El Amrani", "الأمراني"),
            ("Cherkaoui", "الشرقاوي"),
        ),
        *(("Bouhlal", "بوهلال"), ("Raïssouni", "الريسوني"), ("Daoudi", "الداودي"), ("Slaoui", "السلاوي")),
        *(("Mernissi", "المرنيسي"), ("Ghazali", "الغزالي"), ("El Harti", "الهرتي"), ("Zouhri", "الزهري")),
        *(("Lamrini", "المريني"), ("Ouchen", "أوشن"), ("Jebli", "الجبلي"), ("Kettani", "الكتاني")),
        *(("Bensouda", "بنسودة"), ("Tounsi", "التونسي"), ("Rhazi", "غازي"), ("Mekouar", "مكوار")),
        *(("Hajji", "حجي"), ("Squalli", "السقالي"), ("Ait Taleb", "آيت طالب"), ("Nejjar", "النجار")),
        *(("El Ouafi", "الوافي"), ("Chafik", "شفيق"), ("Dahbi", "الذهبي"), ("Kadiri", "القادري")),
    ),
    places=(
        *(("Marrakech", "مراكش"), ("Tanger", "طنجة"), ("Salé", "سلا"), ("El Jadida", "الجديدة")),
        *(("Safi", "آسفي"), ("Khouribga", "خريبكة"), ("Nador", "الناظور"), ("Settat", "سطات")),
        *(("Larache", "العرائش"), ("Guelmim", "كلميم"), ("Khémisset", "الخميسات"), ("Taroudant", "تارودانت")),
    ),
    quarters=(
        *(("Hay Salam", "حي السلام"), ("Guéliz", "جليز"), ("Bettana", "بطانة"), ("Aïn Chock", "عين الشق")),
        *(("Sidi Bernoussi", "سيدي البرنوصي"), ("Hay Nahda", "حي النهضة"), ("Mellah", "الملاح")),
    ),
    addresses=(
        ("27, rue Oued Sebou", "27 زنقة واد سبو"),
        ("160 avenue Mohammed VI", "160 شارع محمد السادس"),
        ("Immeuble Nour, étage 4, porte 15", "عمارة النور الطابق 4 الباب 15"),
        ("Lotissement Salama lot 382", "تجزئة السلامة رقم 382"),
        ("9 impasse de la Mosquée", "9 درب المسجد"),
        ("Km 6, route de Zaër", "كلم 6 طريق زعير"),
        ("Douar Ait Said", "دوار آيت سعيد"),
        ("54 boulevard de la Résistance", "54 شارع المقاومة"),
    ),
    remarks=(
        *(("Pièce à compléter", "وثيقة ينبغي إتمامها"), ("Dossier transféré", "ملف محول")),
        *(("Reçu au guichet", "تسلم بالشباك"), ("Coopérative Argane", "تعاونية أركان")),
    ),
    domains=("iam.net.ma", "hotmail.com", "live.fr"),
)

MEASURING = Material(
    name="measuring",
    seed_offset=1_000_003,
    latin_fonts=(
        "liberation/LiberationSerif-Regular.ttf",
        "dejavu/DejaVuSans.ttf",
        "noto/NotoSerif-Regular.ttf",
        "liberation/LiberationMono-Regular.ttf",
    ),
    arabic_fonts=(
        "fonts-hosny-amiri/Amiri-Regular.ttf",
        "scheherazade/Scheherazade-Regular.ttf",
        "noto/NotoKufiArabic-Regular.ttf",
        "kacst/KacstOffice.ttf",
    ),
    first_names=(
        *(("Karim", "كريم"), ("Meryem", "مريم"), ("Abderrahim", "عبد الرحيم"), ("Loubna", "لبنى")),
        *(("Saïd", "سعيد"), ("Houda", "هدى"), ("Driss", "إدريس"), ("Ghizlane", "غزلان")),
        *(("Brahim", "إبراهيم"), ("Naïma", "نعيمة"), ("Othmane", "عثمان"), ("Rkia", "رقية")),
        *(("Jamal", "جمال"), ("Soukaina", "سكينة"), ("Anas", "أنس"), ("Hafsa", "حفصة")),
    ),
    last_names=(
        *(("Alaoui", "العلوي"), ("Benjelloun", "بنجلون"), ("El Fassi", "الفاسي"), ("Kabbaj", "القباج")),
        *(("Naciri", "الناصري"), ("Skalli", "الصقلي"), ("Bennani", "بناني"), ("El Khattabi", "الخطابي")),
        *(("Guessous", "كسوس"), ("Sebti", "السبتي"), ("Jaïdi", "الجعيدي"), ("Ait Ouahman", "آيت واحمان")),
        *(("Filali", "الفيلالي"), ("Marzouki", "المرزوقي"), ("Hilali", "الهلالي"), ("Doukkali", "الدكالي")),
    ),
    places=(
        *(("Rabat", "الرباط"), ("Fès", "فاس"), ("Kénitra", "القنيطرة"), ("Oujda", "وجدة")),
        *(("Laâyoune", "العيون"), ("Béni Mellal", "بني ملال")),
    ),
    quarters=(("Hay Riad", "حي الرياض"), ("Souissi", "السويسي"), ("Sidi Moumen", "سيدي مومن")),
    addresses=(
        ("8, rue Oqba", "8 زنقة عقبة"),
        ("103 boulevard Zerktouni", "103 شارع الزرقطوني"),
        ("Résidence Yasmine, bloc B n° 21", "إقامة الياسمين عمارة ب رقم 21"),
        ("Douar Oulad Saleh", "دوار أولاد صالح"),
    ),
    remarks=(("Copie certifiée conforme", "نسخة مطابقة للأصل"), ("Mines de Jerada", "مناجم جرادة")),
    domains=("menara.ma", "outlook.fr", "yahoo.fr"),
)


def font_files(names: tuple[str, ...]) -> list[Path]:
    """The installed ones among the named fonts.

    Raises:
        MissingTool: None of them is installed; the message names the packages.
    """
    found = [folder / name for name in names for folder in FONT_FOLDERS if (folder / name).is_file()]
    if not found:
        raise MissingTool(_NO_FONT, code="missing_fonts")
    return found
