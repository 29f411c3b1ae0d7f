"""What a line of the record says besides who, when and what: in words, with the names people know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from core.correction_slip import answer_field, demand_of, row_of
from core.errors import UnknownForm
from core.form_spec import FormSpec
from core.receipt import RevocationReason
from forms_service.locales import has
from forms_service.services.records import RecordLine
from forms_service.web import presentation, security
from forms_service.web.languages import language, translate

_SUBJECTS = ("field", "fields", "documents", "despite", "on_file", "declared", "groups")
_WORDS_OF: Mapping[str, Sequence[str]] = {
    "roles": ("auth.role",),
    "roles_before": ("auth.role",),
    "outcome": ("outcome",),
    "decision": ("detail_decision",),
    "status": ("documents.status",),
    "origin": ("origin",),
    "reason": ("reason",),
    "value_settled_reason": ("answer_reason",),
    "data_exported_reason": ("asked_by",),
    "channel": ("detail_channel",),
    "channels": ("detail_channel",),
    "event": ("event",),
    "by": ("figures", "record"),
    "variant": ("detail_variant",),
    "what": ("detail_what",),
    "occasion": ("detail_occasion",),
    "ending": ("detail_ending",),
    "asked_by": ("detail_by",),
    "agreed_by": ("detail_by",),
    "aside": ("detail_aside",),
}
"""Where the words for the codes under a key stand."""
_PEOPLE = ("account", "proposed_by", "asked_by", "agreed_by")
_UNSAID = (None, "", [], {})


def details_in_words(line: RecordLine) -> list[tuple[str, str]]:
    """The details as pairs of what they are and what they say; what is empty says nothing.

    Names and codes nobody ever gave words to are shown as they are kept: nothing is left out.
    """
    spec = _form_of(line)
    return [
        (_label(line.action, key), _said(value, _words_for(line, key, spec)))
        for key, value in line.details.items()
        if value not in _UNSAID
    ]


def details_text(line: RecordLine) -> str:
    """The same in one text, for the cell of a file."""
    pairs = (translate("common.pair", label=label, value=value) for label, value in details_in_words(line))
    return " – ".join(pairs)


def _comma() -> str:
    return translate("record.comma") + " "


def _label(action: str, key: str) -> str:
    for code in (f"detail.{action}_{key}", f"detail.{key}"):
        if has(code):
            return translate(code)
    return key


def _said(value: object, words: Callable[[object], str]) -> str:
    if isinstance(value, Mapping):
        return _comma().join(f"{words(key)} {words(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return _comma().join(words(one) for one in value)
    return words(value)


def _words_for(line: RecordLine, key: str, spec: FormSpec | None) -> Callable[[object], str]:
    """How a value under that key is said."""

    def words(value: object) -> str:
        if isinstance(value, bool):
            return translate("record.yes" if value else "record.no")
        code = str(value)
        if key in _SUBJECTS and spec is not None:
            return _subject(spec, code)
        if key in ("type", "seen_as"):
            return presentation.type_name(code)
        if key in _PEOPLE and code in line.people:
            return line.people[code]
        if line.action == "receipt_revoked" and code in set(RevocationReason):
            return RevocationReason(code).label.in_language(language())
        for place in _WORDS_OF.get(f"{line.action}_{key}", _WORDS_OF.get(key, ())):
            if has(f"{place}.{code}"):
                return translate(f"{place}.{code}")
        return f"\u2066{code}\u2069"

    return words


def _subject(spec: FormSpec, subject: str) -> str:
    """An answer, a document or a group by the name the form gives it, with the row it is for."""
    named = language()
    types = security.application().catalogue.document_types()
    if field := answer_field(spec, subject):
        label, row = field.label, _row_in(spec, subject)
    elif demand := demand_of(spec, subject):
        label, row = types.label_of(demand.type), row_of(spec, subject)
    elif group := next((one for one in spec.groups if one.id == subject), None):
        label, row = group.label, None
    else:
        if types.label_of(subject).fr == subject:
            return f"\u2066{subject}\u2069"
        label, row = types.label_of(subject), None
    said = label.in_language(named)
    return translate("record.of_row", label=said, n=row) if row else said


def _row_in(spec: FormSpec, subject: str) -> int | None:
    for group in spec.groups:
        number = subject.removeprefix(f"{group.id}.").partition(".")[0]
        if subject.startswith(f"{group.id}.") and number.isdecimal():
            return int(number)
    return None


def _form_of(line: RecordLine) -> FormSpec | None:
    try:
        return security.application().catalogue.get(line.form_id) if line.form_id else None
    except UnknownForm:
        return None
