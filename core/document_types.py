"""The kinds of attachment the fund knows: what they look like, what they say, how long they hold.

A *class* is a look (an identity card); a *type* is a role a form asks for (the spouse's identity
document).  Several types may look the same, so recognition answers with a class and the demand
decides the role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from core.construct_reader import STAND_IN, Construct, ConstructReader
from core.errors import SpecError, SpecErrors
from core.localized_text import LocalizedText
from core.yaml_source import load_yaml


@dataclass(frozen=True, slots=True)
class DocumentFact:
    """Something that can be read from a document."""

    id: str
    kind: str
    label: LocalizedText


@dataclass(frozen=True, slots=True)
class DocumentClass:
    """A look: the words a page of it bears and the facts to read from it."""

    id: str
    label: LocalizedText
    anchors_fr: tuple[str, ...]
    anchors_ar: tuple[str, ...]
    facts: tuple[DocumentFact, ...] = ()
    validity_months: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A role in a dossier, filled by a document of one of the classes ``reads_as``."""

    id: str
    label: LocalizedText
    reads_as: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentTypes:
    """Every class and every type, by id."""

    classes: Mapping[str, DocumentClass] = field(default_factory=dict)
    types: Mapping[str, DocumentType] = field(default_factory=dict)

    def types_of_class(self, class_id: str) -> tuple[DocumentType, ...]:
        """The roles a document of this look may fill."""
        return tuple(one for one in self.types.values() if class_id in one.reads_as)

    def label_of(self, type_or_class: str) -> LocalizedText:
        """The name of a type or class; its id when it is not declared."""
        found = self.types.get(type_or_class) or self.classes.get(type_or_class)
        return found.label if found else LocalizedText(type_or_class, type_or_class)


def parse_document_types(text: str, source: str) -> DocumentTypes:
    """Read ``document_types.yaml``.

    Raises:
        SpecErrors: Everything that is wrong, each with file, line and column.
    """
    root, errors = load_yaml(text, source)
    reader = ConstructReader(source, errors)
    c = reader.construct("document_types", root) if root is not None else None
    if c is None:
        raise SpecErrors(errors)
    classes = {one.id: one for one in map(_document_class, c.constructs("classes"))}
    types = {one.id: one for one in map(_document_type, c.constructs("types"))}
    problems: list[SpecError] = []
    _check(c, ConstructReader(source, problems), classes)
    errors += [problem for problem in problems if STAND_IN not in problem.problem]
    if errors:
        raise SpecErrors(errors)
    return DocumentTypes(classes, types)


def _check(c: Construct, reader: ConstructReader, classes: Mapping[str, DocumentClass]) -> None:
    for key in ("classes", "types"):
        seen: set[str] = set()
        for one in c.constructs(key):
            name = str(one.values["id"])
            if name in seen:
                reader.report(one.place, f"the id {name!r} stands here again, expected once")
            seen.add(name)
            for look in one.texts("reads_as"):
                if look not in classes:
                    reader.report(one.place_of("reads_as"), f"reads_as: no class is called {look!r}")


def _document_class(c: Construct) -> DocumentClass:
    anchors = cast(Construct, c.values["anchors"])
    return DocumentClass(
        id=str(c.values["id"]),
        label=cast(LocalizedText, c.values["label"]),
        anchors_fr=anchors.texts("fr"),
        anchors_ar=anchors.texts("ar"),
        facts=tuple(
            DocumentFact(str(f.values["id"]), str(f.values["kind"]), cast(LocalizedText, f.values["label"]))
            for f in c.constructs("facts")
        ),
        validity_months=cast("int | None", c.get("validity_months")),
    )


def _document_type(c: Construct) -> DocumentType:
    return DocumentType(str(c.values["id"]), cast(LocalizedText, c.values["label"]), c.texts("reads_as"))
