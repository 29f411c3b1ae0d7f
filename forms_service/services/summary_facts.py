"""What a reviewer's summary states of a dossier: its words, put together from the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.completeness import CompletenessReport, applies
from core.conditions import Scope
from core.deposit import applicant_name, applicant_of
from core.dossier import STATE_LABELS, FieldValue, Origin, fact_fields
from core.extraction import Verdict
from core.field_kinds import Answer, kind_of
from core.form_spec import FieldSpec, FormSpec, Severity
from core.localized_text import Language, LocalizedText
from core.scope import is_blank
from forms_service.locales import both, has
from forms_service.ocr.doubts import DOUBT_SENTENCES, Doubt
from forms_service.render.paper_sheets import moroccan_moment
from forms_service.render.reviewer_summary import (
    Crop,
    ReviewerSummary,
    SummaryDocument,
    SummaryFinding,
    SummaryPart,
    SummaryValue,
)
from forms_service.services.presenting import FORM
from forms_service.services.staff_words import told_to_staff
from forms_service.services.views import AttachmentView, DossierView, ExtractionView
from forms_service.spec_catalogue import SpecCatalogue

_T = LocalizedText
APPLICANT = _T("صاحب(ة) الطلب", "Demandeur")
REGISTRATION = _T("رقم التسجيل", "N° d’immatriculation")
STATE = _T("حالة الملف", "État du dossier")
DEPOSITED = _T("تاريخ الإيداع", "Déposé le")
READ_VALUES = _T("القيم المقروءة", "Valeurs lues")
COUNTED = _T("{read}، منها {doubts} للتحقق", "{read}, dont {doubts} à vérifier")
CORRECTED = _T("الأجوبة المصححة", "Réponses corrigées")
CHECK = _T("المراقبة المادية", "Contrôle physique")
OTHER = _T("معلومات أخرى", "Autres informations")
YES = _T("نعم", "oui")

ORIGIN_SURE = _T("{origin} · {percent} %", "{origin} · {percent} %")
AGREES = _T("{origin}، يطابق الورق · {percent} %", "{origin}, concorde avec le papier · {percent} %")
READ_AS = _T("قُرئ: «{raw}»", "lu : « {raw} »")
TO_CHECK = _T("للتحقق: {why}", "à vérifier : {why}")
TO_CHECK_ONLY = _T("للتحقق", "à vérifier")
CLAIMED = _T("{label} ({claim})", "{label} ({claim})")
DIFFERS = _T("المقروء «{read}» يخالف هذا الجواب", "lu « {read} » : diffère de la réponse")
SETTLED = _T("{decision} ({role}، {at})", "{decision} ({role}, {at})")
DECIDED_BY = _T("البت: {role}، {at}", "décision : {role}, {at}")
CHANGED = _T("«{old}» عُوض بـ«{new}» ({role}، {at})", "« {old} » remplacé par « {new} » ({role}, {at})")
EMPTIED = _T("حُذف «{old}» ({role}، {at})", "« {old} » effacé ({role}, {at})")
FACT_READ = _T("{label}: {value}", "{label} : {value}")
VALID_UNTIL = _T("صالحة إلى غاية {day}", "valable jusqu’au {day}")
UNDECIDED = _T("لم يُبت فيها", "Non examiné")
FOR_ROW = _T("{name} – {row}", "{name} – {row}")

_FROM_PAPER = (Origin.SCAN, Origin.REVIEWER)
SCRIPTS = {
    "latin_name": _T("{label} (باللاتينية)", "{label} (latin)"),
    "arabic_name": _T("{label} (بالعربية)", "{label} (arabe)"),
}
"""Names that are asked in both scripts bear one label."""

ROLES: Mapping[str, LocalizedText] = {
    "reviewer": _T("المكلف بدراسة الملف", "gestionnaire"),
    "clerk": _T("الوكالة", "agence"),
    "applicant": _T("صاحب الطلب", "demandeur"),
    "system": _T("آليا", "automatique"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that took over from another.

    Attributes:
        field_id: Rows of groups as ``children.1.birth``.
        role: Of the person who changed it: a key of ``ROLES``.
    """

    field_id: str
    old: Answer
    new: Answer
    role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """Who decided on something, in which role and when."""

    role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SummarySource:
    """Everything a summary is put together from.

    Attributes:
        crops: Pictures by the id of the extraction.
        settled: By the id of an extraction or an attachment.
    """

    view: DossierView
    report: CompletenessReport
    scope: Scope
    readings: tuple[ExtractionView, ...]
    answers: Mapping[str, Answer]
    changes: tuple[Change, ...]
    crops: Mapping[str, Crop]
    settled: Mapping[str, Settled]
    registration: str


def summary_facts(source: SummarySource, catalogue: SpecCatalogue, printed_at: datetime) -> ReviewerSummary:
    """Word the summary of a dossier."""
    view = source.view
    message = view.correction.message if view.correction else ""
    return ReviewerSummary(
        reference=view.reference,
        form_title=view.spec.title,
        stated=tuple(_stated(source)),
        printed_at=printed_at,
        findings=tuple(_findings(source.report)),
        documents=tuple(_document(one, source, catalogue) for one in view.attachments),
        parts=tuple(_parts(source)),
        correction_request=message,
        decision=view.decision_note or "",
    )


def _findings(report: CompletenessReport) -> Iterator[SummaryFinding]:
    """What the rules say, then what nobody has verified: papers claimed to be with the fund already."""
    for one in told_to_staff(report).findings:
        rule = "" if one.rule in ("required", "kind") else one.rule
        is_error = one.severity is Severity.ERROR
        yield SummaryFinding(both(f"severity.{one.severity.value}"), one.message, rule, is_error)
    for need in report.lifted:
        message = CLAIMED.fill(label=need.label, claim=both(f"review.lifted_{need.exempt}"))
        yield SummaryFinding(TO_CHECK_ONLY, message, need.rule)


def _stated(source: SummarySource) -> Iterator[tuple[LocalizedText, LocalizedText]]:
    view = source.view
    applicant = applicant_of(view.spec, source.scope)
    name = applicant_name(applicant.name, source.answers)
    yield APPLICANT, name if name.fr else _same(view.owner_name)
    yield REGISTRATION, _same(source.registration)
    yield STATE, STATE_LABELS[view.state]
    if view.deposited_at:
        yield DEPOSITED, _same(moroccan_moment(view.deposited_at))
    if view.physical_check:
        yield CHECK, YES
    if source.readings:
        read = [one for one in source.readings if one.verdict is not Verdict.EMPTY]
        open_ = [one for one in read if one.is_doubtful]
        yield READ_VALUES, COUNTED.fill(read=len(read), doubts=len(open_))
    if source.changes:
        yield CORRECTED, _same(str(len({one.field_id for one in source.changes})))


def _same(text: str) -> LocalizedText:
    return LocalizedText(text, text)


# --- answers --------------------------------------------------------------------------------------


def _parts(source: SummarySource) -> Iterator[SummaryPart]:
    spec = source.view.spec
    for section in spec.sections:
        asked = [one for one in section.fields() if applies(section, one, source.scope)]
        shown = [one for one in section.fields() if one in asked or _is_known(one.id, source)]
        if values := tuple(_value(one.id, one, source) for one in shown):
            yield SummaryPart(section.id, section.heading or OTHER, values)
        for group in spec.groups:
            if group.after_section == section.id:
                yield from _rows(group.id, source)
    for group in spec.groups:
        if group.after_section is None:
            yield from _rows(group.id, source)
    if facts := tuple(_facts(spec, source)):
        yield SummaryPart("facts", OTHER, facts)


def _rows(group_id: str, source: SummarySource) -> Iterator[SummaryPart]:
    group = source.view.spec.group(group_id)
    numbers = {int(rest.partition(".")[0]) for rest in _under(group_id, source)}
    for number in range(1, max(numbers, default=0) + 1):
        prefix = f"{group_id}.{number}"
        values = tuple(
            _value(f"{prefix}.{one.id}", one, source)
            for one in group.fields
            if _is_known(f"{prefix}.{one.id}", source)
        )
        if values:
            yield SummaryPart(prefix, group.item_label.fill(n=number), values)


def _under(group_id: str, source: SummarySource) -> Iterator[str]:
    ids: Iterable[str] = (*source.answers, *(one.field_id for one in source.readings))
    prefix = f"{group_id}."
    for field_id in ids:
        rest = field_id.removeprefix(prefix)
        if rest != field_id and rest.partition(".")[0].isdigit():
            yield rest
    for held, number, name in source.view.group_raw:
        if held == group_id:
            yield f"{number}.{name}"


def _is_known(field_id: str, source: SummarySource) -> bool:
    """Whether anything was said of a field, valid or not."""
    return (
        not is_blank(source.answers.get(field_id))
        or field_id in source.view.raw
        or _group_raw(field_id, source) is not None
        or any(one.field_id == field_id and one.verdict is not Verdict.EMPTY for one in source.readings)
    )


def _group_raw(field_id: str, source: SummarySource) -> str | None:
    group, _, rest = field_id.partition(".")
    number, _, name = rest.partition(".")
    return source.view.group_raw.get((group, int(number), name)) if number.isdigit() else None


def _value(field_id: str, field: FieldSpec, source: SummarySource) -> SummaryValue:
    value = source.answers.get(field_id)
    raw = source.view.raw.get(field_id) or _group_raw(field_id, source)
    reading = _reading_of(field_id, source.readings)
    problem = source.view.problems.get(field_id)
    words = None if is_blank(value) else on_paper(field, value)
    return SummaryValue(
        label=SCRIPTS[field.kind].fill(label=field.label) if field.kind in SCRIPTS else field.label,
        value=_same(raw) if words is None and raw else words,
        notes=tuple(_notes(source.view.dossier.values.get(field_id), reading, words, source)),
        alarms=(*((problem,) if problem and words is None else ()), *_alarms(reading)),
        changes=tuple(_changes(field_id, field, source)),
        crop=source.crops.get(reading.id) if reading else None,
    )


def on_paper(field: FieldSpec, value: Answer) -> LocalizedText:
    """An answer as a person reads it, in both languages."""
    kind = kind_of(field)
    return LocalizedText(kind.to_screen(value, field, Language.AR), kind.to_screen(value, field, Language.FR))


def _reading_of(field_id: str, readings: Iterable[ExtractionView]) -> ExtractionView | None:
    """The reading that counts: one somebody decided on, else the latest that saw anything."""
    found = [one for one in readings if one.field_id == field_id and one.verdict is not Verdict.EMPTY]
    decided = [one for one in found if one.decision in ("accepted", "corrected")]
    return (decided or found)[-1] if found else None


def _notes(
    given: FieldValue | None,
    reading: ExtractionView | None,
    words: LocalizedText | None,
    source: SummarySource,
) -> Iterator[LocalizedText]:
    """Where an answer comes from and how sure it is; what was seen on paper; who settled it."""
    origin = both(f"origin.{given.origin.value if given else Origin.SCAN.value}")
    sure = given.confidence if given else reading.confidence if reading else None
    if reading is not None and reading.is_doubtful:
        sure = None  # a high figure beside a doubt would contradict it
    typed = given is not None and given.origin not in _FROM_PAPER
    if typed and reading is not None and reading.value is not None and not reading.conflicts:
        yield AGREES.fill(origin=origin, percent=_percent(reading.confidence))
    elif sure is not None:
        yield ORIGIN_SURE.fill(origin=origin, percent=_percent(sure))
    elif given is not None:
        yield origin
    if reading is None:
        return
    seen = LocalizedText(reading.raw, reading.raw) if reading.value is None else reading.shown
    if seen.fr and seen != words and not (typed and not reading.conflicts and reading.value is not None):
        yield READ_AS.fill(raw=seen)
    if reading.decision in ("accepted", "corrected"):
        decision = both(f"review.value_{reading.decision}")
        who = source.settled.get(reading.id)
        yield (SETTLED.fill(decision=decision, role=ROLES[who.role], at=_moment(who.at)) if who else decision)


def _percent(share: float) -> int:
    """In whole percent, never rounded up to certainty."""
    return min(99, int(share * 100))


def _alarms(reading: ExtractionView | None) -> Iterator[LocalizedText]:
    if reading is None or not reading.is_doubtful:
        return
    if reading.conflicts:
        yield DIFFERS.fill(read=reading.shown)
    if reading.verdict is Verdict.REVIEW:
        why = _doubt(reading.reason)
        yield TO_CHECK.fill(why=why) if why else TO_CHECK_ONLY


def _doubt(code: str | None) -> LocalizedText | None:
    if code is None:
        return None
    if code in set(Doubt):
        return DOUBT_SENTENCES[Doubt(code)]
    return both(f"doubt.{code}") if has(f"doubt.{code}") else None


def _changes(field_id: str, field: FieldSpec, source: SummarySource) -> Iterator[LocalizedText]:
    for one in source.changes:
        if one.field_id != field_id:
            continue
        told: dict[str, object] = {"role": ROLES[one.role], "at": _moment(one.at)}
        if is_blank(one.new):
            yield EMPTIED.fill(old=on_paper(field, one.old), **told)
        else:
            yield CHANGED.fill(old=on_paper(field, one.old), new=on_paper(field, one.new), **told)


def _moment(at: datetime) -> str:
    """Day and hour that no line's end tears apart."""
    return moroccan_moment(at).replace(" – ", "\u00a0")


def _facts(spec: FormSpec, source: SummarySource) -> Iterator[SummaryValue]:
    held = source.view.dossier.facts
    for one in fact_fields(spec):
        value = held.get(one.id)
        if value is not None and value != "":
            yield SummaryValue(one.label, on_paper(one, value))  # type: ignore[arg-type]


# --- documents ------------------------------------------------------------------------------------


def _document(one: AttachmentView, source: SummarySource, catalogue: SpecCatalogue) -> SummaryDocument:
    types = catalogue.document_types()
    type_id = one.type or one.declared_type
    if type_id is None:
        name = both("documents.unknown_type")
    else:
        name = both("documents.the_form") if type_id == FORM else types.label_of(type_id)
    if one.child and source.view.spec.groups:
        row = source.view.spec.groups[0].item_label.fill(n=one.child)
        name = FOR_ROW.fill(name=name, row=row)
    facts = [
        FACT_READ.fill(label=_fact_label(type_id, key, catalogue), value=value)
        for key, value in ((key, _plain(value)) for key, value in one.facts.items())
        if value
    ]
    notes = [_in_one_line(facts)] if facts else []
    if one.valid_until and one.valid_until.isoformat() not in map(str, one.facts.values()):
        notes.append(VALID_UNTIL.fill(day=f"{one.valid_until:%d/%m/%Y}"))
    verdict = both(f"review.document_{one.decision}") if one.decision else UNDECIDED
    if (who := source.settled.get(one.id)) is not None and one.decision:
        notes.append(DECIDED_BY.fill(role=ROLES[who.role], at=_moment(who.at)))
    alarms = list(one.warnings)
    if one.decision_reason:
        code = f"reason.{one.decision_reason}"
        alarms.insert(0, both(code) if has(code) else _same(one.decision_reason))
    return SummaryDocument(
        name, one.filename, verdict, one.decision == "refused", tuple(notes), tuple(alarms)
    )


_DOT = "\u00a0· "
"""Stays at the end of its line."""


def _in_one_line(texts: Iterable[LocalizedText]) -> LocalizedText:
    every = list(texts)
    return LocalizedText(_DOT.join(one.ar for one in every), _DOT.join(one.fr for one in every))


def _fact_label(type_id: str | None, fact_id: str, catalogue: SpecCatalogue) -> LocalizedText:
    types = catalogue.document_types()
    looks = types.types[type_id].reads_as if type_id in types.types else ()
    labels = [fact.label for look in looks for fact in types.classes[look].facts if fact.id == fact_id]
    return labels[0] if labels else _same(fact_id)


def _plain(value: object) -> str:
    """A fact read on a paper, days as they are written in Morocco."""
    said = value.get("value") if isinstance(value, Mapping) else value
    text = "" if said is None else str(said)
    parts = text.split("-")
    is_day = len(text) == 10 and len(parts) == 3 and all(part.isdigit() for part in parts)
    return "/".join(reversed(parts)) if is_day else text
