"""What the judgement of a dossier says: findings, demands, and the report that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.form_spec import Severity
from core.localized_text import LocalizedText


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a dossier.

    Attributes:
        code: Stable case: ``missing_answer``, ``missing_document``, ``document_to_check``,
            ``document_not_accepted``, ``rule_broken``, ``late``, ``unreadable_answer`` …
        subject: Field id, document id, or row (``children.2``).
        rule: The rule and where it is written.
    """

    code: str
    severity: Severity
    subject: str
    message: LocalizedText
    rule: str

    def as_dict(self) -> dict[str, object]:
        """The JSON shape of the contract."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "subject": self.subject,
            "message": self.message.as_dict(),
            "rule": self.rule,
        }


@dataclass(frozen=True, slots=True)
class Requirement:
    """A document demanded from this dossier, and whether it is there.

    Attributes:
        present: Documents handed in for it.
        accepted: Those that are good, or that nobody has read yet.
        exempt: Why it need not be handed in (``on_file`` or ``declared``), when it need not.
        exemption_possible: Whether «already filed» or «already declared» could lift the demand.
    """

    document_id: str
    type: str
    count: int
    subject: str
    alternatives: tuple[str, ...]
    label: LocalizedText
    rule: str
    present: int
    accepted: int
    satisfied: bool
    child: int | None = None
    exempt: str | None = None
    unless_on_file: tuple[str, ...] = ()
    unless_declared: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The JSON shape of the contract."""
        return {
            "type": self.type,
            "count": self.count,
            "subject": self.subject,
            "alternatives": list(self.alternatives),
            "satisfied": self.satisfied,
            "rule": self.rule,
            "present": self.present,
            "child": self.child,
            "label": self.label.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class CompletenessReport:
    """The judgement on one dossier on one day.

    Attributes:
        required: What must be handed in; what an exemption lifts stands in ``lifted``.
        amounts: Results of the form's calculations and deadlines, with their formulas.
    """

    findings: tuple[Finding, ...]
    required: tuple[Requirement, ...]
    lifted: tuple[Requirement, ...]
    amounts: Mapping[str, object]
    declarations: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is missing or wrong; warnings do not count."""
        return not any(finding.severity is Severity.ERROR for finding in self.findings)

    def as_dict(self) -> dict[str, object]:
        """The JSON shape of the contract."""
        return {
            "complete": self.complete,
            "findings": [finding.as_dict() for finding in self.findings],
            "required": [requirement.as_dict() for requirement in self.required],
            "lifted": [requirement.as_dict() for requirement in self.lifted],
            "amounts": dict(self.amounts),
            "declarations": list(self.declarations),
        }
