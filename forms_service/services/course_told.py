"""What is told of a course beside its present step: the way, who or what comes next, what happened."""

from __future__ import annotations

from collections.abc import Iterator

from core.flow import Action, Timer
from core.flow_engine import due_day, way_ahead, who
from core.stages import DossierState
from forms_service.services.course_moves import TIMER, Standing
from forms_service.services.course_views import AwaitedView, StepTaken, WayView
from forms_service.storage.course_models import CourseEventRow


def way(here: Standing, events: list[CourseEventRow]) -> Iterator[WayView]:
    """The steps behind, the present one, and those probably ahead; what was gone back on is not behind."""
    behind: list[str] = []
    for one in events:
        if one.from_step == one.to_step:
            continue
        behind.append(one.from_step)
        if one.to_step in behind:
            behind = behind[: behind.index(one.to_step)]
    flow = here.flow
    for step_id in behind:
        if step_id in flow.by_id:
            yield WayView(step_id, flow.step(step_id).label, "done")
    yield WayView(here.position.step, flow.step(here.position.step).label, "here")
    for step_id in way_ahead(flow, here.position, here.scope):
        yield WayView(step_id, flow.step(step_id).label, "ahead")


def awaited(here: Standing, roles: frozenset[str]) -> Iterator[AwaitedView]:
    """What others may do next, and what time does."""
    step = here.flow.step(here.position.step)
    for action in step.actions:
        there = here.flow.by_id.get(action.to or "")
        if there is not None and there.stage is not DossierState.CLOSED and not roles & set(action.by):
            yield AwaitedView(action.label, who(action))
    for timer in step.timers:
        day = due_day(timer, here.scope)
        if day is not None:
            yield AwaitedView(timer.label, None, day)


def reason_of_coming(here: Standing, events: list[CourseEventRow]) -> str:
    """Why the request came to its present step, as whoever brought it there wrote."""
    came = [one for one in events if one.to_step == here.position.step and one.from_step != one.to_step]
    return (came[-1].note or "") if came else ""


def taken(here: Standing, events: list[CourseEventRow], *, for_staff: bool) -> Iterator[StepTaken]:
    """What happened, newest first; of what led nowhere the applicant is told nothing."""
    for one in reversed(events):
        before = here.flow.by_id.get(one.from_step)
        after = here.flow.by_id.get(one.to_step)
        moves: tuple[Action | Timer, ...] = (*before.actions, *before.timers) if before else ()
        declared = next((each for each in moves if each.id == one.action), None)
        if after is None or declared is None or (one.from_step == one.to_step and not for_staff):
            continue
        by_time = one.kind == TIMER
        yield StepTaken(declared.label, after.label, one.at, one.by_name, by_time, one.note or "")
