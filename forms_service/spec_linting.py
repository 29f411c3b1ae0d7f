"""Everything an author should know of a spec file before it is printed, each at its line and column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.document_types import DocumentTypes
from core.errors import SpecErrors
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from core.privacy import PrivacyTerms
from core.shared_blocks import SharedBlock
from core.shared_parameters import SharedParameters
from core.spec_parser import ParsedSpec
from core.yaml_source import Node, Place
from forms_service.knowledge_linting import PARAMETERS, Complaint, is_knowledge, lint_knowledge
from forms_service.render.lint_advice import AdviceSeverity
from forms_service.spec_catalogue import (
    PRIVACY,
    SHARED,
    load_document_types,
    load_privacy_terms,
    load_shared_blocks,
    load_shared_parameters,
    load_spec,
)
from forms_service.spec_mistakes import translated

SEVERITY_WORDS = {
    AdviceSeverity.ERROR: {"en": "error", "fr": "erreur", "ar": "خطأ"},
    AdviceSeverity.WARNING: {"en": "warning", "fr": "avertissement", "ar": "تنبيه"},
}


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of lint.

    Attributes:
        message: In French and Arabic; None where it exists in English only.
    """

    source: str
    place: Place
    severity: AdviceSeverity
    english: str
    message: LocalizedText | None = None

    def in_language(self, language: str) -> str:
        """What is wrong, in ``en``, ``fr`` or ``ar``; in English where it exists in no other."""
        if language == "en" or self.message is None:
            return self.english
        return self.message.ar if language == "ar" else self.message.fr

    def line(self, language: str = "en") -> str:
        """``file:line:column: warning: message``, as editors and continuous integration read it."""
        word = SEVERITY_WORDS[self.severity][language]
        return f"{self.source}:{self.place.line}:{self.place.column}: {word}: {self.in_language(language)}"

    def as_dict(self) -> dict[str, object]:
        """The JSON shape; ``ar`` and ``fr`` are null where the message is English only."""
        words = self.message.as_dict() if self.message else {"ar": None, "fr": None}
        place = {"file": self.source, "line": self.place.line, "column": self.place.column}
        return {**place, "severity": self.severity.value, "message": {"en": self.english, **words}}


@dataclass(frozen=True, slots=True)
class LintedSpec:
    """What came of reading one file; ``spec`` is None when it is not a spec yet."""

    remarks: tuple[Remark, ...]
    spec: FormSpec | None = None

    @property
    def errors(self) -> int:
        """How many remarks forbid to print it."""
        return sum(one.severity is AdviceSeverity.ERROR for one in self.remarks)

    @property
    def warnings(self) -> int:
        """How many remarks a designer would heed."""
        return len(self.remarks) - self.errors


def lint_spec(path: Path, specs_folder: Path) -> LintedSpec:
    """Read a form's file, or ``document_types.yaml``, and judge its language and its paper.

    Args:
        specs_folder: Where ``document_types.yaml`` lies when the file has none beside its folder.
    """
    if is_knowledge(path):
        return LintedSpec(tuple(map(_remark_of, lint_knowledge(path, specs_folder))))
    try:
        if path.name == "document_types.yaml":
            load_document_types(path.parent)
            return LintedSpec(())
        if path.name == PRIVACY:
            load_privacy_terms(path.parent)
            return LintedSpec(())
        if path.parent.name == SHARED:
            load_shared_blocks(path.parent.parent)
            return LintedSpec(())
        blocks = shared_blocks_for(path, specs_folder)
        shared = shared_parameters_for(path, specs_folder)
        terms = privacy_terms_for(path, specs_folder)
        parsed = load_spec(path, document_types_for(path, specs_folder), blocks, shared, terms)
    except SpecErrors as errors:
        return LintedSpec(
            tuple(
                Remark(
                    one.source,
                    Place(one.line, one.column),
                    AdviceSeverity.ERROR,
                    one.problem,
                    translated(one.problem),
                )
                for one in errors.errors
            )
        )
    return LintedSpec((*_privacy_remarks(parsed), *_paper_remarks(parsed)), parsed.spec)


def _privacy_remarks(parsed: ParsedSpec) -> Iterator[Remark]:
    """A procedure that says nothing of people's data would keep them for ever."""
    if parsed.spec.procedure is None or parsed.spec.privacy is not None:
        return
    said = "the procedure says nothing of people's data: its requests are kept for ever, expected privacy"
    place = parsed.place_of("procedure")
    yield Remark(parsed.spec.source_file, place, AdviceSeverity.WARNING, said, translated(said))


def _remark_of(one: Complaint) -> Remark:
    severity = AdviceSeverity.WARNING if one.warning else AdviceSeverity.ERROR
    return Remark(one.source, one.place, severity, one.problem, translated(one.problem))


def document_types_for(path: Path, specs_folder: Path) -> DocumentTypes:
    """The kinds of attachment a spec may name: those beside its folder, else those of the service."""
    for folder in (path.parent, path.parent.parent):
        if (folder / "document_types.yaml").exists():
            return load_document_types(folder)
    return load_document_types(specs_folder)


def shared_parameters_for(path: Path, specs_folder: Path) -> SharedParameters:
    """The parameters a spec may use: those beside its folder, else those of the service."""
    for folder in (path.parent, path.parent.parent):
        if (folder / PARAMETERS).exists():
            return load_shared_parameters(folder)
    return load_shared_parameters(specs_folder)


def privacy_terms_for(path: Path, specs_folder: Path) -> PrivacyTerms:
    """The terms of privacy a spec may name: those beside its folder, else those of the service."""
    for folder in (path.parent, path.parent.parent):
        if (folder / PRIVACY).exists():
            return load_privacy_terms(folder)
    return load_privacy_terms(specs_folder)


def shared_blocks_for(path: Path, specs_folder: Path) -> dict[str, SharedBlock]:
    """The blocks a spec may name: those beside its folder, else those of the service."""
    for folder in (path.parent, path.parent.parent):
        if (folder / SHARED).is_dir():
            return load_shared_blocks(folder)
    return load_shared_blocks(specs_folder)


def _paper_remarks(parsed: ParsedSpec) -> list[Remark]:
    from forms_service.render.layout_lint import layout_advice

    places = {**wording_places(parsed.root), **parsed.places}
    remarks = [
        Remark(
            _place(places, one.subject).source or parsed.spec.source_file,
            _place(places, one.subject),
            one.severity,
            one.english,
            one.message,
        )
        for one in layout_advice(parsed.spec)
    ]
    return sorted(remarks, key=lambda one: (one.source, one.place.line, one.place.column, one.severity))


def _place(places: dict[str, Place], subject: str) -> Place:
    return places.get(subject) or places.get(subject.partition("=")[0]) or Place(1, 1)


def wording_places(root: Node | None) -> dict[str, Place]:
    """Where the wordings stand that have no id of their own: titles, texts, choices, footnotes."""
    if root is None or not isinstance(root.value, dict):
        return {}
    places = {key: root.keys[key] for key in ("title", "reference_label") if key in root.keys}
    for number, line in enumerate(_items(root, "header"), 1):
        places[f"header {number}"] = line.place
    notes = root.value.get("footnotes")
    if notes is not None:
        places.update({f"footnote {mark}": place for mark, place in notes.keys.items()})
    for section in _items(root, "sections"):
        section_id = _word(section, "id")
        for number, row in enumerate(_items(section, "rows"), 1):
            if isinstance(row.value, list):
                for one in row.value:
                    places.update(_choice_places(one, ""))
            else:
                places[f"text {section_id} {number}"] = row.place
    for group in _items(root, "groups"):
        for one in _items(group, "fields"):
            places.update(_choice_places(one, _word(group, "id") + "."))
    return places


def _choice_places(field: Node, prefix: str) -> dict[str, Place]:
    field_id = prefix + _word(field, "id")
    return {f"{field_id}={_word(choice, 'value')}": choice.place for choice in _items(field, "choices")}


def _items(node: Node, key: str) -> Iterator[Node]:
    found = node.value.get(key) if isinstance(node.value, dict) else None
    if found is not None and isinstance(found.value, list):
        yield from found.value


def _word(node: Node, key: str) -> str:
    found = node.value.get(key) if isinstance(node.value, dict) else None
    return str(found.value) if found is not None else ""
