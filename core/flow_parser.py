"""Makes the course of a request of what was read from YAML; what it means is checked elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from core.conditions import Condition
from core.construct_reader import Construct
from core.flow import (
    Action,
    Flow,
    FlowNotice,
    NamedValue,
    OutcomePaper,
    PaperBlock,
    Step,
    Timer,
)
from core.localized_text import LocalizedText
from core.stages import DossierEvent, DossierState

Remember = Callable[[Construct, str], None]
"""Notes where a part stands."""


def build_flow(c: Construct, remember: Remember) -> Flow:
    """The course that a sound construct declares."""
    remember(c, "flow")
    return Flow(
        start=_text(c, "start"),
        steps=tuple(_step(one, remember) for one in c.constructs("states")),
        values=tuple(_value(one, remember) for one in c.constructs("values")),
        notices=tuple(_notice(one, remember) for one in c.constructs("notices")),
        papers=tuple(_paper(one, remember) for one in c.constructs("papers")),
        source=_maybe_text(c, "source"),
        proposed=_maybe_text(c, "proposed"),
    )


def _step(c: Construct, remember: Remember) -> Step:
    step_id = _text(c, "id")
    remember(c, f"flow state {step_id}")
    return Step(
        id=step_id,
        label=_words(c, "label"),
        stage=DossierState(_text(c, "stage")),
        text=_maybe_words(c, "text"),
        shows=c.texts("shows"),
        actions=tuple(_action(one, step_id, remember) for one in c.constructs("actions")),
        timers=tuple(_timer(one, step_id, remember) for one in c.constructs("timers")),
        source=_maybe_text(c, "source"),
        proposed=_maybe_text(c, "proposed"),
    )


def _action(c: Construct, step_id: str, remember: Remember) -> Action:
    action_id = _text(c, "id")
    remember(c, f"flow action {step_id}.{action_id}")
    does = _maybe_text(c, "does")
    return Action(
        id=action_id,
        label=_words(c, "label"),
        by=c.texts("by"),
        to=_maybe_text(c, "to"),
        when=_condition(c, "when"),
        otherwise=_maybe_words(c, "otherwise"),
        accepts=c.texts("accepts"),
        requires=c.texts("requires"),
        does=DossierEvent(does) if does else None,
        code=_maybe_text(c, "code"),
        code_to=_maybe_text(c, "code_to"),
        opens_account=_maybe_text(c, "opens_account"),
        account_name=_maybe_text(c, "account_name"),
        notify=c.texts("notify"),
        issues=c.texts("issues"),
        source=_maybe_text(c, "source"),
        proposed=_maybe_text(c, "proposed"),
    )


def _timer(c: Construct, step_id: str, remember: Remember) -> Timer:
    timer_id = _text(c, "id")
    remember(c, f"flow timer {step_id}.{timer_id}")
    return Timer(
        id=timer_id,
        label=_words(c, "label"),
        due=cast(Condition, c.values["due"]),
        to=_maybe_text(c, "to"),
        when=_condition(c, "when"),
        notify=c.texts("notify"),
        issues=c.texts("issues"),
        source=_maybe_text(c, "source"),
        proposed=_maybe_text(c, "proposed"),
    )


def _value(c: Construct, remember: Remember) -> NamedValue:
    remember(c, f"flow value {_text(c, 'id')}")
    return NamedValue(
        id=_text(c, "id"),
        label=_words(c, "label"),
        kind=_text(c, "kind"),
        value=cast(Condition, c.values["value"]),
        when=_condition(c, "when"),
        source=_maybe_text(c, "source"),
        proposed=_maybe_text(c, "proposed"),
    )


def _notice(c: Construct, remember: Remember) -> FlowNotice:
    remember(c, f"flow notice {_text(c, 'id')}")
    return FlowNotice(
        id=_text(c, "id"),
        subject=_maybe_words(c, "subject"),
        text=_maybe_words(c, "text"),
        sms=_maybe_words(c, "sms"),
        channel=_maybe_text(c, "channel"),
        mailbox=_maybe_text(c, "mailbox"),
        source=_maybe_text(c, "source"),
        proposed=_maybe_text(c, "proposed"),
    )


def _paper(c: Construct, remember: Remember) -> OutcomePaper:
    remember(c, f"flow paper {_text(c, 'id')}")
    return OutcomePaper(
        id=_text(c, "id"),
        title=_words(c, "title"),
        blocks=tuple(
            PaperBlock(
                heading=_maybe_words(one, "heading"),
                text=_maybe_words(one, "text"),
                values=one.texts("values"),
                table=_maybe_text(one, "table"),
                when=_condition(one, "when"),
            )
            for one in c.constructs("blocks")
        ),
        source=_maybe_text(c, "source"),
        proposed=_maybe_text(c, "proposed"),
    )


def _text(c: Construct, key: str) -> str:
    return str(c.values[key])


def _maybe_text(c: Construct, key: str) -> str | None:
    value = c.get(key)
    return None if value is None else str(value)


def _words(c: Construct, key: str) -> LocalizedText:
    return cast(LocalizedText, c.values[key])


def _maybe_words(c: Construct, key: str) -> LocalizedText | None:
    return cast("LocalizedText | None", c.get(key))


def _condition(c: Construct, key: str) -> Condition | None:
    value = c.get(key)
    return value if isinstance(value, Condition) else None
