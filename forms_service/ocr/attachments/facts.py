"""The register of fact readers: for each fact of a document, how it is found on the page.

A reader is registered for a fact everywhere, or for some classes only.  What it finds is brought
into the fact's own kind (a date that exists, a RIB whose key holds); what cannot be is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.document_types import DocumentClass, DocumentFact
from core.errors import InvalidValue
from core.field_kinds import KINDS, Answer
from core.form_spec import FieldSpec
from core.localized_text import Script
from forms_service.ocr.attachments.page_reading import AtPage, ReadPage, reading_page, unguarded
from forms_service.ocr.attachments.writing import PageWriting
from forms_service.ocr.name_scripts import is_same_name

MIN_CONFIDENCE = 0.4
"""What is read with less confidence is left out: a gap is seen, a wrong fact is believed."""

AGREED, DISAGREED = 0.88, 0.6
"""What a name is worth that both scripts say alike, and at most when they do not.

Short of sure: spellings agree although one consonant was misread («السبتي», «السبق»)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A fact as found, before it is brought into its kind."""

    raw: str
    confidence: float


@dataclass(frozen=True, slots=True)
class ReadFact:
    """A fact in its canonical form and how sure it is (0.0 to 1.0)."""

    value: Answer
    confidence: float


FactReader = Callable[[PageWriting, date], "Found | None"]

_EVERYWHERE: dict[str, FactReader] = {}
_OF_CLASS: dict[tuple[str, str], FactReader] = {}


def reads(*facts: str, of: Iterable[str] = ()) -> Callable[[FactReader], FactReader]:
    """Register a reader for facts, in all documents or only in those of some classes."""
    classes = tuple(of)

    def register(reader: FactReader) -> FactReader:
        for fact in facts:
            if classes:
                _OF_CLASS.update({(class_id, fact): reader for class_id in classes})
            else:
                _EVERYWHERE[fact] = reader
        return reader

    return register


def reader_of(class_id: str, fact_id: str) -> FactReader | None:
    """The reader in charge of a fact of a class, or None when nobody reads it."""
    _register_all()
    return _OF_CLASS.get((class_id, fact_id)) or _EVERYWHERE.get(fact_id)


def read_facts(
    pages: Sequence[ReadPage], look: DocumentClass, on: date, at_page: AtPage = unguarded
) -> dict[str, ReadFact]:
    """Read every fact of a document from its pages; the surest page wins."""
    facts: dict[str, ReadFact] = {}
    for wanted in look.facts:
        reader = reader_of(look.id, wanted.id)
        if reader is None:
            continue
        found = []
        for page in pages:
            with reading_page(page.number, at_page):
                found.append(reader(page.writing, on))
        read = [one for one in found if one and one.confidence >= MIN_CONFIDENCE]
        for one in sorted(read, key=lambda candidate: candidate.confidence, reverse=True):
            value = _in_its_kind(one.raw, wanted)
            if value is not None:
                facts[wanted.id] = ReadFact(value, round(min(max(one.confidence, 0.0), 1.0), 3))
                break
    return _compared_across_scripts(facts)


def _compared_across_scripts(facts: dict[str, ReadFact]) -> dict[str, ReadFact]:
    """Two scripts that say one name make each other surer; that differ, leave both in doubt."""
    judged = dict(facts)
    for name in facts:
        twin = f"{name}.ar"
        if twin not in facts:
            continue
        agree = is_same_name(str(facts[name].value), str(facts[twin].value))
        for one in (name, twin):
            sure = facts[one].confidence
            judged[one] = replace(facts[one], confidence=max(sure, AGREED) if agree else min(sure, DISAGREED))
    return judged


def _in_its_kind(raw: str, fact: DocumentFact) -> Answer:
    script = Script.ARAB if fact.kind == "arabic_name" else Script.ANY
    spec = FieldSpec(id=fact.id, kind=fact.kind, label=fact.label, script=script)
    try:
        return KINDS[fact.kind].parse(raw, spec)
    except InvalidValue:
        return None


def _register_all() -> None:
    """Import the modules that register readers; they import this one, hence not at the top."""
    from forms_service.ocr.attachments import (  # noqa: F401
        card_names,
        days,
        institutions,
        names,
        numbers,
    )
