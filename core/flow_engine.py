"""Where a request may go next: what each person may do, why something is not possible yet, what time does.

Pure: the same request, person and day give the same answers.  Every procedure runs on it, the standard
course included.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.conditions import EVALUATION_ERRORS, Condition, Scope, holds
from core.errors import DossierError
from core.flow import CHECK_CODE, COMPLETE, REASON, Action, Flow, Step, Timer
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from core.reckoning import calculated, reckoned
from core.stages import DossierEvent, DossierState

_T = LocalizedText
NOT_HERE = _T(
    "هذه العملية غير ممكنة لأن الملف في حالة «{step}». لم يتغير شيء.",
    "Cette opération n'est pas possible : le dossier est « {step} ». Rien n'a été modifié.",
)
NOT_YOURS = _T(
    "هذه العملية ليست من صلاحياتكم. يقوم بها: {by}.",
    "Cette opération ne vous revient pas. S'en charge : {by}.",
)
NOT_COMPLETE = _T(
    "ما زال الطلب ناقصا. أكملوا ما هو مطلوب أولا.",
    "Il manque encore quelque chose à la demande. Complétez d'abord ce qui est demandé.",
)
NOT_ACCEPTED = _T(
    "ضعوا علامة أمام كل تصريح يجب قبوله، ثم أعيدوا المحاولة. لم يتغير شيء.",
    "Cochez chaque déclaration à accepter, puis recommencez. Rien n'a été modifié.",
)
NO_REASON = _T(
    "اكتبوا السبب، ثم أعيدوا المحاولة. لم يتغير شيء.",
    "Indiquez le motif, puis recommencez. Rien n'a été modifié.",
)
NO_CODE = _T(
    "الرمز غير صحيح أو انتهت صلاحيته. اكتبوا آخر رمز توصلتم به، أو اطلبوا رمزا جديدا.",
    "Le code est faux ou périmé. Saisissez le dernier code reçu, ou demandez-en un nouveau.",
)
NOT_YET = _T(
    "لم تتحقق بعد شروط هذه العملية.", "Les conditions de cette opération ne sont pas encore réunies."
)
ROLE_NAMES: Mapping[str, LocalizedText] = {
    "applicant": _T("صاحب الطلب", "le demandeur"),
    "clerk": _T("شباك الوكالة", "le guichet de l'agence"),
    "reviewer": _T("المصلحة المكلفة بالدراسة", "le service qui examine"),
    "author": _T("المكلف بالاستمارات", "la personne chargée des formulaires"),
    "operator": _T("المسؤول عن التشغيل", "le responsable d'exploitation"),
}


@dataclass(frozen=True, slots=True)
class Position:
    """Where a request stands in its course.

    Attributes:
        entered: The day it came to this step.
        deposited: The day it was first deposited.
        taken: The day each action was last done.
        accepted: Ids of the declarations accepted since it was last open for answers.
    """

    step: str
    entered: date | None = None
    deposited: date | None = None
    taken: Mapping[str, date] = field(default_factory=dict)
    accepted: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody brings along when they do something.

    Attributes:
        roles: Theirs towards this request; ``applicant`` is whoever it belongs to.
        accepted: Ids of the declarations they ticked.
        is_complete: Whether nothing is missing from the request.
        code_is_right: Whether the one-time code they typed is the one that was sent.
    """

    roles: AbstractSet[str]
    accepted: AbstractSet[str] = frozenset()
    reason: str = ""
    is_complete: bool = True
    code_is_right: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something cannot be done, in words and as a stable code."""

    code: str
    message: LocalizedText


@dataclass(frozen=True, slots=True)
class Offer:
    """An action of the present step; possible unless there is a refusal."""

    action: Action
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What was done: where the request stands now, and what is to be accepted, sent and made.

    Attributes:
        step: The step it stands in; that it stood in where the action leads nowhere.
        accepted: Ids of the declarations that were accepted.
    """

    step: Step
    accepted: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()


# --- what expressions of a course see -----------------------------------------------------------


def flow_scope(spec: FormSpec, flow: Flow, scope: Scope, position: Position) -> Scope:
    """Let expressions also see the course: ``entered``, ``deposited``, ``taken.…``, ``calc.…``, ``value.…``."""
    taken = {action.id: _iso(position.taken.get(action.id)) for _, action in flow.actions()}
    seen = scope.with_variables(
        entered=_iso(position.entered),
        deposited=_iso(position.deposited),
        taken=taken,
        calc=calculated(spec, scope),
        value={},
    )
    values: dict[str, Any] = {}
    for one in flow.values:
        seen = seen.with_variables(value=dict(values))
        values[one.id] = reckoned(one.value, one.when, seen)
    return seen.with_variables(value=values)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# --- what people may do -------------------------------------------------------------------------


def possible(flow: Flow, position: Position, asked: Asked, scope: Scope) -> tuple[Offer, ...]:
    """The actions of the present step that these roles may ever do, each with what still keeps them from it."""
    return tuple(
        Offer(action, _not_now(action, asked, scope))
        for action in flow.step(position.step).actions
        if asked.roles & set(action.by)
    )


def why_not(flow: Flow, position: Position, action_id: str, asked: Asked, scope: Scope) -> Refusal | None:
    """Why an action cannot be done with what was brought along; None when it can."""
    step = flow.step(position.step)
    action = step.action(action_id)
    if action is None:
        return Refusal("wrong_state", NOT_HERE.fill(step=step.label))
    if not asked.roles & set(action.by):
        return Refusal("not_allowed", NOT_YOURS.fill(by=who(action)))
    refusal = _not_now(action, asked, scope)
    if refusal is not None:
        return refusal
    if REASON in action.requires and not asked.reason.strip():
        return Refusal("reason_needed", NO_REASON)
    if action.code == CHECK_CODE and not asked.code_is_right:
        return Refusal("wrong_code", NO_CODE)
    return None


def take(spec: FormSpec, flow: Flow, position: Position, action_id: str, asked: Asked, scope: Scope) -> Move:
    """Do an action.

    Raises:
        DossierError: It cannot be done; the message says why, and nothing has happened.
    """
    refusal = why_not(flow, position, action_id, asked, scope)
    if refusal is not None:
        raise DossierError(refusal.message, code=refusal.code)
    action = flow.step(position.step).action(action_id)
    assert action is not None  # noqa: S101 - why_not refused it otherwise
    wanted = to_accept(spec, action, position, scope)
    if not set(wanted) <= asked.accepted:
        raise DossierError(NOT_ACCEPTED, code="declaration_needed")
    return Move(flow.step(action.to or position.step), wanted, action.notify, action.issues)


def to_accept(spec: FormSpec, action: Action, position: Position, scope: Scope) -> tuple[str, ...]:
    """The declarations that an action demands of this applicant now.

    A deposit may name what an earlier step has accepted already: answers may have changed since so that
    the step did not ask for it, and only then it is asked for here.
    """
    before = position.accepted if action.does is not None else frozenset()
    declared = {one.id: one for one in spec.declarations if one.id not in before}
    return tuple(one for one in action.accepts if one in declared and _holds(declared[one].when, scope))


def who(action: Action) -> LocalizedText:
    """Who does it, in words."""
    names = [ROLE_NAMES[one] for one in action.by]
    return LocalizedText(" أو ".join(one.ar for one in names), " ou ".join(one.fr for one in names))


def _not_now(action: Action, asked: Asked, scope: Scope) -> Refusal | None:
    if not _holds(action.when, scope):
        return Refusal("not_yet", action.otherwise or NOT_YET)
    if COMPLETE in action.requires and not asked.is_complete:
        return Refusal("not_complete", NOT_COMPLETE)
    return None


def _holds(condition: Condition | None, scope: Scope) -> bool:
    """A condition that cannot be reckoned on these answers does not hold."""
    try:
        return holds(condition, scope)
    except EVALUATION_ERRORS:
        return False


def doing(flow: Flow, position: Position, event: DossierEvent, asked: Asked, scope: Scope) -> Action:
    """The action of the present step that sets a work of the service going: the first that is possible.

    Raises:
        DossierError: There is none, or none is possible; the message says why.
    """
    actions = flow.doing(position.step, event)
    if not actions:
        label = flow.step(position.step).label
        raise DossierError(NOT_HERE.fill(step=label), code="wrong_state")
    refusals = [(one, why_not(flow, position, one.id, asked, scope)) for one in actions]
    for action, refusal in refusals:
        if refusal is None:
            return action
    last = refusals[-1][1]
    assert last is not None  # noqa: S101 - else it was returned
    raise DossierError(last.message, code=last.code)


def way_ahead(flow: Flow, position: Position, scope: Scope) -> tuple[str, ...]:
    """The steps that probably come next, up to a good end.

    What the answers make possible counts; while they lead to no end yet, what they may still make possible.
    """
    return _way(flow, position, scope) or _way(flow, position, None)


def _way(flow: Flow, position: Position, scope: Scope | None) -> tuple[str, ...]:
    ways: dict[str, tuple[str, ...]] = {position.step: ()}
    waiting = [position.step]
    while waiting:
        here = flow.step(waiting.pop(0))
        if here.stage is DossierState.ACCEPTED:
            return ways[here.id]
        moves: tuple[Action | Timer, ...] = (*here.actions, *here.timers)
        open_ways = (one for one in moves if scope is None or _holds(one.when, scope))
        for there in [one.to for one in open_ways if one.to]:
            if there in flow.by_id and there not in ways:
                ways[there] = (*ways[here.id], there)
                waiting.append(there)
    return ()


# --- what time does -----------------------------------------------------------------------------


def due_day(timer: Timer, scope: Scope) -> date | None:
    """The day a timer goes off; None while it is not known or does not apply."""
    if not _holds(timer.when, scope):
        return None
    day = reckoned(timer.due, None, scope)
    try:
        return date.fromisoformat(day) if isinstance(day, str) else None
    except ValueError:
        return None


def due(flow: Flow, position: Position, scope: Scope, on: date) -> tuple[Timer, ...]:
    """The timers of the present step that have gone off by ``on``, the earliest first."""
    found = [(due_day(one, scope), place, one) for place, one in enumerate(flow.step(position.step).timers)]
    return tuple(
        one
        for day, _, one in sorted(
            ((day, place, one) for day, place, one in found if day is not None and day <= on),
            key=lambda item: item[:2],
        )
    )


def elapse(flow: Flow, position: Position, timer: Timer) -> Move:
    """What a timer that has gone off leads to."""
    return Move(flow.step(timer.to or position.step), (), timer.notify, timer.issues)
