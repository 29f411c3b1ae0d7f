"""What a paper says against what was answered: its person, its numbers, its days, its account.

Only what was read surely can contradict; what was read unsurely can still agree, and then nothing is
said.  A paper about several people (a marriage act) contradicts when it names somebody the request does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.conditions import Scope
from core.deposit import applicant_of
from core.document_types import DocumentTypes
from core.dossier import Attachment, Dossier
from core.form_spec import FormSpec, RequiredDocument
from core.localized_text import LocalizedText
from forms_service.ocr.name_variants import Spelled, is_another_person

NUMBER, REGISTRATION, BIRTH, ACCOUNT = "number", "registration", "birth", "rib"
ABOUT_ONE = frozenset(
    {
        *("identity_card", "residence_title", "cnss_card", "birth_extract", "death_certificate", "sn_file"),
        *("ipp_judgment", "activity_proof", "school_certificate", "apprenticeship_certificate"),
        *("miner_certificate", "bank_attestation", "cheque_specimen"),
    }
)
"""Looks whose name, number and date of birth are those of the person the paper is demanded of."""

OF_A_BANK = frozenset({"bank_attestation", "cheque_specimen"})
SPOUSES = ("assured", "spouse")
"""Subjects of answers a marriage may be between; a guardian is neither."""

COUPLE, CHILD = ("husband", "wife"), "child"
"""Facts of acts that name somebody of the request, whoever of them it is."""

_NAMES = (("first", "last"), ("name",))
"""The facts that hold a name: in two parts, or whole."""

NAME_LABEL = LocalizedText("الاسم الكامل", "Nom et prénom")
_NUMBERED = LocalizedText("رقم {number}", "n° {number}")
_IDENTIFYING = dict.fromkeys((NUMBER, REGISTRATION, BIRTH), NAME_LABEL)
"""What is compared of a paper that nothing demands; under which label does not matter there."""

IN_ACTS = {
    "husband": LocalizedText("الزوج", "L'époux"),
    "wife": LocalizedText("الزوجة", "L'épouse"),
    CHILD: LocalizedText("الطفل", "L'enfant"),
}
"""People of acts by who they are: their facts' labels name a script, and either may have been read."""


@dataclass(frozen=True, slots=True)
class Named:
    """What was answered about one person."""

    first: Spelled
    last: Spelled
    numbers: Mapping[str, object]

    def __bool__(self) -> bool:
        return bool(self.first or self.last)

    @property
    def whole(self) -> Spelled:
        """The whole name as answered."""
        parts = (self.first, self.last)
        return Spelled(
            " ".join(part.latin for part in parts if part.latin),
            " ".join(part.arabic for part in parts if part.arabic),
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that stands otherwise on the paper than in the request.

    ``given`` is empty for a number that the request gives somebody else.
    """

    what: LocalizedText
    read: LocalizedText | str
    given: LocalizedText | str


def differences(
    spec: FormSpec,
    paper: Attachment,
    demand: RequiredDocument | None,
    dossier: Dossier,
    scope: Scope,
    types: DocumentTypes,
) -> list[Difference]:
    """What a paper says that surely contradicts the answers; nothing where nobody can tell."""
    looks = types.types[paper.type].reads_as if paper.type in types.types else ()
    labels = {
        fact.id: fact.label
        for look in looks
        for fact in types.classes[look].facts
        if fact.id != NUMBER or fact.kind == "identity_number"  # a judgment's number is its file's
    }
    found = list(_other_account(spec, paper, dossier, labels))
    if is_about_one(paper.type, types):
        people = _people_of(spec, paper, demand, dossier, scope, is_bank=OF_A_BANK.issuperset(looks))
        compared = [list(_differences_from(one, paper, labels)) for one in people]
        found += _number_of_another(spec, paper, demand, dossier, scope, labels)
        return found + min(compared, key=len, default=[])
    return found + list(_strangers(spec, paper, dossier))


def is_about_one(document_type: str, types: DocumentTypes) -> bool:
    """Whether papers of this type name one person, by whatever look they are recognised."""
    looks = types.types[document_type].reads_as if document_type in types.types else ()
    return bool(looks) and ABOUT_ONE.issuperset(looks)


def person_named(answers: Mapping[str, object], prefix: str = "") -> Named:
    """The person whose answers begin with ``prefix``; a group's row has none."""

    def given(part: str) -> str:
        return str(answers.get(f"{prefix}{part}") or "")

    numbers = {
        fact: answers.get(f"{prefix}{field}")
        for fact, field in ((NUMBER, "id_no"), (REGISTRATION, REGISTRATION), (BIRTH, BIRTH))
    }
    first, last = (Spelled(given(part), given(f"{part}.ar")) for part in ("first", "last"))
    return Named(first, last, numbers)


def says_a_name(paper: Attachment) -> bool:
    """Whether a name of one person was read on a paper."""
    return any(_read_name(paper, parts) for parts in _NAMES)


def names_another(paper: Attachment, person: Named) -> bool:
    """Whether the name on a paper is surely somebody else's."""
    return any(_names_another(paper, parts, person) for parts in _NAMES)


def stranger_named(spec: FormSpec, paper: Attachment, dossier: Dossier) -> LocalizedText | None:
    """Whom a paper about one person names, where that is surely nobody the request names so far.

    None where nobody can tell: nothing sure was read, or somebody of the request may be meant.
    """
    people = [one for one in _everybody(spec, dossier) if one or any(one.numbers.values())]
    if not people or not all(any(_differences_from(one, paper, _IDENTIFYING)) for one in people):
        return None
    name = next((read for parts in _NAMES if (read := _read_name(paper, parts))), Spelled())
    sure = {one: given for one, given in paper.facts.items() if given and one not in paper.unsure}
    number = sure.get(NUMBER) or sure.get(REGISTRATION) or ""
    numbered = _NUMBERED.fill(number=str(number)) if number else LocalizedText("", "")
    read = LocalizedText(name.arabic or name.latin, name.latin or name.arabic)
    born = _plain(sure[BIRTH]) if not name and not number else ""
    return LocalizedText(
        "، ".join(filter(None, (read.ar, numbered.ar, born))),
        ", ".join(filter(None, (read.fr, numbered.fr, born))),
    )


def _everybody(spec: FormSpec, dossier: Dossier) -> Iterator[Named]:
    """Everybody a form asks about, as answered so far: those of its blocks, and every row of its groups."""
    parts = (".first", ".last", ".id_no")
    prefixes = dict.fromkeys(one.id.rpartition(".")[0] for one in spec.fields() if one.id.endswith(parts))
    answers = dossier.answers()
    yield from (person_named(answers, f"{prefix}.") for prefix in prefixes)
    yield from (person_named(row) for rows in dossier.groups.values() for row in rows)


def person_of(spec: FormSpec, demand: RequiredDocument, scope: Scope) -> str | None:
    """The prefix of the answers about the person; None when the form asks nothing about them."""
    return _applicant(spec, scope) if demand.subject == "applicant" else demand.subject


def _applicant(spec: FormSpec, scope: Scope) -> str | None:
    names = applicant_of(spec, scope).name
    return names[0].partition(".")[0] if names else None


def _people_of(
    spec: FormSpec,
    paper: Attachment,
    demand: RequiredDocument | None,
    dossier: Dossier,
    scope: Scope,
    *,
    is_bank: bool,
) -> list[Named]:
    """Whom a paper may be about: the demand's person, or any row of its group where nobody said which."""
    if demand is not None and demand.per is not None:
        rows = dossier.groups.get(demand.per, ())
        if paper.child is not None:
            rows = rows[paper.child - 1 : paper.child]
        return [person_named(row) for row in rows]
    if demand is None and not is_bank:
        return []
    prefix = person_of(spec, demand, scope) if demand else _applicant(spec, scope)
    return [person_named(dossier.answers(), f"{prefix}.")] if prefix else []


def _number_of_another(
    spec: FormSpec,
    paper: Attachment,
    demand: RequiredDocument | None,
    dossier: Dossier,
    scope: Scope,
    labels: Mapping[str, LocalizedText],
) -> Iterator[Difference]:
    """The number of another person of the request, where the paper's own person has not answered one."""
    read, answers = paper.facts.get(NUMBER), dossier.answers()
    if demand is None or NUMBER not in labels or NUMBER in paper.unsure or not read:
        return
    if answers.get(f"{person_of(spec, demand, scope)}.id_no"):
        return
    if any(answers.get(one.id) == read for one in spec.fields() if one.id.endswith(".id_no")):
        yield Difference(labels[NUMBER], str(read), "")


def _differences_from(
    person: Named, paper: Attachment, labels: Mapping[str, LocalizedText]
) -> Iterator[Difference]:
    for fact in (NUMBER, REGISTRATION, BIRTH):
        read, given = paper.facts.get(fact), person.numbers.get(fact)
        if fact in labels and fact not in paper.unsure and read and given and str(read) != str(given):
            yield Difference(labels[fact], _plain(read), _plain(given))
    for parts in _NAMES:
        if _names_another(paper, parts, person):
            yield Difference(NAME_LABEL, *_side_by_side(_read_name(paper, parts), [person]))


def _names_another(paper: Attachment, parts: Iterable[str], person: Named) -> bool:
    """Whether what was read surely names another, and what was read unsurely does not speak against it."""
    every, sure = _read_name(paper, parts), _read_name(paper, parts, only_sure=True)
    return is_another_person(sure, person.first, person.last) and is_another_person(
        every, person.first, person.last
    )


def _read_name(paper: Attachment, parts: Iterable[str], *, only_sure: bool = False) -> Spelled:
    def joined(script: str) -> str:
        wanted = [f"{part}{script}" for part in parts]
        return " ".join(
            str(paper.facts[one])
            for one in wanted
            if paper.facts.get(one) and not (only_sure and one in paper.unsure)
        )

    parts = tuple(parts)
    return Spelled(joined(""), joined(".ar"))


def _side_by_side(read: Spelled, people: Sequence[Named]) -> tuple[LocalizedText, LocalizedText]:
    """The whole name read and those answered, for people to compare: in one script wherever both have it.

    Unsure parts are shown too; what of the name is sure already contradicts.
    """
    given = [one.whole for one in people]

    def shown(first: str, second: str) -> tuple[str, str]:
        for script in (first, second):
            if getattr(read, script) and all(getattr(one, script) for one in given):
                break
        else:
            script = first
        other = second if script == first else first
        names = [getattr(one, script) or getattr(one, other) for one in given]
        return getattr(read, script) or getattr(read, other), " / ".join(names)

    (read_ar, given_ar), (read_fr, given_fr) = shown("arabic", "latin"), shown("latin", "arabic")
    return LocalizedText(read_ar, read_fr), LocalizedText(given_ar, given_fr)


def _strangers(spec: FormSpec, paper: Attachment, dossier: Dossier) -> Iterator[Difference]:
    """People an act names who are nobody of the request; only where everybody it may name is known."""
    answers = dossier.answers()
    adults = [one for one in (person_named(answers, f"{prefix}.") for prefix in SPOUSES) if one]
    named = [one for one in COUPLE if _read_name(paper, (one,), only_sure=True)]
    strange = [
        one for one in named if adults and all(_names_another(paper, (one,), adult) for adult in adults)
    ]
    if len(adults) > 1 or len(strange) == len(COUPLE):
        for one in strange:
            yield Difference(IN_ACTS[one], *_side_by_side(_read_name(paper, (one,)), adults))
    children = [person_named(row) for rows in dossier.groups.values() for row in rows]
    firsts = [Named(one.first, Spelled(), {}) for one in children]
    if firsts and all(firsts) and all(_names_another(paper, (CHILD,), one) for one in firsts):
        yield Difference(IN_ACTS[CHILD], *_side_by_side(_read_name(paper, (CHILD,)), firsts))


def _other_account(
    spec: FormSpec, paper: Attachment, dossier: Dossier, labels: Mapping[str, LocalizedText]
) -> Iterator[Difference]:
    read = paper.facts.get(ACCOUNT)
    if not read or ACCOUNT in paper.unsure or ACCOUNT not in labels:
        return
    answers = dossier.answers()
    given = [str(answers[one.id]) for one in spec.fields() if one.kind == ACCOUNT and answers.get(one.id)]
    if given and str(read) not in given:
        yield Difference(labels[ACCOUNT], str(read), " / ".join(given))


def _plain(value: object) -> str:
    """A value as people write it: days in the Moroccan order."""
    try:
        return f"{date.fromisoformat(str(value)):%d/%m/%Y}"
    except ValueError:
        return str(value)
