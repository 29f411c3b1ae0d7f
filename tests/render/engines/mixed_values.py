"""Addresses as people write them: both scripts, numbers, signs and brackets in one value."""

from __future__ import annotations

import random
import re

WRITTEN = [
    "شقة 12، زنقة N'Guyen",
    "شقة N'Guyen الطابق",
    "حي السلام، N'Guyen",
    "شارع Ibn Sina رقم 7",
    "عجز بدني 70%",
    "صفحة 1 من 3",
    "المؤمن له(ها)",
    "حي الرياض (أ)",
    "من 12/03/1985 إلى 05.04.2026",
    "البريد: noel@example.ma",
    "الطابق (B) Bd. Zerktouni",
    'إقامة "Les Orangers" عمارة B3',
    "Rue الزيتون, n° 12",
    "12, rue شارع (ابن سينا), Salé",
]
_ARABIC = [
    "شقة",
    "زنقة",
    "حي السلام",
    "الطابق",
    "عمارة",
    "شارع محمد الخامس",
    "إقامة الأمل",
    "سلا الجديدة",
    "بلوك",
]
_LATIN = ["N'Guyen", "Bd. Zerktouni", "rue Ibn Sina", "Bloc B", "GH2", "Aït Melloul", "lot. 12-B", "étage 3"]
_NUMBERS = ["12", "7", "3/4", "20250", "12-14", "5%", "2,5", "06.12.34.56.78", "1985/03/12", "n° 5"]
_BETWEEN = [" ", " ", " ", "، ", ", ", " - ", " / "]
_BRACKETS = ["()", "«»", "[]"]


def mixed_values(count: int, seed: int = 3) -> list[str]:
    """What is written above, then values put together by chance, the same every time."""
    chance = random.Random(seed)
    values = list(WRITTEN)
    while len(values) < count:
        parts = []
        for _ in range(chance.randint(2, 4)):
            part = chance.choice(chance.choice([_ARABIC, _ARABIC, _LATIN, _NUMBERS]))
            if chance.random() < 0.15:
                left, right = chance.choice(_BRACKETS)
                part = f"{left}{part}{right}"
            parts.append(part)
        value = parts[0] + "".join(chance.choice(_BETWEEN) + part for part in parts[1:])
        if re.search("[\u0600-\u06ff]", value) and value not in values:
            values.append(value)
    return values
