"""Whose papers and whose number: doubts that only the answers, the account and the papers together raise.

Nothing is refused for them: a number may be misread, and somebody may ask for a relative.  They are
warnings, to the applicant while it can be mended and to the reviewer afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from core.conditions import Scope, holds
from core.deposit import applicant_of, numbers_an_employer
from core.document_types import DocumentTypes
from core.dossier import Attachment, Dossier
from core.findings import Finding
from core.form_spec import FormSpec, RequiredDocument, Severity
from core.localized_text import LocalizedText
from forms_service.services.papers_compared import (
    BIRTH,
    NUMBER,
    Difference,
    differences,
    is_about_one,
    person_of,
    stranger_named,
)

OTHER_REGISTRATION = LocalizedText(
    "رقم التسجيل المكتوب في الطلب ({given}) ليس رقم حسابكم ({account}). صححوه إن كان خطأ، "
    "وإلا فسيتحقق منه أحد الموظفين.",
    "Le n° d'immatriculation indiqué ({given}) n'est pas celui du compte ({account}). Corrigez-le si c'est "
    "une erreur ; sinon un agent le vérifiera.",
)
DOCUMENT_MISMATCH = LocalizedText(
    "{file}: ما قُرئ في هذه الوثيقة («{label}») يخالف ما ورد في الطلب – {differences}. تحققوا من أنها وثيقة "
    "الشخص المعني، أو صححوا الجواب.",
    "{file} : ce qu'on y lit (« {label} ») diffère de ce que dit la demande – {differences}. Vérifiez que "
    "c'est le document de la bonne personne, ou corrigez la réponse.",
)
DIFFERENCE = LocalizedText(
    "{what}: «{read}» في الوثيقة و«{given}» في الطلب",
    "{what} : « {read} » sur le document, « {given} » dans la demande",
)
OF_ANOTHER = LocalizedText(
    "{what}: «{read}» هو رقم شخص آخر في الطلب",
    "{what} : « {read} » est celui d'une autre personne de la demande",
)
WHOSE_PAPER = LocalizedText(
    "هذه وثيقة هوية، لكننا لم نعرف لمن هي من بين الأشخاص المعنيين بالطلب. افتحوا «ليست في مكانها؟» "
    "وحددوا صاحبها.",
    "C'est une pièce d'identité, mais nous ne savons pas de qui parmi les personnes de la demande. "
    "Ouvrez « Ce n'est pas sa place ? » et dites de qui elle est.",
)
NOT_IN_REQUEST = LocalizedText(
    "{file}: قُرئ فيها «{who}»، وهذا الشخص ليس من المذكورين في الطلب. إن كان مكانها هنا فافتحوا «ليست في "
    "مكانها؟» وحددوا صاحبها، أو صححوا الجواب؛ وإلا فأزيلوها.",
    "{file} : on y lit « {who} », et cette personne ne figure pas dans la demande. Si la pièce y a sa place, "
    "ouvrez « Ce n'est pas sa place ? » et dites de qui elle est, ou corrigez la réponse ; sinon, retirez-la.",
)


def identity_doubts(
    spec: FormSpec, dossier: Dossier, scope: Scope, account_number: str, types: DocumentTypes
) -> Iterator[Finding]:
    """Give the warnings on the registration number and on papers of somebody else."""
    yield from _other_registration(spec, dossier, scope, account_number)
    for one, asked_as, rule, message in _mismatches(spec, dossier.attachments, dossier, scope, types):
        if not one.declined:
            yield Finding("document_mismatch", Severity.WARNING, asked_as, message, rule)


def papers_in_doubt(
    spec: FormSpec,
    dossier: Dossier,
    scope: Scope,
    types: DocumentTypes,
    unplaced: Iterable[Attachment] = (),
) -> dict[str, LocalizedText]:
    """The same warnings on papers, by the id of the upload.

    Args:
        unplaced: Identity papers that fit nobody's place: whose they are is told where it can be.
    """
    found = _mismatches(spec, dossier.attachments, dossier, scope, types)
    doubts = {one.id: message for one, _, _, message in found if one.id is not None}
    for one in unplaced:
        if one.id is not None and (message := _of_a_stranger(spec, one, dossier)):
            doubts[one.id] = message
    return doubts


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
    person = person_of(spec, demand, scope)
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


def _other_registration(
    spec: FormSpec, dossier: Dossier, scope: Scope, account_number: str
) -> Iterator[Finding]:
    applicant = applicant_of(spec, scope)
    field_id = spec.applicant_fields.get("registration", "")
    given = dossier.answers().get(field_id)
    if numbers_an_employer(spec):
        return
    if applicant.when is not None or not account_number or not given or given == account_number:
        return
    message = OTHER_REGISTRATION.fill(given=given, account=account_number)
    yield Finding("other_registration", Severity.WARNING, field_id, message, "")


def _mismatches(
    spec: FormSpec, attachments: Iterable[Attachment], dossier: Dossier, scope: Scope, types: DocumentTypes
) -> Iterator[tuple[Attachment, str, str, LocalizedText]]:
    """Uploads that contradict the answers: what they are for, the rule that asks for them, and the message.

    Where several papers are asked at once (one of each parent), nobody can say which is whose.
    """
    demands = [one for one in spec.documents if one.per is not None or holds(one.when, scope)]
    for one in attachments:
        if one.seen_as is not None:
            continue  # it is told to be another paper: whose that one is matters to nobody
        demand = next((d for d in demands if one.type in (d.type, *d.alternatives)), None)
        if demand is not None and demand.count > 1:
            continue
        found = differences(spec, one, demand, dossier, scope, types)
        if found:
            label, told = types.label_of(one.type), _told(found)
            message = DOCUMENT_MISMATCH.fill(file=one.file or "", label=label, differences=told)
            yield one, demand.id if demand else one.type, demand.rule if demand else "", message
        elif demand is None and is_about_one(one.type, types):
            stranger = _of_a_stranger(spec, one, dossier)
            if stranger is not None:
                yield one, one.type, "", stranger


def _of_a_stranger(spec: FormSpec, paper: Attachment, dossier: Dossier) -> LocalizedText | None:
    who = stranger_named(spec, paper, dossier)
    return NOT_IN_REQUEST.fill(file=paper.file or "", who=who) if who is not None else None


def _told(found: Iterable[Difference]) -> LocalizedText:
    told = [
        (DIFFERENCE if one.given else OF_ANOTHER).fill(what=one.what, read=one.read, given=one.given)
        for one in found
    ]
    return LocalizedText("؛ ".join(one.ar for one in told), " ; ".join(one.fr for one in told))
