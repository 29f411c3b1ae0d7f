"""Requests of invented persons, one complete one per quality, to be changed by one thing in each test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from core.completeness import CompletenessReport, Finding, assess_completeness
from core.dossier import Attachment, dossier_from_answers
from core.form_spec import FormSpec

ON = date(2026, 3, 1)
BABY = {"birth": "2025-12-24"}
TODDLER = {"birth": "2023-01-10"}

ASSURED = {
    "assured.birth": "1985-03-12",
    "assured.id_no": "AB123456",
    "assured.registration": "123456789",
    "assured.first": "Yasmine",
    "assured.last": "Tazi",
    "assured.address": "12, rue des Orangers",
    "assured.city": "Meknès",
}
SPOUSE = {
    "spouse.birth": "1983-07-01",
    "spouse.id_no": "CD65432",
    "spouse.first": "Karim",
    "spouse.last": "Berrada",
    "spouse.work": "none",
}
GUARDIAN = {
    "guardian.birth": "1960-01-31",
    "guardian.id_no": "EF777",
    "guardian.first": "Latifa",
    "guardian.last": "Tazi",
    "guardian.address": "3, avenue de la Gare",
    "guardian.city": "Fès",
}


@dataclass(frozen=True)
class Request:
    """What one dossier is made of; ``but`` changes a few answers (None takes one away)."""

    values: Mapping[str, Any]
    children: tuple[Mapping[str, Any], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    on_file: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()

    def but(self, answers: Mapping[str, Any] | None = None, **parts: Any) -> Request:
        values = {**self.values, **(answers or {})}
        return replace(self, values={k: v for k, v in values.items() if v is not None}, **parts)

    def with_children(self, *children: Mapping[str, Any]) -> Request:
        return self.but({"children_to_declare": len(children)}, children=children)

    def with_documents(self, *types: str, **facts: Mapping[str, Any]) -> Request:
        more = tuple(Attachment(one) for one in types)
        more += tuple(Attachment(one, facts=said) for one, said in facts.items())
        return replace(self, attachments=self.attachments + more)

    def without_documents(self, *types: str) -> Request:
        return replace(self, attachments=tuple(a for a in self.attachments if a.type not in types))


def judge(spec: FormSpec, request: Request, on: date = ON) -> CompletenessReport:
    """Judge a request; every answer of it must be readable and known to the form."""
    parsed = dossier_from_answers(
        spec,
        request.values,
        groups={"children": request.children} if request.children else {},
        facts=request.facts,
        attachments=request.attachments,
        on_file=request.on_file,
        declared=request.declared,
    )
    assert not parsed.problems, parsed.problems
    assert not parsed.unknown, parsed.unknown
    return assess_completeness(spec, parsed.dossier, on)


def demanded(report: CompletenessReport) -> Counter[str]:
    """How many of each document type are demanded, the signed form left out."""
    counts: Counter[str] = Counter()
    for one in report.required:
        if one.type != "form":
            counts[one.type] += one.count
    return counts


def findings_of(report: CompletenessReport, *codes: str) -> list[Finding]:
    return [one for one in report.findings if not codes or one.code in codes]


def allowance_request(quality: str, children: Iterable[Mapping[str, Any]] = (BABY,)) -> Request:
    """A request of that quality, answers complete, no document attached."""
    children = tuple(children)
    values: dict[str, Any] = {
        "nature": "initial_or_additional",
        "children_to_declare": len(children),
        "quality": quality,
        **ASSURED,
    }
    if quality in ("assured", "ipp70"):
        values |= SPOUSE
    if quality == "guardian":
        values |= GUARDIAN
    return Request(values=values, children=children)


def complete_assured() -> Request:
    """An insured mother with one baby and all her papers: nothing to say about it."""
    return allowance_request("assured").with_documents(
        "form", "id_assured", "id_spouse", "marriage", "birth", "bank"
    )


def complete_refund(quality: str = "assured") -> Request:
    values = {
        "quality": quality,
        **ASSURED,
        "assured.mobile": "0612345678",
        "assured.country": "Maroc",
        "honour.decl": True,
        "decl.true": True,
    }
    request = Request(values=values).with_documents("form", "cnss_card", "id")
    return request.with_documents(miner_cert={"years_underground": 7}) if quality == "miner" else request
