"""Every sentence of the parser exists in French and Arabic."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from core.construct_reader import _SCALARS
from core.localized_text import Script, dominant_script
from core.yaml_source import load_yaml
from forms_service.spec_mistakes import _SENTENCES, _WORDS, translated

ROOT = Path(__file__).resolve().parents[1]
PASSED_ON = {"problem", "_unknown_key(name, key)"}
"""What is reported by a name; its sentence is found where it is made."""


def sentence(node: ast.expr) -> str | None:
    """A sentence of the parser with ``v1``, ``v2`` … for its values; None when it is only passed on."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if not isinstance(node, ast.JoinedStr):
        assert ast.unparse(node) in PASSED_ON, ast.unparse(node)
        return None
    parts = []
    for number, part in enumerate(node.values):
        is_words = isinstance(part, ast.Constant)
        is_hint = not is_words and ast.unparse(part) == "{hint}"
        parts.append(str(part.value) if is_words else "" if is_hint else f"v{number}")
    return "".join(parts)


def sentences_of_the_parser() -> list[str]:
    found: list[str] = []
    for path in [*sorted((ROOT / "core").glob("*.py")), ROOT / "forms_service" / "spec_catalogue.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                function = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if function in ("report", "_error", "SpecError"):
                    said = sentence(node.args[-1])
                    found += [said] if said else []
    return found


SAID = [
    *sentences_of_the_parser(),
    "field has no key 'requird', did you mean 'required'?",
    "field has no key 'zzz', expected one of: id, kind",
    "kind: 'fone' is unknown, did you mean 'phone'? Expected one of: name, phone",
    "the file says a v1, expected b v2",
]


def test_the_sentences_are_found() -> None:
    assert len(SAID) > 50


@pytest.mark.parametrize("said", SAID)
def test_every_mistake_is_said_in_both_languages(said: str) -> None:
    words = translated(said)
    assert words is not None
    assert "<" not in words.ar + words.fr
    values = set(re.findall(r"\bv\d+\b", said))
    for language in (words.ar, words.fr):
        lost = values - set(re.findall(r"v\d+", language))
        assert len(lost) <= (1 if "lacks" in said or "can never apply" in said else 0), language


def test_each_wording_is_in_its_language_and_fills_what_the_english_names() -> None:
    for english, french, arabic in _SENTENCES:
        named = set(re.findall(r"<(\w+)>", english))
        for words in (french, arabic):
            assert set(re.findall(r"<(\w+)>", words)) <= named
        assert dominant_script(re.sub(r"<\w+>|[A-Za-z_]{3,}", "", arabic)) is Script.ARAB, arabic
        assert dominant_script(french) is Script.LATN
    assert set(_SCALARS.values()) <= set(_WORDS)


def test_the_particulars_stay_and_the_parsers_own_words_are_translated() -> None:
    words = translated("version: 'first' does not fit, expected a whole number")
    assert words is not None
    assert words.fr == "version : 'first' ne convient pas, attendu : un nombre entier"
    assert words.ar == "\u2068version\u2069: \u2068'first'\u2069 لا يصلح، والمنتظر: عدد صحيح"
    assert translated("something nobody says") is None


@pytest.mark.parametrize(
    ("text", "french", "arabic"),
    [
        ("a:\n\tb: 1", "tabulation", "جدولة"),
        ("a: b: c", "deux-points", "نقطتان"),
        ("a:\n  b: 1\n c: 2", "alignée", "بداية هذا السطر"),
        ("a: 'x", "guillemet", "لم تُغلق"),
        ("a: [1, 2\nb: 3", "attendu ','", "والموجود"),
    ],
)
def test_what_is_no_yaml_is_told_in_the_readers_language(text: str, french: str, arabic: str) -> None:
    _, (error,) = load_yaml(text, "v1.yaml")
    said = translated(error.problem)
    assert french in said.fr and arabic in said.ar
    assert not re.search(r"found|expected|scanning", said.fr)
