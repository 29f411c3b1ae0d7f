"""Dossier files: one request as YAML or JSON, for the command line, samples and outside checks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.dossier import Attachment, ParsedDossier, dossier_from_answers
from core.errors import DossierError, SpecErrors
from core.field_kinds.calendar_date import parse_date
from core.findings import Finding
from core.form_spec import FormSpec, Severity
from core.localized_text import LocalizedText
from core.yaml_source import Node, load_yaml

_OWN_KEYS = {"form", "version", "on", "values", "attachments", "on_file", "declared", "facts", "reference"}


@dataclass(frozen=True, slots=True)
class DossierFile:
    """A dossier read from a file, under the spec it names, and the day it asks to be judged on.

    Attributes:
        remarks: Names in the file that nothing knows, as findings.
    """

    spec: FormSpec
    parsed: ParsedDossier
    on: date | None
    remarks: tuple[Finding, ...] = ()


def parse_dossier_file(
    text: str,
    source: str,
    get_spec: Callable[[str, int | None], FormSpec],
    document_types: Collection[str] = (),
) -> DossierFile:
    """Read a dossier file.

    A child is numbered from 1 in ``attachments``; a file that counts from 0 is recognised by a 0.

    Args:
        document_types: Every known type; a name outside is remarked upon.  None known: no remarks.

    Raises:
        DossierError: It is no dossier file; the message says what and where.
        UnknownForm: It names a form that does not exist.
    """
    root, errors = load_yaml(text, source)
    if root is None or errors:
        raise _malformed(str(SpecErrors(errors)))
    data = plain(root)
    if not isinstance(data, dict) or "form" not in data:
        raise _malformed(f"{source}: a dossier file is a mapping with at least «form» and «values»")
    spec = get_spec(str(data["form"]), _version(data.get("version"), source))
    groups = {group.id: _rows(data.get(group.id), f"{source}: {group.id}") for group in spec.groups}
    fact_ids = {fact.id for fact in spec.facts}
    facts = {**_mapping(data.get("facts"), f"{source}: facts")}
    facts |= {key: data[key] for key in fact_ids & set(data)}
    stray = set(data) - _OWN_KEYS - set(groups) - fact_ids
    values = flatten(_mapping(data.get("values"), f"{source}: values"))
    parsed = dossier_from_answers(
        spec,
        {**values, **{key: data[key] for key in stray}},
        groups={key: rows for key, rows in groups.items() if rows},
        facts=facts,
        attachments=_attachments(data.get("attachments"), source, max(map(len, groups.values()), default=0)),
        on_file=_names(data.get("on_file"), f"{source}: on_file"),
        declared=_names(data.get("declared"), f"{source}: declared"),
    )
    remarks = tuple(_remarks(spec, parsed, set(document_types)))
    return DossierFile(spec, parsed, _day(data.get("on"), source), remarks)


def _remarks(spec: FormSpec, parsed: ParsedDossier, document_types: set[str]) -> Iterator[Finding]:
    """Names that nothing knows: a slip of the pen that would otherwise look like a missing answer."""
    for name in parsed.unknown:
        yield _unknown(name, "حقل", "champ")
    if not document_types:
        return
    demanded = {name for one in spec.documents for name in (one.type, *one.alternatives)}
    for name in sorted({one.type for one in parsed.dossier.attachments} - document_types - demanded):
        yield _unknown(name, "نوع وثيقة", "type de document")
    for name in sorted(parsed.dossier.on_file - document_types - demanded):
        yield _unknown(name, "نوع وثيقة", "type de document")
    events = {name for one in spec.documents for name in one.unless_declared}
    for name in sorted(parsed.dossier.declared - events):
        yield _unknown(name, "تصريح", "événement déclaré")


def _unknown(name: str, ar: str, fr: str) -> Finding:
    message = LocalizedText(
        ar=f"«{name}» ليس اسم {ar} معروفا في هذه الاستمارة، ولم يؤخذ به. تحققوا من كتابته.",
        fr=f"« {name} » n'est le nom d'aucun {fr} de ce formulaire ; il n'en est pas tenu compte. "
        "Vérifiez l'orthographe.",
    )
    return Finding("unknown_name", Severity.WARNING, name, message, "file")


def plain(node: Node) -> Any:
    """A node as ordinary Python data, without places."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Dotted ids from nested mappings, so that ``assured: {last: …}`` reads as ``assured.last``."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + str(key)] = value
    return flat


def _attachments(data: Any, source: str, rows: int) -> list[Attachment]:
    found: list[Attachment] = []
    for item in _rows(data, f"{source}: attachments"):
        if "type" not in item:
            raise _malformed(f"{source}: attachments: every attachment needs a «type»")
        child = item.get("child")
        if child is not None and (not isinstance(child, int) or isinstance(child, bool) or child < 0):
            raise _malformed(f"{source}: attachments: child {child!r} is not the number of a row")
        facts = _mapping(item.get("facts"), f"{source}: attachments: facts")
        found.append(Attachment(str(item["type"]).lower(), child, facts, item.get("file")))
    marks = [one.child for one in found if one.child is not None]
    if 0 in marks and 0 < rows <= max(marks):
        raise _malformed(f"{source}: attachments: children are numbered both from 0 and from 1; count from 1")
    if 0 in marks:
        found = [
            Attachment(one.type, None if one.child is None else one.child + 1, one.facts, one.file)
            for one in found
        ]
    return found


def _rows(data: Any, where: str) -> list[dict[str, Any]]:
    if data is None:
        return []
    if not isinstance(data, Sequence) or isinstance(data, str) or not all(isinstance(i, dict) for i in data):
        raise _malformed(f"{where}: a list of mappings is expected here")
    return [dict(item) for item in data]


def _mapping(data: Any, where: str) -> dict[str, Any]:
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise _malformed(f"{where}: a mapping is expected here")
    return data


def _names(data: Any, where: str) -> list[str]:
    if data is None:
        return []
    if not isinstance(data, list) or not all(isinstance(item, str) for item in data):
        raise _malformed(f"{where}: a list of names is expected here")
    return [item.lower() for item in data]


def _version(data: Any, source: str) -> int | None:
    if data is None or (isinstance(data, int) and not isinstance(data, bool)):
        return data
    raise _malformed(f"{source}: version {data!r} is not a whole number")


def _day(data: Any, source: str) -> date | None:
    if data is None:
        return None
    day = parse_date(str(data))
    if day is None:
        raise _malformed(f"{source}: on: {data!r} is not a day, expected YYYY-MM-DD")
    return day


def _malformed(problem: str) -> DossierError:
    return DossierError(
        LocalizedText(ar=f"ملف غير صالح: {problem}", fr=problem), code="malformed_dossier_file"
    )
