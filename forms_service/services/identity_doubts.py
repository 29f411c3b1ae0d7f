"""Whose papers and whose number: doubts that only the answers, the account and the papers together raise.

Nothing is refused for them: a number may be misread, and somebody may ask for a relative.  They are
warnings, to the applicant while it can be mended and to the reviewer afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rapidfuzz import fuzz

from core.conditions import Scope, holds
from core.dates_in_text import fold_letters
from core.deposit import applicant_of
from core.document_types import DocumentTypes
from core.dossier import Attachment, Dossier
from core.findings import Finding
from core.form_spec import FormSpec, RequiredDocument, Severity
from core.localized_text import LocalizedText

NUMBER, BIRTH, NAME = "number", "birth", ("first", "last")
"""Facts of an identity paper that are compared with the answers."""

SAME_NAME = 65.0
"""Likeness in percent from which two spellings may be one person's name."""

OTHER_REGISTRATION = LocalizedText(
    "رقم التسجيل المكتوب في الطلب ({given}) ليس رقم حسابكم ({account}). صححوه إن كان خطأ، "
    "وإلا فسيتحقق منه أحد الموظفين.",
    "Le n° d'immatriculation indiqué ({given}) n'est pas celui du compte ({account}). Corrigez-le si c'est "
    "une erreur ; sinon un agent le vérifiera.",
)
DOCUMENT_MISMATCH = LocalizedText(
    "{file}: ما قُرئ في هذه الوثيقة ({read}) لا يطابق صاحب «{label}». تحققوا من أنها وثيقة الشخص المعني، "
    "أو صححوا الجواب.",
    "{file} : ce qui y est lu ({read}) ne correspond pas à la personne de « {label} ». Vérifiez que c'est le "
    "document de la bonne personne, ou corrigez la réponse.",
)
WHOSE_PAPER = LocalizedText(
    "هذه وثيقة هوية، لكننا لم نعرف لمن هي من بين الأشخاص المعنيين بالطلب. أزيلوها وأرسلوها من جديد في خانة صاحبها.",
    "C'est une pièce d'identité, mais nous ne savons pas de qui parmi les personnes de la demande. "
    "Retirez-la et renvoyez-la à l'endroit prévu pour cette personne.",
)


def identity_doubts(
    spec: FormSpec, dossier: Dossier, scope: Scope, account_number: str, types: DocumentTypes
) -> Iterator[Finding]:
    """Give the warnings on the registration number and on papers of somebody else."""
    yield from _other_registration(spec, dossier, scope, account_number)
    for one, demand, message in _mismatches(spec, dossier.attachments, dossier, scope, types):
        if not one.declined:
            yield Finding("document_mismatch", Severity.WARNING, demand.id, message, demand.rule)


def papers_in_doubt(
    spec: FormSpec, dossier: Dossier, scope: Scope, types: DocumentTypes
) -> dict[str, LocalizedText]:
    """The same warnings on papers, by the id of the upload."""
    found = _mismatches(spec, dossier.attachments, dossier, scope, types)
    return {one.id: message for one, _, message in found if one.id is not None}


def is_identity_type(document_type: str, types: DocumentTypes) -> bool:
    """Whether documents of this type say who somebody is: their looks bear an identity number."""
    known = types.types.get(document_type)
    looks = [types.classes[one] for one in known.reads_as if one in types.classes] if known else []
    return any(fact.id == NUMBER and fact.kind == "identity_number" for look in looks for fact in look.facts)


def belongs_to(
    spec: FormSpec,
    demand: RequiredDocument,
    facts: Mapping[str, object],
    dossier: Dossier,
    scope: Scope,
) -> bool | None:
    """Whether a paper is of the person a demand is about; None when nothing tells.

    The number decides where both are known; a paper with the number of another person of the request
    is that person's; the day of birth is looked at only when no number could be compared.
    """
    answers = dossier.answers()
    person = _person_of(spec, demand, scope)
    number, birth = facts.get(NUMBER), facts.get(BIRTH)
    numbers = {
        one.id.removesuffix(".id_no"): answers[one.id]
        for one in spec.fields()
        if one.id.endswith(".id_no") and answers.get(one.id)
    }
    if number and person in numbers:
        return number == numbers[person]
    if number and number in numbers.values():
        return False
    born = answers.get(f"{person}.birth") if person else None
    if not number and birth and born:
        return bool(birth == born)
    return None


def _person_of(spec: FormSpec, demand: RequiredDocument, scope: Scope) -> str | None:
    """The prefix of the answers about the person; None when the form asks nothing about them."""
    if demand.subject != "applicant":
        return demand.subject
    names = applicant_of(spec, scope).name
    return names[0].partition(".")[0] if names else None


def _is_named_otherwise(facts: Mapping[str, object], person: str | None, dossier: Dossier) -> bool:
    """Whether a paper names somebody else, in both scripts where it names them in both.

    Spellings of one name differ (Mohamed, Mohammed) and readers err, so only a clear difference counts.
    """
    answers = dossier.answers()
    compared = []
    for script in ("", ".ar"):
        read = [str(facts.get(f"{part}{script}") or "") for part in NAME]
        given = [str(answers.get(f"{person}.{part}{script}") or "") for part in NAME]
        if all(read) and all(given):
            likeness = fuzz.token_sort_ratio(fold_letters(" ".join(read)), fold_letters(" ".join(given)))
            compared.append(likeness < SAME_NAME)
    return bool(compared) and all(compared)


def _other_registration(
    spec: FormSpec, dossier: Dossier, scope: Scope, account_number: str
) -> Iterator[Finding]:
    applicant = applicant_of(spec, scope)
    field_id = spec.applicant_fields.get("registration", "")
    given = dossier.answers().get(field_id)
    if applicant.when is not None or not account_number or not given or given == account_number:
        return
    message = OTHER_REGISTRATION.fill(given=given, account=account_number)
    yield Finding("other_registration", Severity.WARNING, field_id, message, "")


def _mismatches(
    spec: FormSpec, attachments: Iterable[Attachment], dossier: Dossier, scope: Scope, types: DocumentTypes
) -> Iterator[tuple[Attachment, RequiredDocument, LocalizedText]]:
    """Uploads whose facts contradict the answers about their person.

    Where several papers are asked at once (one of each parent), nobody can say which is whose.
    """
    demands = [one for one in spec.documents if one.per is None and one.count == 1 and holds(one.when, scope)]
    for one in attachments:
        demand = next((d for d in demands if one.type in (d.type, *d.alternatives)), None)
        if demand is None or not is_identity_type(one.type, types):
            continue
        read = ""
        if belongs_to(spec, demand, one.facts, dossier, scope) is False:
            read = str(one.facts.get(NUMBER) or one.facts.get(BIRTH))
        elif _is_named_otherwise(one.facts, _person_of(spec, demand, scope), dossier):
            read = " ".join(str(one.facts[part]) for part in NAME)
        if read:
            label = types.label_of(one.type)
            yield one, demand, DOCUMENT_MISMATCH.fill(file=one.file or "", read=read, label=label)
