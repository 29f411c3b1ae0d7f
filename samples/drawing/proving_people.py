"""People, places and fonts of the papers kept for the last proof of the readers of attachments.

None of them stands in the sets of ``forms_service.rehearsal.material``, and none of the Arabic families was
ever shown to our recogniser of lines.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from forms_service.rehearsal.material import Material


def packaged_font(package: str, file: str) -> str:
    """The path of a font that came as a Python package; it may not be there, as any font may not."""
    found = find_spec(package)
    folder = Path(found.origin).parent if found and found.origin else Path("/", package)
    return str(folder / "files" / file)


PROVING_PEOPLE = Material(
    name="proving",
    seed_offset=3_000_017,
    latin_fonts=(
        "crosextra/Carlito-Regular.ttf",
        "crosextra/Caladea-Regular.ttf",
        "freefont/FreeSans.ttf",
    ),
    arabic_fonts=(
        packaged_font("fontpkg_ibm_plex_sans_arabic", "IBMPlexSansArabic-Regular.ttf"),
        packaged_font("fontpkg_tajawal", "Tajawal-Regular.ttf"),
        packaged_font("fontpkg_almarai", "Almarai-Regular.ttf"),
    ),
    first_names=(
        *(("Redouane", "رضوان"), ("Ikram", "إكرام"), ("Abdelhak", "عبد الحق"), ("Maryam", "مريام")),
        *(("Larbi", "العربي"), ("Oumaima", "أميمة"), ("Nabil", "نبيل"), ("Hayat", "حياة")),
        *(("El Houssine", "الحسين"), ("Touria", "ثريا"), ("Ayoub", "أيوب"), ("Malika", "مليكة")),
        *(("Jilali", "الجيلالي"), ("Wiam", "وئام"), ("Badr", "بدر"), ("Rabia", "ربيعة")),
    ),
    last_names=(
        *(("Benchekroun", "بنشقرون"), ("El Ghali", "الغالي"), ("Sefrioui", "الصفريوي"), ("Mouline", "مولين")),
        *(("Bargach", "بركاش"), ("Zniber", "زنيبر"), ("El Yousfi", "اليوسفي"), ("Chaoui", "الشاوي")),
        *(("Laraki", "العراقي"), ("Oubella", "أوبلا"), ("Bouchta", "بوشتى"), ("Regragui", "الركراكي")),
        *(("Messaoudi", "المسعودي"), ("Belhaj", "بلحاج"), ("Akhannouch", "أخنوش"), ("Tijani", "التيجاني")),
    ),
    places=(
        *(("Mohammédia", "المحمدية"), ("Essaouira", "الصويرة"), ("Al Hoceïma", "الحسيمة"), ("Taza", "تازة")),
        *(("Berkane", "بركان"), ("Errachidia", "الراشيدية")),
    ),
    quarters=(("Hay El Fath", "حي الفتح"), ("Hay Essalam", "حي السلام")),
    addresses=(
        ("31 rue Tarik Ibn Ziad", "31 زنقة طارق بن زياد"),
        ("Hay Moulay Ali n° 118", "حي مولاي علي رقم 118"),
        ("66 avenue Al Massira", "66 شارع المسيرة"),
    ),
    remarks=(("Original présenté", "قدم الأصل"),),
    domains=("exemple.org",),
)
