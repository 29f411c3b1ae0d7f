from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import SpecErrors
from core.spec_language import CONSTRUCTS, json_schema
from core.spec_parser import parse_spec

FORMS = Path(__file__).parents[2] / "form_specs"
SPECS = [
    FORMS / name / "v1.yaml"
    for name in (
        "310-1-32",
        "311-1-14",
        "card-duplicate",
        "debt-remission",
        "enterprise-change",
        "wage-declaration",
    )
]
"""Between them every construct; the others are read by the tests of the catalogue."""

SMALL = """\
language: 1
id: T-1
version: 1
title: {fr: Titre, ar: عنوان}
reference_label: {fr: "Réf. T-1", ar: "المرجع T-1"}
receipt_type: {fr: Essai, ar: تجربة}
applicant: {name: [a.last], registration: a.registration}
footnotes:
  "1": {fr: Note, ar: ملاحظة}
sections:
  - id: a
    title: {fr: Bloc, ar: قسم}
    rows:
      - - {id: a.last, kind: name, scripts: both, label: {fr: Nom, ar: الاسم}, required: true}
        - {id: a.registration, kind: registration_number, label: {fr: N°, ar: رقم}}
      - - id: quality
          kind: choice
          label: {fr: Qualité, ar: الصفة}
          choices:
            - {value: one, label: {fr: Un, ar: واحد}}
            - {value: two, label: {fr: Deux, ar: اثنان}}
        - {id: a.count, kind: integer, label: {fr: Nombre, ar: عدد}, when: 'quality == "one"'}
rules:
  - {id: V1, check: 'given(a.count)', when: 'quality == "one"', subject: a.count, message: {fr: Manque, ar: ناقص}}
"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(SpecErrors) as caught:
        parse_spec(text, "t.yaml", document_types={"birth"})
    return [str(error) for error in caught.value.errors]


def test_a_sound_spec_is_read_with_twins_and_defaults() -> None:
    spec = parse_spec(SMALL, "t.yaml")
    assert [one.id for one in spec.fields()] == [
        "a.last",
        "a.last.ar",
        "a.registration",
        "quality",
        "a.count",
    ]
    assert spec.field("a.last").twin == "a.last.ar"
    assert spec.field("a.last.ar").kind == "arabic_name"
    assert spec.field("a.registration").comb == 9


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("title: {fr: Titre, ar: عنوان}", "title: {fr: Titre}", "4:8", "Arabic text (ar) is missing"),
        ("kind: registration_number", "kind: registration_numbr", "15:38", "did you mean 'registration_number'"),
        ("required: true}", "requird: true}", "14:80", "did you mean 'required'"),
        ("id: a.registration,", "id: a.last,", "15:11", "stands 2 times"),
        ("value: two", "value: one", "16:11", "'one' stands 2 times"),
        ("""when: 'quality == "one"'}
rules""", """when: 'quality == "three"'}
rules""", "22:11", "never 'three', expected one of: one, two"),
        ("given(a.count)", "given(a.cuont)", "24:5", "'a.cuont' is unknown"),
        ("given(a.count)", "given(a.count", "24:21", "cannot be read"),
        (
            "check: 'given(a.count)', when: 'quality == \"one\"'",
            "check: 'a.count > 3'",
            "24:5",
            "fails when nothing is answered",
        ),
        ("version: 1\n", "version: first\n", "3:10", "expected a whole number"),
        ("registration: a.registration}", "registration: a.number}", "7:12", "no field is called 'a.number'"),
        ("language: 1", "language: 9", "1:1", "language 9 is unknown"),
        ("scripts: both, label", "scripts: both, footnotes: ['7'], label", "14:11", "footnote '7' is not declared"),
        ("scripts: both, label", "scripts: both, max_length: 0, label", "14:11", "max_length is 0"),
        ("kind: registration_number", "kind: registration_number, comb: -3", "15:11", "comb is -3"),
        ("kind: registration_number", "kind: integer, minimum: 3, maximum: 2", "15:11", "minimum 3 is more than"),
        ("id: a\n    title", "id: a\n    when: 'quality == \"one\" && quality == \"two\"'\n    title", "11:5",
         "can never apply"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_place(old: str, new: str, place: str, words: str) -> None:
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    found = problems_of(text)
    assert any(line.startswith(f"t.yaml:{place}:") and words in line for line in found), found


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = SMALL.replace("ar: عنوان", "er: عنوان").replace("kind: integer", "kind: intger")
    text = text.replace("given(a.count)", "given(nothing)").replace("value: two", "value: one")
    found = problems_of(text)
    assert len(found) >= 4
    lines = [int(line.split(":")[1]) for line in found]
    assert lines == sorted(lines)


def test_an_unknown_document_type_is_a_mistake() -> None:
    document = "documents:\n  - {type: brith, subject: a, label: {fr: Acte, ar: عقد}, rule: R}\n"
    said = "no document type is called 'brith', did you mean 'birth'?"
    assert any(said in line for line in problems_of(SMALL + document))
    said = "no document type is called 'police_report', declare it in document_types.yaml"
    assert any(said in line for line in problems_of(SMALL + document.replace("brith", "police_report")))


def test_a_time_limit_without_a_length_is_a_mistake() -> None:
    words = "{fr: D, ar: أجل}"
    limit = f"deadlines:\n  - {{id: T, label: {words}, starts: '\"2026-01-01\"', late_message: {words}}}\n"
    assert any("it has no length, expected months or days" in line for line in problems_of(SMALL + limit))


def test_a_key_that_stands_twice_is_a_mistake_and_not_silently_the_last() -> None:
    assert any("stands here twice" in line for line in problems_of(SMALL + "version: 2\n"))


@pytest.mark.parametrize("text", ["", "[]", "just words", "a: [", "\t- x", "&a [*a]", "id: {{}}"])
def test_what_is_no_spec_is_refused_with_a_place(text: str) -> None:
    assert all(line.startswith("t.yaml:") for line in problems_of(text))


@given(
    st.integers(0, len(SMALL) - 1), st.sampled_from(["", ":", "{", "'", "\n", "- ", "\t", "ﺍ", "&x ", "*x"])
)
@settings(max_examples=150, deadline=None)
def test_a_damaged_spec_is_read_or_refused_but_never_breaks_the_parser(at: int, what: str) -> None:
    try:
        parse_spec(SMALL[:at] + what + SMALL[at + 1 :], "t.yaml")
    except SpecErrors as errors:
        assert errors.errors


@pytest.mark.parametrize("path", SPECS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_published_specs_agree_with_the_schema_that_editors_use(path: Path) -> None:
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    schema = json.loads(json.dumps(json_schema()))
    unknown = [
        error
        for error in jsonschema.Draft202012Validator(schema).iter_errors(data)
        if error.validator == "additionalProperties"
    ]
    assert not unknown, [error.message for error in unknown][:5]


def test_the_schemas_name_every_key_of_the_language() -> None:
    definitions: dict[str, object] = {}
    roots = (
        "form",
        "document_types",
        "parameters",
        "guidance",
        "calculator",
        "shared_block",
        "privacy_terms",
    )
    for root in roots:
        schema = json_schema(root)
        jsonschema.Draft202012Validator.check_schema(schema)
        definitions |= schema["$defs"]
    assert set(CONSTRUCTS) <= set(definitions)
    for construct, keys in CONSTRUCTS.items():
        assert set(definitions[construct]["properties"]) == set(keys)


def with_part(part: str) -> str:
    return SMALL + part


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (
            "parameters:\n  - id: p\n    label: {fr: P, ar: ب}\n    unit: MAD\n    values:\n"
            "      - {value: 70, since: 2027-01-01, source: s}\n      - {value: 66, since: 2020-01-01, source: s}\n",
            "values are not in order",
        ),
        (
            "documents:\n  - {type: birth, subject: a, label: {fr: A, ar: ا}, rule: R, when: 'false'}\n",
            "document birth can never apply",
        ),
        (
            "documents:\n  - {type: birth, subject: a, label: {fr: A, ar: ا}, rule: R, when: 'filled(\"b\")'}\n",
            "no section is called 'b'",
        ),
        (
            "documents:\n  - {type: birth, subject: a, label: {fr: A, ar: ا}, rule: R, "
            "when: 'has_document(\"brth\")'}\n",
            "no document type is called 'brth'",
        ),
        (
            "calculations:\n  - {id: c, label: {fr: C, ar: ج}, unit: MAD, value: '\"abc\"'}\n",
            "expected a number",
        ),
        (
            "groups:\n  - {id: g, item: i, label: {fr: G, ar: ج}, fields: [], "
            "item_label: {fr: 'G {x}', ar: 'ج {x}'}}\n",
            "{x} is filled by nothing",
        ),
        (
            "groups:\n  - {id: g, item: i, label: {fr: G, ar: ج}, fields: [], printed_rows: 30, "
            "item_label: {fr: 'G {n}', ar: 'ج {n}'}}\n",
            "printed_rows is 30, expected 0 to 20",
        ),
        (
            "groups:\n  - {id: g, item: i, label: {fr: G, ar: ج}, fields: [], minimum: 5, maximum: 2, "
            "item_label: {fr: 'G {n}', ar: 'ج {n}'}}\n",
            "bound no number of rows",
        ),
    ],
)
def test_what_cannot_be_meant_is_told(part: str, words: str) -> None:
    assert any(words in line for line in problems_of(with_part(part)))
