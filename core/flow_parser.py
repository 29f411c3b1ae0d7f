"""Makes the course of a request of what was read from YAML; what it means is checked elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from core.conditions import Condition
from core.construct_reader import Construct
from core.construct_values import condition_of, maybe_text, maybe_words, text_of, words_of
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
from core.stages import DossierEvent, DossierState

Remember = Callable[[Construct, str], None]
"""Notes where a part stands."""


def build_flow(c: Construct, remember: Remember) -> Flow:
    """The course that a sound construct declares."""
    remember(c, "flow")
    return Flow(
        start=text_of(c, "start"),
        steps=tuple(_step(one, remember) for one in c.constructs("states")),
        values=tuple(_value(one, remember) for one in c.constructs("values")),
        notices=tuple(_notice(one, remember) for one in c.constructs("notices")),
        papers=tuple(_paper(one, remember) for one in c.constructs("papers")),
        source=maybe_text(c, "source"),
        proposed=maybe_text(c, "proposed"),
    )


def _step(c: Construct, remember: Remember) -> Step:
    step_id = text_of(c, "id")
    remember(c, f"flow state {step_id}")
    return Step(
        id=step_id,
        label=words_of(c, "label"),
        stage=DossierState(text_of(c, "stage")),
        text=maybe_words(c, "text"),
        shows=c.texts("shows"),
        actions=tuple(_action(one, step_id, remember) for one in c.constructs("actions")),
        timers=tuple(_timer(one, step_id, remember) for one in c.constructs("timers")),
        source=maybe_text(c, "source"),
        proposed=maybe_text(c, "proposed"),
    )


def _action(c: Construct, step_id: str, remember: Remember) -> Action:
    action_id = text_of(c, "id")
    remember(c, f"flow action {step_id}.{action_id}")
    does = maybe_text(c, "does")
    return Action(
        id=action_id,
        label=words_of(c, "label"),
        by=c.texts("by"),
        to=maybe_text(c, "to"),
        when=condition_of(c, "when"),
        otherwise=maybe_words(c, "otherwise"),
        accepts=c.texts("accepts"),
        requires=c.texts("requires"),
        does=DossierEvent(does) if does else None,
        code=maybe_text(c, "code"),
        code_to=maybe_text(c, "code_to"),
        opens_account=maybe_text(c, "opens_account"),
        account_name=maybe_text(c, "account_name"),
        notify=c.texts("notify"),
        issues=c.texts("issues"),
        source=maybe_text(c, "source"),
        proposed=maybe_text(c, "proposed"),
    )


def _timer(c: Construct, step_id: str, remember: Remember) -> Timer:
    timer_id = text_of(c, "id")
    remember(c, f"flow timer {step_id}.{timer_id}")
    return Timer(
        id=timer_id,
        label=words_of(c, "label"),
        due=cast(Condition, c.values["due"]),
        to=maybe_text(c, "to"),
        when=condition_of(c, "when"),
        notify=c.texts("notify"),
        issues=c.texts("issues"),
        source=maybe_text(c, "source"),
        proposed=maybe_text(c, "proposed"),
    )


def _value(c: Construct, remember: Remember) -> NamedValue:
    remember(c, f"flow value {text_of(c, 'id')}")
    return NamedValue(
        id=text_of(c, "id"),
        label=words_of(c, "label"),
        kind=text_of(c, "kind"),
        value=cast(Condition, c.values["value"]),
        when=condition_of(c, "when"),
        source=maybe_text(c, "source"),
        proposed=maybe_text(c, "proposed"),
    )


def _notice(c: Construct, remember: Remember) -> FlowNotice:
    remember(c, f"flow notice {text_of(c, 'id')}")
    return FlowNotice(
        id=text_of(c, "id"),
        subject=maybe_words(c, "subject"),
        text=maybe_words(c, "text"),
        sms=maybe_words(c, "sms"),
        channel=maybe_text(c, "channel"),
        mailbox=maybe_text(c, "mailbox"),
        source=maybe_text(c, "source"),
        proposed=maybe_text(c, "proposed"),
    )


def _paper(c: Construct, remember: Remember) -> OutcomePaper:
    remember(c, f"flow paper {text_of(c, 'id')}")
    return OutcomePaper(
        id=text_of(c, "id"),
        title=words_of(c, "title"),
        blocks=tuple(
            PaperBlock(
                heading=maybe_words(one, "heading"),
                text=maybe_words(one, "text"),
                values=one.texts("values"),
                table=maybe_text(one, "table"),
                when=condition_of(one, "when"),
            )
            for one in c.constructs("blocks")
        ),
        source=maybe_text(c, "source"),
        proposed=maybe_text(c, "proposed"),
    )
