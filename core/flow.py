"""The course a request takes, as declared: steps, who may do what in them, when time alone moves it on.

One course serves every procedure: that of a form stands in its YAML under ``flow``, all others follow
``core/standard_flow.yaml``.  What happens is reckoned by ``core.flow_engine``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from core.conditions import Condition
from core.localized_text import LocalizedText
from core.stages import EDITABLE_STATES, FINAL_STATES, DossierEvent, DossierState

ROLES = ("applicant", "clerk", "reviewer", "author", "operator")
"""Who there is: authors look after forms, operators after accounts, figures and the record of changes."""

REASON, COMPLETE = "reason", "complete"
REQUIREMENTS = (REASON, COMPLETE)
"""What an action may demand beside its guard: that its reason is given, that nothing is missing."""

SEND_CODE, CHECK_CODE = "send", "check"

_DECISIONS = {
    DossierState.ACCEPTED: DossierEvent.ACCEPT,
    DossierState.REFUSED: DossierEvent.REFUSE,
    DossierState.CLOSED: DossierEvent.CLOSE,
}
_UNDECIDABLE = FINAL_STATES | EDITABLE_STATES


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person may do in a step.

    Attributes:
        by: Roles of those who may; ``applicant`` is whoever the request belongs to.
        to: The step it leads to; None where it stays.
        when: It is possible only when this holds; ``otherwise`` says why not yet.
        accepts: Ids of the declarations that whoever does it must accept; kept word for word.
        requires: Of ``REQUIREMENTS``.
        does: The service's own work it sets going (a deposit makes the receipt …).
        code: ``send`` sends a one-time code, ``check`` demands the one that was sent.
        opens_account: The name whose value is the number of an account that is opened (visitors only); its
            secret code goes by SMS to the telephone that the code proved.
        account_name: The name whose value names that account's holder.
        code_to: The field whose answer is the phone it is sent to; the account's own when left out.
        notify: Ids of the notices sent to the applicant.
        issues: Ids of the papers made for the applicant.
    """

    id: str
    label: LocalizedText
    by: tuple[str, ...]
    to: str | None = None
    when: Condition | None = None
    otherwise: LocalizedText | None = None
    accepts: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    does: DossierEvent | None = None
    code: str | None = None
    code_to: str | None = None
    opens_account: str | None = None
    account_name: str | None = None
    notify: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    source: str | None = None
    proposed: str | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """Something that time does: on the day ``due`` the request moves on, or a notice is sent.

    Attributes:
        due: Gives an ISO date; nothing while it is not known.
        to: The step it leads to; None where only the notice is sent.
    """

    id: str
    label: LocalizedText
    due: Condition
    to: str | None = None
    when: Condition | None = None
    notify: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    source: str | None = None
    proposed: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One state of a course.

    Attributes:
        stage: What it counts as in lists, figures and rights.
        text: What the applicant is told in it.
        shows: What the screen shows, in order: ids of sections, groups and asked facts;
            ``calc.<id>``, ``table.<id>``, ``value.<id>``; ``documents``.
    """

    id: str
    label: LocalizedText
    stage: DossierState
    text: LocalizedText | None = None
    shows: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    timers: tuple[Timer, ...] = ()
    source: str | None = None
    proposed: str | None = None

    @property
    def is_final(self) -> bool:
        """Whether the request is decided once it stands here."""
        return self.stage in FINAL_STATES

    def action(self, action_id: str) -> Action | None:
        """The action of that id, if it can be done here."""
        return next((one for one in self.actions if one.id == action_id), None)


@dataclass(frozen=True, slots=True)
class FlowNotice:
    """A message to the applicant; without words, the service's own letter of that name.

    Attributes:
        channel: ``email`` or ``sms`` where the law or the fund says by which; None leaves it to the applicant.
        mailbox: The field whose answer is the e-mail address it goes to: whoever gave one for the answer gets it
            there, also without an account.
    """

    id: str
    subject: LocalizedText | None = None
    text: LocalizedText | None = None
    sms: LocalizedText | None = None
    channel: str | None = None
    mailbox: str | None = None
    source: str | None = None
    proposed: str | None = None


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A day, an amount or words computed for the course: ``value.<id>`` in expressions and texts."""

    id: str
    label: LocalizedText
    kind: str
    value: Condition
    when: Condition | None = None
    source: str | None = None
    proposed: str | None = None


@dataclass(frozen=True, slots=True)
class PaperBlock:
    """One part of an outcome paper: a heading, a paragraph, labelled values, or a table.

    Attributes:
        values: Names whose label and value are printed, one under the other.
        table: Id of one of the form's ``tables``.
    """

    heading: LocalizedText | None = None
    text: LocalizedText | None = None
    values: tuple[str, ...] = ()
    table: str | None = None
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class OutcomePaper:
    """A paper the fund makes for the applicant in both languages."""

    id: str
    title: LocalizedText
    blocks: tuple[PaperBlock, ...]
    source: str | None = None
    proposed: str | None = None


@dataclass(frozen=True)
class Flow:
    """A whole course."""

    start: str
    steps: tuple[Step, ...]
    notices: tuple[FlowNotice, ...] = ()
    papers: tuple[OutcomePaper, ...] = ()
    values: tuple[NamedValue, ...] = ()
    source: str | None = None
    proposed: str | None = None

    @cached_property
    def by_id(self) -> Mapping[str, Step]:
        """The steps by their ids."""
        return {one.id: one for one in self.steps}

    def step(self, step_id: str) -> Step:
        """The step of that id.

        Raises:
            KeyError: The course has no such step.
        """
        return self.by_id[step_id]

    def notice(self, notice_id: str) -> FlowNotice:
        """The notice of that id."""
        return next(one for one in self.notices if one.id == notice_id)

    def paper(self, paper_id: str) -> OutcomePaper:
        """The paper of that id."""
        return next(one for one in self.papers if one.id == paper_id)

    def actions(self) -> Iterator[tuple[Step, Action]]:
        """Every action with its step, in the order of the file."""
        for step in self.steps:
            for action in step.actions:
                yield step, action

    @property
    def keeps_nothing(self) -> bool:
        """Whether it only tells: visitors walk it without an account, and nothing is deposited."""
        return all(one.does is None and one.by == ("applicant",) for _, one in self.actions())

    def doing(self, step_id: str, event: DossierEvent) -> tuple[Action, ...]:
        """The actions of a step that set that work going; else those that decide the request the same way."""
        step = self.by_id.get(step_id)
        if step is None:
            return ()
        declared = tuple(one for one in step.actions if one.does is event)
        return declared or tuple(one for one in step.actions if self.ends_by(step_id, one) is event)

    def ends_by(self, step_id: str, action: Action) -> DossierEvent | None:
        """The decision that an action without declared work comes to, after the deposit."""
        there = self.by_id.get(action.to or step_id)
        if action.does is not None or there is None or self.by_id[step_id].stage in _UNDECIDABLE:
            return None
        return _DECISIONS.get(there.stage)

    def way_to(self, step_id: str) -> tuple[str, ...]:
        """The shortest way from the start to a step, both named: what it has behind it at least."""
        ways: dict[str, tuple[str, ...]] = {self.start: (self.start,)}
        waiting = [self.start]
        while waiting:
            here = waiting.pop(0)
            for there in successors(self.by_id[here]):
                if there in self.by_id and there not in ways:
                    ways[there] = (*ways[here], there)
                    waiting.append(there)
        return ways.get(step_id, ())


def successors(step: Step) -> list[str]:
    """The steps that one leads to, in the order they are declared; itself where something stays."""
    moves: tuple[Action | Timer, ...] = (*step.actions, *step.timers)
    return list(dict.fromkeys(one.to for one in moves if one.to is not None))
