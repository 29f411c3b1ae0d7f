"""Whether a course can be meant: steps that are reached and left, names that exist, refusals that say why.

Every expression of a course is rehearsed on the same blank and sample requests as those of the form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from core.conditions import EVALUATION_ERRORS, Condition, Scope, holds, unknown_names
from core.construct_reader import ConstructReader
from core.flow import CHECK_CODE, SEND_CODE, Action, Flow, Step, Timer, successors
from core.flow_engine import Position
from core.flow_words import LETTER_NAMES, PLACEHOLDER, known_names
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from core.reckoning import calculated
from core.scope import row_names, variable_names
from core.stages import BEGINS_IN, EDITABLE_STATES, LEADS_TO, DossierEvent, DossierState
from core.yaml_source import Place

_SAMPLE_DAY = date(2026, 1, 15)
DOCUMENTS = "documents"
"""What a step shows where papers are sent."""


@dataclass(frozen=True, slots=True)
class _Use:
    condition: Condition
    part: str
    role: str
    guard: Condition | None = None


def check_flow(
    spec: FormSpec,
    flow: Flow,
    places: Mapping[str, Place],
    reader: ConstructReader,
    scopes: Mapping[str, Scope],
) -> None:
    """Report everything about the course of a form that cannot be meant.

    Args:
        scopes: What expressions see on a blank and on a sample request, by the words that name it; none
            when names in the form's own expressions do not exist.
    """
    checks = FlowChecks(spec, flow, places, reader)
    checks.duplicates()
    checks.ways()
    checks.stages()
    checks.references()
    checks.texts()
    if checks.names() and scopes:
        checks.rehearse(scopes)


class FlowChecks:
    """What is wrong with one course, each told at its place in the file."""

    def __init__(
        self, spec: FormSpec, flow: Flow, places: Mapping[str, Place], reader: ConstructReader
    ) -> None:
        self.spec, self.flow, self.places, self.reader = spec, flow, places, reader
        self._told: set[tuple[str, str]] = set()

    def report(self, part: str, problem: str) -> None:
        """Tell a problem at the place where the part stands, once."""
        if (part, problem) not in self._told:
            self._told.add((part, problem))
            self.reader.report(self.places.get(part) or self.places.get("flow", Place(1, 1)), problem)

    def duplicates(self) -> None:
        """Ids that stand for two things, or that expressions cannot name."""
        flow = self.flow
        every = [
            ("state", "flow state ", [one.id for one in flow.steps]),
            ("value", "flow value ", [one.id for one in flow.values]),
            ("notice", "flow notice ", [one.id for one in flow.notices]),
            ("paper", "flow paper ", [one.id for one in flow.papers]),
        ]
        for step in flow.steps:
            every.append(("action", f"flow action {step.id}.", [one.id for one in step.actions]))
            every.append(("timer", f"flow timer {step.id}.", [one.id for one in step.timers]))
        for what, prefix, ids in every:
            for name, count in Counter(ids).items():
                if count > 1:
                    self.report(
                        f"again {prefix}{name}",
                        f"the {what} id {name!r} stands {count} times, expected once",
                    )
                if what in ("action", "value") and not name.isidentifier():
                    self.report(
                        f"{prefix}{name}",
                        f"expressions cannot name {name!r}, expected letters, digits and underscores",
                    )

    # --- the ways through it ---

    def ways(self) -> None:
        """Steps nobody reaches, steps nobody leaves, ways to nowhere, time running in a circle."""
        flow, known = self.flow, list(self.flow.by_id)
        if flow.start not in flow.by_id:
            self._unknown("flow", "start", flow.start, known)
            return
        for step in flow.steps:
            for part, one in self._moves(step):
                if one.to is not None and one.to not in flow.by_id:
                    self._unknown(part, "to", one.to, known)
                if isinstance(one, Timer) and one.to == step.id:
                    self.report(part, f"the timer {one.id!r} leads back to its own state, leave out to")
        reached = self._reached_from([flow.start], {one.id: successors(one) for one in flow.steps})
        ends = [one.id for one in flow.steps if one.is_final]
        back: dict[str, list[str]] = {one.id: [] for one in flow.steps}
        for step in flow.steps:
            for there in successors(step):
                back.setdefault(there, []).append(step.id)
        finished = self._reached_from(ends, back)
        for step in flow.steps:
            part = f"flow state {step.id}"
            if step.id not in reached:
                self.report(part, f"the state {step.id!r} is never reached from {flow.start!r}")
            elif not step.is_final and not [one for one in successors(step) if one != step.id]:
                self.report(
                    part, f"the state {step.id!r} is a dead end, expected an action, a timer or a final stage"
                )
            elif step.id not in finished:
                self.report(part, f"from the state {step.id!r} no end is ever reached")
        self._time_in_a_circle()

    def _time_in_a_circle(self) -> None:
        by_time = {
            step.id: [one.to for one in step.timers if one.to in self.flow.by_id] for step in self.flow.steps
        }
        for step_id, there in by_time.items():
            if step_id in self._reached_from([one for one in there if one and one != step_id], by_time):
                self.report(f"flow state {step_id}", f"timers alone lead round and back to {step_id!r}")

    def _reached_from(
        self, begin: Iterable[str], ways: Mapping[str, list[str | None]] | Mapping[str, list[str]]
    ) -> set[str]:
        reached: set[str] = set()
        waiting = list(begin)
        while waiting:
            here = waiting.pop()
            if here not in reached:
                reached.add(here)
                waiting += [one for one in ways.get(here, ()) if one]
        return reached

    def _moves(self, step: Step) -> Iterator[tuple[str, Action | Timer]]:
        for action in step.actions:
            yield f"flow action {step.id}.{action.id}", action
        for timer in step.timers:
            yield f"flow timer {step.id}.{timer.id}", timer

    def stages(self) -> None:
        """Work of the service in a stage that has none, deposits left out, decided requests taken up again."""
        flow = self.flow
        start = flow.by_id.get(flow.start)
        if start is not None and start.stage is not DossierState.DRAFT:
            self.report(
                f"flow state {start.id}",
                f"the first state has the stage {start.stage.value!r}, expected draft",
            )
        for step in flow.steps:
            for part, one in self._moves(step):
                there = flow.by_id.get(one.to or step.id)
                if there is not None:
                    self._check_stage(part, step, there, one.does if isinstance(one, Action) else None)

    def _check_stage(self, part: str, here: Step, there: Step, does: DossierEvent | None) -> None:
        if does is not None and here.stage not in BEGINS_IN[does]:
            expected = ", ".join(sorted(BEGINS_IN[does]))
            self.report(
                part, f"does {does.value}: not in the stage {here.stage.value!r}, expected {expected}"
            )
        elif does is not None and there.stage not in LEADS_TO[does]:
            expected = ", ".join(sorted(LEADS_TO[does]))
            self.report(part, f"does {does.value}: leads to {there.stage.value!r}, expected {expected}")
        if here.is_final and not there.is_final:
            self.report(
                part, f"leads from the decided {here.id!r} back to {there.id!r}, expected a final stage"
            )
        opened = here.stage in EDITABLE_STATES and there.stage not in EDITABLE_STATES
        if opened and there.stage is not DossierState.CLOSED and does is None:
            self.report(part, f"leaves {here.id!r} without a receipt, expected does: deposit")
        if here.stage not in EDITABLE_STATES and there.stage is DossierState.DRAFT:
            self.report(part, f"leads back to the draft {there.id!r}, expected stage: correction_requested")

    # --- names ---

    def references(self) -> None:
        """Ids that point to nothing."""
        spec, flow = self.spec, self.flow
        declared = [one.id for one in spec.declarations]
        notices, papers = [one.id for one in flow.notices], [one.id for one in flow.papers]
        fields = [one.id for one in spec.fields()]
        for step in flow.steps:
            shown = _showable(spec, flow)
            for name in step.shows:
                if name not in shown:
                    self._unknown(f"flow state {step.id}", "shows", name, shown)
            for part, one in self._moves(step):
                self._each_known(part, "notify", one.notify, notices)
                self._each_known(part, "issues", one.issues, papers)
                if isinstance(one, Timer):
                    if one.to is None and not one.notify and not one.issues:
                        self.report(part, f"the timer {one.id!r} does nothing, expected to, notify or issues")
                    continue
                self._each_known(part, "accepts", one.accepts, declared)
                self._check_code(part, one, fields)
                if not one.by:
                    self.report(part, f"nobody may do {one.id!r}, expected a role under by")
                if one.when is not None and one.otherwise is None:
                    self.report(part, "when needs an otherwise that says why not yet, expected both")
        self._papers()

    def _check_code(self, part: str, action: Action, fields: list[str]) -> None:
        if action.code_to is not None and action.code_to not in fields:
            self._unknown(part, "code_to", action.code_to, fields)
        for key, name in (("opens_account", action.opens_account), ("account_name", action.account_name)):
            if name is not None and name not in known_names(self.spec, self.flow):
                self._unknown(part, key, name, known_names(self.spec, self.flow))
        if action.opens_account is not None and action.code != CHECK_CODE:
            self.report(part, "opens_account: needs code: check, expected both")
        if action.code_to is not None and action.code != SEND_CODE:
            self.report(part, "code_to: needs code: send, expected both")
        if action.code == CHECK_CODE and all(one.code != SEND_CODE for _, one in self.flow.actions()):
            self.report(
                part,
                f"code: nothing sends a code before {action.id!r}, expected an action with code: send",
            )

    def _papers(self) -> None:
        tables = [one.id for one in self.spec.tables]
        names = known_names(self.spec, self.flow)
        issued = {name for step in self.flow.steps for _, one in self._moves(step) for name in one.issues}
        told = {name for step in self.flow.steps for _, one in self._moves(step) for name in one.notify}
        for paper in self.flow.papers:
            part = f"flow paper {paper.id}"
            if paper.id not in issued:
                self.report(part, f"the paper {paper.id!r} is issued by nothing")
            for block in paper.blocks:
                self._each_known(part, "values", block.values, names)
                if block.table is not None and block.table not in tables:
                    self._unknown(part, "table", block.table, tables)
        for notice in self.flow.notices:
            part = f"flow notice {notice.id}"
            if notice.id not in told:
                self.report(part, f"the notice {notice.id!r} is sent by nothing")
            mailboxes = [one.id for one in self.spec.fields() if one.kind == "email"]
            self._each_known(part, "mailbox", filter(None, [notice.mailbox]), mailboxes)
            if notice.subject is None or notice.text is None:
                self.report(part, f"the notice {notice.id!r} has no words, expected subject and text")

    def _each_known(self, part: str, role: str, given: Iterable[str], known: list[str]) -> None:
        for name in given:
            if name not in known:
                self._unknown(part, role, name, known)

    def _unknown(self, part: str, role: str, name: str, known: list[str]) -> None:
        near = get_close_matches(name, known, n=1)
        if near:
            self.report(part, f"{role}: {name!r} is unknown, did you mean {near[0]!r}?")
        else:
            expected = ", ".join(known[:20]) or "–"
            self.report(part, f"{role}: {name!r} is unknown. Expected one of: {expected}")

    def texts(self) -> None:
        """Placeholders that nothing fills."""
        names = known_names(self.spec, self.flow)
        letters = sorted(LETTER_NAMES) + [f"value.{one.id}" for one in self.flow.values]
        for step in self.flow.steps:
            self._placeholders(f"flow state {step.id}", step.text, names)
        for notice in self.flow.notices:
            for text in (notice.subject, notice.text, notice.sms):
                self._placeholders(f"flow notice {notice.id}", text, letters)
        for paper in self.flow.papers:
            for block in paper.blocks:
                self._placeholders(f"flow paper {paper.id}", block.text, names)

    def _placeholders(self, part: str, text: LocalizedText | None, known: list[str]) -> None:
        if text is None:
            return
        for name in sorted(set(PLACEHOLDER.findall(text.ar + text.fr)) - set(known)):
            near = get_close_matches(name, known, n=3) or known[:8]
            self.report(part, f"{{{name}}} is filled by nothing, expected one of: {', '.join(near)}")

    # --- expressions ---

    def names(self) -> bool:
        """Whether every name in every expression exists; reports those that do not."""
        known = flow_names(self.spec, self.flow)
        rows = {group.id: row_names(group) for group in self.spec.groups}
        rows |= {one.id: [member.id for member in one.fields] for one in self.spec.records}
        found = True
        for use in self._uses():
            for name in unknown_names(use.condition.expression, known, rows):
                found = False
                near = get_close_matches(name, known, n=1)
                if near:
                    self.report(use.part, f"{use.role}: {name!r} is unknown, did you mean {near[0]!r}?")
                else:
                    self.report(
                        use.part,
                        f"{use.role}: {name!r} is unknown, expected the id of a field, fact or parameter",
                    )
        return found

    def _uses(self) -> Iterator[_Use]:
        for value in self.flow.values:
            part = f"flow value {value.id}"
            yield from _given(part, "when", value.when)
            yield _Use(value.value, part, "value", value.when)
        for step in self.flow.steps:
            for part, one in self._moves(step):
                yield from _given(part, "when", one.when)
                if isinstance(one, Timer):
                    yield _Use(one.due, part, "due", one.when)
        for paper in self.flow.papers:
            for block in paper.blocks:
                yield from _given(f"flow paper {paper.id}", "when", block.when)

    def rehearse(self, scopes: Mapping[str, Scope]) -> None:
        """Run every expression as it would be run on a blank request and on a sample one."""
        for what, scope in scopes.items():
            for position in (Position(self.flow.start), self._late()):
                self._rehearse(scope, position, what)

    def _late(self) -> Position:
        taken = {action.id: _SAMPLE_DAY for _, action in self.flow.actions()}
        return Position(self.flow.start, _SAMPLE_DAY, _SAMPLE_DAY, taken)

    def _rehearse(self, scope: Scope, position: Position, what: str) -> None:
        day = position.entered.isoformat() if position.entered else None
        seen = scope.with_variables(
            entered=day,
            deposited=day,
            taken={action.id: day for _, action in self.flow.actions()},
            calc=calculated(self.spec, scope),
            value={},
        )
        values: dict[str, object] = {}
        for use in self._uses():
            local = seen.with_variables(value=dict(values))
            if use.role == "value":
                values[use.part.removeprefix("flow value ")] = None
            try:
                if not holds(use.guard, local):
                    continue
                given = use.condition.evaluate(local)
            except EVALUATION_ERRORS as error:
                said = str(error).splitlines()[0][:160]
                self.report(use.part, f"{use.role}: fails {what}, guard it with given(…): {said}")
                continue
            if use.role == "value":
                values[use.part.removeprefix("flow value ")] = given
            if use.role == "when" and not isinstance(given, bool):
                self.report(use.part, f"{use.role}: gives {given!r} {what}, expected true or false")
            if use.role == "due" and not _is_day(given):
                self.report(use.part, f"due: gives {given!r} {what}, expected a day or null")


def flow_names(spec: FormSpec, flow: Flow) -> list[str]:
    """Every name an expression of a course may use."""
    return [
        *variable_names(spec),
        *("entered", "deposited"),
        *(f"taken.{action.id}" for _, action in flow.actions()),
        *(f"value.{one.id}" for one in flow.values),
    ]


def _showable(spec: FormSpec, flow: Flow) -> list[str]:
    return [
        *(one.id for one in spec.sections),
        *(one.id for one in spec.groups),
        *(one.id for one in spec.facts if one.asked),
        *(one.id for one in spec.records),
        *(f"calc.{one.id}" for one in spec.calculations),
        *(f"table.{one.id}" for one in spec.tables),
        *(f"value.{one.id}" for one in flow.values),
        DOCUMENTS,
    ]


def _given(part: str, role: str, condition: Condition | None) -> Iterator[_Use]:
    if condition is not None:
        yield _Use(condition, part, role)


def _is_day(given: object) -> bool:
    if given is None:
        return True
    try:
        return isinstance(given, str) and bool(date.fromisoformat(given))
    except ValueError:
        return False
