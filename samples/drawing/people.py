"""People who do not exist: names in both scripts, numbers that pass their own checks."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from core.rib import rib_key

MEN = (
    ("Youssef", "يوسف"), ("Mohamed", "محمد"), ("Abdelkader", "عبد القادر"), ("Hamid", "حميد"), ("Rachid", "رشيد"),
    ("Omar", "عمر"), ("Said", "سعيد"), ("Karim", "كريم"), ("Mustapha", "مصطفى"), ("Hicham", "هشام"),
    ("Anas", "أنس"), ("Ilyas", "إلياس"), ("Adam", "آدم"), ("Zakaria", "زكرياء"), ("Brahim", "إبراهيم"),
)  # fmt: skip
WOMEN = (
    ("Fatima", "فاطمة"), ("Naima", "نعيمة"), ("Khadija", "خديجة"), ("Salma", "سلمى"), ("Meryem", "مريم"),
    ("Aicha", "عائشة"), ("Zineb", "زينب"), ("Hanane", "حنان"), ("Imane", "إيمان"), ("Samira", "سميرة"),
    ("Lina", "لينة"), ("Rania", "رانية"), ("Amina", "أمينة"), ("Nadia", "نادية"), ("Loubna", "لبنى"),
)  # fmt: skip
FAMILIES = (
    ("Bennani", "بناني"), ("El Idrissi", "الإدريسي"), ("Ouazzani", "الوزاني"),
    ("Amrani", "العمراني"), ("Tazi", "التازي"),
    ("Berrada", "برادة"), ("Chraibi", "الشرايبي"), ("Lahlou", "لحلو"),
    ("Ait Taleb", "أيت الطالب"), ("Mansouri", "المنصوري"),
    ("Alaoui", "العلوي"), ("Fassi", "الفاسي"), ("Raji", "راجي"), ("Skalli", "الصقلي"), ("Boukili", "البوكيلي"),
)  # fmt: skip
CITIES = (
    ("Casablanca", "الدار البيضاء", "20250"), ("Rabat", "الرباط", "10000"), ("Fès", "فاس", "30000"),
    ("Marrakech", "مراكش", "40000"), ("Oujda", "وجدة", "60000"), ("Agadir", "أكادير", "80000"),
    ("Meknès", "مكناس", "50000"), ("Tanger", "طنجة", "90000"), ("Khouribga", "خريبكة", "25000"),
)  # fmt: skip
STREETS = (
    ("12 rue des Orangers", "12 زنقة البرتقال"), ("45 avenue Hassan II", "45 شارع الحسن الثاني"),
    ("7 rue Ibn Sina", "7 زنقة ابن سينا"), ("120 boulevard Zerktouni", "120 شارع الزرقطوني"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person, everything a paper may say about them."""

    first: str
    first_ar: str
    last: str
    last_ar: str
    sex: str
    birth: date
    city: str
    city_ar: str
    id_no: str
    registration: str
    rib: str
    postcode: str = "20250"
    street: str = "12 rue des Orangers"
    street_ar: str = "12 زنقة البرتقال"
    quarter: str = "Maârif"
    mobile: str = "0661000000"
    father: str = "Ahmed"
    father_ar: str = "أحمد"
    mother: str = "Fatna"
    mother_ar: str = "فاطنة"
    card_number: str = field(default="AE0000000")

    @property
    def latin(self) -> str:
        """First and last name in Latin letters."""
        return f"{self.first} {self.last}"

    @property
    def arabic(self) -> str:
        """First and last name in Arabic letters."""
        return f"{self.first_ar} {self.last_ar}"

    @property
    def email(self) -> str:
        """An address in a domain that is reserved for examples."""
        return f"{self.first}.{self.last}@example.ma".lower().replace(" ", "")


def valid_rib(chance: random.Random) -> str:
    """A bank account of no bank: invented digits closed by the right key."""
    account = "999" + "".join(chance.choices("0123456789", k=19))
    return account + rib_key(account)


def invent(
    chance: random.Random,
    *,
    sex: str | None = None,
    born: tuple[int, int] | date = (1960, 2000),
    family: tuple[str, str] | None = None,
    city: tuple[str, str, str] | None = None,
    **known: str,
) -> Person:
    """Invent a person; what is ``known`` is kept as it is."""
    sex = sex or chance.choice("MF")
    first, first_ar = chance.choice(MEN if sex == "M" else WOMEN)
    last, last_ar = family or chance.choice(FAMILIES)
    birth = (
        born
        if isinstance(born, date)
        else date(born[0], 1, 1) + timedelta(days=chance.randrange((born[1] - born[0]) * 365))
    )
    town, town_ar, postcode = city or chance.choice(CITIES)
    street, street_ar = chance.choice(STREETS)
    father, mother = chance.choice(MEN), chance.choice(WOMEN)
    letters = chance.choice(("AB", "BK", "BE", "C", "D", "F", "JB", "K", "Z", "EE"))
    made = {
        "first": first, "first_ar": first_ar, "last": last, "last_ar": last_ar,
        "city": town, "city_ar": town_ar, "postcode": postcode, "street": street, "street_ar": street_ar,
        "id_no": letters + "".join(chance.choices("0123456789", k=6)),
        "registration": str(chance.randrange(100_000_000, 999_999_999)),
        "rib": valid_rib(chance),
        "mobile": "06" + "".join(chance.choices("0123456789", k=8)),
        "father": father[0], "father_ar": father[1], "mother": mother[0], "mother_ar": mother[1],
        "card_number": "".join(chance.choices("ABCDEFGHKLM", k=2)) + str(chance.randrange(10**6, 10**7)),
    } | known  # fmt: skip
    return Person(sex=sex, birth=birth, **made)
