"""Every wording of a form that is printed, with the name by which its author finds it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.form_spec import FieldSpec, FormSpec, StaticText
from core.localized_text import Language, LocalizedText
from forms_service.render.labels import label_lines


@dataclass(frozen=True, slots=True)
class Wording:
    """One printed wording.

    Attributes:
        subject: ``title``, ``header 1``, a field's or section's id, ``quality=widow``, ``footnote 2`` …
        is_label: Whether it names a box or a block, and so may be shrunk to fit its place.
        marks: Footnote marks printed behind it.
    """

    subject: str
    text: LocalizedText
    is_label: bool = False
    marks: tuple[str, ...] = ()

    def printed(self, language: Language) -> str:
        """The words as they are printed, without their raised marks."""
        if not self.is_label:
            return self.text.in_language(language)
        lines = label_lines(self.text, self.marks, 10.0)
        return next(line.text for line in lines if line.language is language)


def printed_wordings(spec: FormSpec) -> Iterator[Wording]:
    """Every wording of a form's paper, from head to foot."""
    yield Wording("title", spec.title)
    for number, line in enumerate(spec.header, 1):
        yield Wording(f"header {number}", line)
    for section in spec.sections:
        if section.title is not None:
            yield Wording(section.id, section.title, is_label=True, marks=tuple(spec.footnotes))
        for number, row in enumerate(section.rows, 1):
            if isinstance(row, StaticText):
                yield Wording(text_subject(section.id, number), row.text)
            else:
                for one in row:
                    yield from _field_wordings(one, one.id)
    for group in spec.groups:
        if group.printed_rows:
            yield Wording(group.id, group.label, is_label=True)
            for one in group.fields:
                yield from _field_wordings(one, f"{group.id}.{one.id}")
    for mark, note in spec.footnotes.items():
        yield Wording(f"footnote {mark}", note)
    yield Wording("reference_label", spec.reference_label)


def text_subject(section_id: str, row: int) -> str:
    """The name of a static text: its section and its row there, from 1."""
    return f"text {section_id} {row}"


def _field_wordings(field: FieldSpec, subject: str) -> Iterator[Wording]:
    if not field.printed:
        return
    yield Wording(subject, field.label, is_label=True, marks=field.footnotes)
    for choice in field.choices:
        yield Wording(f"{subject}={choice.value}", choice.label, is_label=True, marks=choice.footnotes)
