"""One page that shows an author the whole form: paper, questions, documents and lint's remarks.

The page stands alone (pictures and styles are in it), so that it can be sent to a colleague.  The
questions are drawn by the very templates that applicants see.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from core.conditions import Condition, Scope
from core.document_types import DocumentTypes
from core.dossier import Dossier
from core.form_spec import FieldSpec, FormSpec, Group, RequiredDocument, Section, StaticText
from core.localized_text import Language, LocalizedText, Script
from core.scope import build_scope
from forms_service.conditions_in_words import in_words
from forms_service.locales import both, say
from forms_service.services.made_forms import made_beside_signature
from forms_service.web import screens

_HERE = Path(__file__).parent
_NOT_ASKED = ("signature", "office_text")
_NAMED_FILE = re.compile(r'url\("([a-z0-9-]+\.[a-z0-9]+)"\)')
_MEDIA_TYPES = {".woff2": "font/woff2", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page of the paper as a PNG; ``what`` is ``blank``, ``sample``, ``boxes`` or ``large``."""

    page: int
    pages: int
    what: str
    png: bytes

    @property
    def caption(self) -> LocalizedText:
        """What the picture shows, for its caption and for those who do not see it."""
        return both(f"preview.page_{self.what}", page=self.page, pages=self.pages)

    @property
    def file_name(self) -> str:
        """Its name in the folder of the preview."""
        return f"page-{self.page}{'' if self.what == 'blank' else '-' + self.what}.png"

    @property
    def address(self) -> str:
        """The picture itself as an address."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


@dataclass(frozen=True, slots=True)
class ShownRemark:
    """One remark of lint; ``message`` is None when it exists in English only."""

    line: int
    is_error: bool
    english: str
    message: LocalizedText | None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where the page is shown by the service: addresses of what a file of its own has to carry inside.

    Attributes:
        stylesheet: The service's style; it names its fonts itself.
        source: The page with the lines of the spec.
        form: The page about this version, with its paper; the way back.
        mark: The service's sign, which browsers ask for.
    """

    stylesheet: str
    source: str
    form: str
    mark: str


def preview_page(
    spec: FormSpec,
    remarks: Sequence[ShownRemark],
    source: str,
    pictures: Sequence[PagePicture],
    types: DocumentTypes,
    language: Language | None = None,
    around: Surroundings | None = None,
) -> str:
    """The preview as HTML; without a language both stand side by side, without surroundings it stands alone."""
    return (
        _environment()
        .get_template("spec_preview.html")
        .render(
            spec=spec,
            remarks=remarks,
            source_lines=source.splitlines(),
            pictures=pictures,
            shown=_Shown(spec, types),
            chosen=language.value if language else "both",
            language=language or Language.FR,
            around=around,
            style=Markup("" if around else _style()),  # noqa: S704 - our own
            both=both,
        )
    )


@cache
def _style() -> str:
    """The service's style with its fonts and its pattern inside."""
    folder = _HERE / "static"

    def inside(named: re.Match[str]) -> str:
        file = folder / named[1]
        content = base64.b64encode(file.read_bytes()).decode("ascii")
        return f'url("data:{_MEDIA_TYPES[file.suffix]};base64,{content}")'

    return _NAMED_FILE.sub(inside, (folder / "style.css").read_text(encoding="utf-8"))


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=select_autoescape())


@cache
def _macros(language: Language) -> Any:
    def t(code: str, **values: object) -> str:
        return say(code, language, **values)

    return _environment().get_template("macros.html").make_module({"t": t, "language": language})


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with what its author wants to know of it."""

    ids: str
    kind: str
    drawn: dict[str, Markup]
    notes: tuple[LocalizedText, ...]
    tags: tuple[LocalizedText, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A titled block of questions and texts; ``anchor`` is its id in the spec."""

    anchor: str
    title: LocalizedText
    notes: tuple[LocalizedText, ...]
    rows: tuple[Asked | dict[str, Markup], ...]


class _Shown:
    """Everything the page shows of a spec, in both languages."""

    def __init__(self, spec: FormSpec, types: DocumentTypes) -> None:
        self.spec = spec
        self.names: Mapping[str, LocalizedText] = {name: one.label for name, one in types.types.items()}
        self.types = types

    def parts(self) -> Iterator[Part]:
        """Sections, the applicant's situation, groups: as the screens go through them."""
        for section in self.spec.sections:
            rows = tuple(self._section_rows(section))
            title = section.heading or both("preview.untitled")
            notes = self._condition_notes("preview.section_when", section.when)
            if any(isinstance(one, Asked) for one in rows):
                yield Part(section.id, title, notes, rows)
        facts = [
            FieldSpec(
                id=one.id, kind=one.kind, label=one.label, script=Script.ANY, when=one.when, printed=False
            )
            for one in self.spec.facts
            if one.asked
        ]
        if facts:
            yield Part("facts", both("preview.facts"), (), tuple(self._asked(facts)))
        for group in self.spec.groups:
            repeats = both(
                "preview.repeats", minimum=group.minimum, maximum=group.maximum, printed=group.printed_rows
            )
            notes = (repeats, *self._condition_notes("preview.section_when", group.when))
            title = LocalizedText(
                *(
                    f"{group.label.in_language(one)} – {group.item_label.in_language(one).format(n=1)}"
                    for one in (Language.AR, Language.FR)
                )
            )
            yield Part(group.id, title, notes, tuple(self._asked(group.fields, group)))

    def _section_rows(self, section: Section) -> Iterator[Asked | dict[str, Markup]]:
        for row in section.rows:
            if isinstance(row, StaticText):
                yield {one.value: _macros(one).static_text(row) for one in Language}
            else:
                asked = [one for one in row if not one.office and not made_beside_signature(one, section)]
                yield from self._asked(asked)

    def _asked(self, fields: Sequence[FieldSpec], group: Group | None = None) -> Iterator[Asked]:
        by_id = {
            one.id: one
            for one in fields
            if one.kind not in _NOT_ASKED and not one.office and not one.paper_only
        }
        drawn: dict[str, dict[str, Markup]] = {}
        for language in Language:
            asked = screens.questions(
                by_id.values(), self.spec, self._scope(group), screens.Given({}, {}), language
            )
            for question in asked:
                own = _with_own_ids(question, f"{language.value}-{group.id if group else 'form'}-")
                drawn.setdefault(question.field_id, {})[language.value] = _macros(language).ask(own)
        for field_id, words in drawn.items():
            one = by_id[field_id]
            required = one.required if isinstance(one.required, Condition) else None
            notes = (
                *self._condition_notes("preview.asked_when", one.when, group),
                *self._condition_notes("preview.required_when", required, group),
            )
            tags = () if one.printed and not self._is_on_screen(group) else (both("preview.screen_only"),)
            ids = f"{one.id}, {one.twin}" if one.twin else one.id
            yield Asked(ids, one.kind if not one.twin else "name", words, notes, tags)

    @staticmethod
    def _is_on_screen(group: Group | None) -> bool:
        return group is not None and not group.printed_rows

    def _scope(self, group: Group | None) -> Scope:
        rows = {group.id: ({},)} if group else {}
        scope = build_scope(
            self.spec, Dossier(self.spec.id, self.spec.version, groups=rows), date(2026, 1, 15)
        )
        return scope.with_variables(**{group.item: scope.variables[group.id][0]}) if group else scope

    def documents(self) -> Iterator[tuple[RequiredDocument, tuple[LocalizedText, ...]]]:
        """Every demand with when it is made, in words."""
        for one in self.spec.documents:
            group = self.spec.group(one.per) if one.per else None
            notes = list(self._condition_notes("preview.document_when", one.when, group))
            if group is not None:
                notes.append(_fill("preview.document_per", group=group.label))
            elif one.when is None:
                notes.append(both("preview.document_always"))
            if one.count > 1:
                notes.append(both("preview.document_count", count=one.count))
            for code, ids in (
                ("preview.document_instead", one.alternatives),
                ("preview.document_on_file", one.unless_on_file),
                ("preview.document_declared", one.unless_declared),
            ):
                if ids:
                    notes.append(_fill(code, documents=self._named(ids)))
            yield one, tuple(notes)

    def _named(self, ids: Sequence[str]) -> LocalizedText:
        labels = [self.types.label_of(one) for one in ids]
        return LocalizedText(
            ar="، ".join(f"«{one.ar}»" for one in labels), fr=", ".join(f"« {one.fr} »" for one in labels)
        )

    def _condition_notes(
        self, code: str, condition: Condition | None, group: Group | None = None
    ) -> tuple[LocalizedText, ...]:
        if condition is None:
            return ()
        said = in_words(condition, self.spec, group, self.names)
        shown = said or LocalizedText(f"\u2066{condition.expression}\u2069", condition.expression)
        return (_fill(code, condition=shown),)


def _fill(code: str, **values: LocalizedText) -> LocalizedText:
    sides = [
        say(code, language, **{name: value.in_language(language) for name, value in values.items()})
        for language in (Language.AR, Language.FR)
    ]
    return LocalizedText(*sides)


def _with_own_ids(question: screens.Question, prefix: str) -> screens.Question:
    """The question under ids of its own: the page holds it in both languages."""
    return replace(
        question,
        target=prefix + question.target,
        name=prefix + question.name,
        boxes=tuple(
            replace(one, target=prefix + one.target, name=prefix + one.name) for one in question.boxes
        ),
        options=tuple(replace(one, target=prefix + one.target) for one in question.options),
    )
