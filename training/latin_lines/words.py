"""Invents what stands on Latin training lines: letters at random most of all, so that no lexicon is learnt."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable

from forms_service.ocr.latin_lines import CHARACTERS, LETTERS, PUNCTUATION
from forms_service.ocr.line_network import FOREIGN
from forms_service.rehearsal.material import CALIBRATING, MEASURING, PROVING, TUNING, Material

GENERIC = frozenset(
    (
        *("rue", "avenue", "boulevard", "n°", "lot", "hay", "appt", "el", "al", "ait", "de", "la", "a", "km"),
        *("bloc", "residence", "immeuble", "etage", "porte", "route", "impasse", "lotissement", "douar"),
        *("sidi", "au", "b", "ma", "fr", "com", "net", "copie", "attestation", "jointe", "piece", "dossier"),
        *("d", "l", "m", "ac", "imm", "ben", "place", "villa", "bis", "un", "des", "du", "en", "sur", "mois"),
        *("employeur", "delai", "bulletin", "presenter", "paie"),
    )
)
"""Words that every address or remark has; all other words of these sets of material are kept out."""

ALIKE = (
    *("rn", "m", "nn", "ri", "n", "cl", "d", "vv", "w", "I", "l", "1", "i", "O", "0", "o", "S", "5", "s"),
    *("B", "8", "Z", "2", "z", "g", "9", "q", "6", "G", "C", "c", "e", "ii", "ï", "î", "i", "ll", "II", "ff"),
    *("fi", "tt", "rr", "ss", "ee", "oo", "nm", "mn", "uv", "vu", "ij", "ji", "é", "è", "ê", "ë", "u", "ü"),
    *("â", "à", "a", "ç", "œ", "oe", "æ", "ô", "û", "ù", "h", "b", "t", "f", "r", "v", "y", "4", "7", "3"),
)
"""What readers confuse, or drop one of two."""

ACCENTED = {"a": "àâä", "e": "éèêë", "i": "îï", "o": "ôö", "u": "ùûü", "c": "ç", "n": "ñ"}
ONSETS = (
    *("b", "b", "d", "f", "g", "h", "j", "k", "l", "m", "n", "r", "s", "t", "z", "ch", "gh", "kh", "ou"),
    *("th", "br", "tr", "ss", "bb", "mm", "ll", "qu", "p", "v", "w", "y", "x", "c"),
)
VOWELS = ("a", "a", "e", "i", "o", "u", "ou", "aa", "ai", "oi", "ia", "ée", "aï", "oue", "ie")
CODAS = ("", "", "", "n", "r", "l", "m", "s", "d", "k", "t", "ch", "ne", "be", "q", "f", "h", "z", "rd")
STREETS = (
    *("{n}, rue {p}", "{n} rue {p}", "{n}, avenue {p}", "{n} avenue {p}, appt {m}", "{n} bd {p}"),
    *("{n}, boulevard {p} - {c}", "Lot {p} n° {n}", "Lotissement {p} n°{n}", "Résidence {p}, Imm. {L}"),
    *("Résidence {p}, bloc {L} n° {n}", "Hay {p} {n}", "Hay {p} rue {m} n° {n}", "Douar {p}", "BP {n} {c}"),
    *("Imm. {L}{m}, étage {d}, porte {m}", "{n} bis, rue {p}", "Km {d},{d} route de {p}", "Quartier {p}"),
    *("{n}/{m} place {p}", "{p} ({c})", "Société {p}", "Éts {p} & {c}", "{p} : {c}", "Villa n° {n}, {p}"),
    *("{n} ter impasse {p}", "Appt. {m}, {d}e étage", "{c}, le {m}/{d}", "{p} / {c}", "c/o {p}", "Tél. {n}"),
)
ENDINGS = (".ma", ".com", ".fr", ".net", ".org", ".net.ma", ".gov.ma", ".ac.ma", ".eu", ".be", ".ca", ".co")
JOINTS = (".", ".", "_", "_", "-", "-", "", "+")


def folded(word: str) -> str:
    """The word in small letters without accents."""
    plain = unicodedata.normalize("NFD", word.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def texts_of(material: Material) -> list[str]:
    """The Latin entries of one set of material."""
    pools = (material.first_names, material.last_names, material.places, material.quarters)
    pairs = [pair for pool in (*pools, material.addresses, material.remarks) for pair in pool]
    return [*(latin for latin, _ in pairs), *material.domains]


def kept_apart() -> frozenset[str]:
    """Words of the rehearsals' material, folded: no training line holds one."""
    texts = [text for material in (TUNING, CALIBRATING, MEASURING, PROVING) for text in texts_of(material)]
    words = {word for text in texts for word in re.findall(r"[a-zœæ°]+", folded(text))}
    return frozenset(words - GENERIC)


class LatinLines:
    """Gives one line's text after another; ``arabic`` makes the lines it must call foreign."""

    def __init__(self, sentences: list[str], arabic: Callable[[random.Random], str]) -> None:
        self._apart = kept_apart()
        self._arabic = arabic
        words = {word for text in sentences for word in re.findall(r"[A-Za-zÀ-ÿœŒ'°-]{2,}", text)}
        self._words = sorted(word for word in words if set(word) <= set(CHARACTERS) and self._is_apart(word))

    def _is_apart(self, text: str) -> bool:
        return not self._apart & set(re.findall(r"[a-zœæ°]+", folded(text)))

    def line(self, rng: random.Random) -> str:
        """One line's text."""
        sorts: tuple[tuple[float, Callable[[], str]], ...] = (
            (0.17, lambda: self._cased(" ".join(self._name(rng) for _ in range(rng.choice((1, 1, 2)))), rng)),
            (0.19, lambda: self._random(rng)),
            (0.08, lambda: self._cased(" ".join(rng.choices(self._words, k=rng.randint(1, 4))), rng)),
            (0.16, lambda: self._address(rng)),
            (0.22, lambda: self._email(rng)),
            (0.08, lambda: amount(rng)),
            (0.05, lambda: code(rng)),
            (0.02, lambda: rng.choice(LETTERS + "0123456789") + rng.choice(("", "", ".", "'", ",", "°"))),
            (0.01, lambda: "".join(rng.choices(CHARACTERS[:-1], k=rng.randint(2, 12))).strip() or "a"),
            (0.05, lambda: self._arabic(rng)),
        )
        while True:
            text = " ".join(
                rng.choices([sort for _, sort in sorts], [share for share, _ in sorts])[0]().split()
            )
            if text and self._is_apart(text):
                return text

    def _name(self, rng: random.Random) -> str:
        word = "".join(
            rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS)
            for _ in range(rng.choice((1, 2, 2, 3)))
        )
        if rng.random() < 0.2:
            word = (
                rng.choice(("El ", "Ait ", "Aït ", "Ben ", "N'", "d'", "L'", "O'", "De ", "Abdel", "Bou"))
                + word
            )
        if rng.random() < 0.08:
            word += "-" + rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS)
        return accented(word, rng, 0.06)

    def _cased(self, text: str, rng: random.Random) -> str:
        sort = rng.random()
        if sort < 0.38:
            return text.upper()
        if sort < 0.85:
            return re.sub(r"(?:^|(?<=[ '\-]))\w", lambda first: first[0].upper(), text)
        return text.lower() if sort < 0.95 else text

    def _random(self, rng: random.Random) -> str:
        words = []
        for _ in range(rng.choice((1, 1, 2, 3))):
            pieces = rng.choice((0.2, 0.7))
            word = "".join(
                rng.choice(ALIKE) if rng.random() < pieces else rng.choice("abcdefghijklmnopqrstuvwxyz")
                for _ in range(rng.randint(1, 9))
            )
            sort = rng.random()
            word = accented(word, rng, 0.1)
            words.append(word.upper() if sort < 0.35 else word.lower() if sort < 0.6 else word.capitalize())
        joint = " " if rng.random() < 0.8 else rng.choice(("-", "'", ". ", ", ", "/", " & ", " : "))
        return joint.join(words)

    def _address(self, rng: random.Random) -> str:
        def place() -> str:
            return self._cased(rng.choice((self._name(rng), rng.choice(self._words), self._name(rng))), rng)

        text = rng.choice(STREETS).format(
            n=rng.randint(1, 999), m=rng.randint(1, 40), d=rng.randint(1, 9), L=rng.choice("ABCDEFGHIJ"),
            p=place(), c=place(),
        )  # fmt: skip
        return text.upper() if rng.random() < 0.2 else text

    def _email(self, rng: random.Random) -> str:
        def part() -> str:
            if rng.random() < 0.35:
                return "".join(
                    rng.choice(ALIKE) if rng.random() < 0.3 else rng.choice("abcdefghijklmnopqrstuvwxyz")
                    for _ in range(rng.randint(1, 8))
                )
            return self._name(rng)

        local = rng.choice(JOINTS).join(part() for _ in range(rng.choice((1, 2, 2, 2, 3))))
        local += str(rng.randint(0, 2030)) if rng.random() < 0.45 else ""
        host = part() + (rng.choice("-.") + part() if rng.random() < 0.15 else "")
        text = re.sub(r"[^a-z0-9._+@-]", "", folded(f"{local}@{host}")) + rng.choice(ENDINGS)
        return text.upper() if rng.random() < 0.06 else text


def accented(word: str, rng: random.Random, share: float) -> str:
    """The word with some of its letters accented."""
    return "".join(rng.choice(ACCENTED[c]) if c in ACCENTED and rng.random() < share else c for c in word)


def amount(rng: random.Random) -> str:
    """A sum as people write it."""
    whole = rng.choice((rng.randint(0, 999), rng.randint(1000, 99999), rng.randint(100000, 9999999)))
    text = f"{whole:,}".replace(",", rng.choice((" ", "", "", "."))) + rng.choice((",", ",", ".", ""))
    text += f"{rng.randint(0, 99):02d}" if text[-1] in ",." else ""
    return text + rng.choice(("", "", "", "", " DH", " dhs", " MAD", " Dh"))


def code(rng: random.Random) -> str:
    """A date, a telephone number, a registration, digits among letters."""
    digits = "".join(rng.choices("0123456789", k=rng.randint(1, 12)))
    sorts = (
        digits,
        f"{rng.randint(1, 31):02d}/{rng.randint(1, 12):02d}/{rng.randint(1930, 2030)}",
        "0" + rng.choice("567") + " ".join(f"{rng.randint(0, 99):02d}" for _ in range(4)),
        "+212 " + digits[:9],
        rng.choice(LETTERS[:26]) + rng.choice(LETTERS[:26]) + digits[:6],
        f"n° {digits}/{rng.randint(1, 99)}",
        "".join(
            rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" + PUNCTUATION.strip(), k=rng.randint(3, 10))
        ),
        f"{rng.randint(1, 100)} %",
    )
    return rng.choice(sorts)


def label(text: str) -> str:
    """What the network must answer: the text, with every Arabic word as one foreign mark, from left to right."""
    text = text.replace("’", "'")
    if not any("\u0600" <= c <= "\u06ff" for c in text):
        return text
    words = [word if word.isascii() else FOREIGN for word in reversed(text.split())]
    return " ".join(words)
