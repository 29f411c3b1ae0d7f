"""The stages that every request passes, whatever its form calls the steps of its course.

A form's own course may have many steps; each belongs to one stage, and lists, figures, messages to
programs and the rights to see and to change go by the stage alone.
"""

from __future__ import annotations

from enum import StrEnum


class DossierState(StrEnum):
    """Where a dossier stands on its way."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PHYSICAL_CHECK_PENDING = "physical_check_pending"
    UNDER_REVIEW = "under_review"
    CORRECTION_REQUESTED = "correction_requested"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CLOSED = "closed"


class DossierEvent(StrEnum):
    """Work of the service that an action of a course may set going."""

    DEPOSIT = "deposit"
    DEPOSIT_WITH_PHYSICAL_CHECK = "deposit_with_physical_check"
    RECEIVE_PAPER = "receive_paper"
    START_REVIEW = "start_review"
    REQUEST_CORRECTION = "request_correction"
    ACCEPT = "accept"
    REFUSE = "refuse"
    CLOSE = "close"


EDITABLE_STATES = frozenset({DossierState.DRAFT, DossierState.CORRECTION_REQUESTED})
"""States in which the applicant may still change answers and attachments."""

FINAL_STATES = frozenset({DossierState.ACCEPTED, DossierState.REFUSED, DossierState.CLOSED})
"""States in which the request is decided."""

_S, _E = DossierState, DossierEvent
BEGINS_IN = {
    _E.DEPOSIT: EDITABLE_STATES,
    _E.DEPOSIT_WITH_PHYSICAL_CHECK: EDITABLE_STATES,
    _E.RECEIVE_PAPER: frozenset({_S.PHYSICAL_CHECK_PENDING}),
    _E.START_REVIEW: frozenset({_S.SUBMITTED}),
    _E.REQUEST_CORRECTION: frozenset({_S.UNDER_REVIEW}),
    _E.ACCEPT: frozenset({_S.UNDER_REVIEW}),
    _E.REFUSE: frozenset({_S.UNDER_REVIEW}),
    _E.CLOSE: frozenset(_S) - FINAL_STATES,
}
"""The stages in which each work can be done."""

LEADS_TO = {
    _E.DEPOSIT: frozenset(_S) - EDITABLE_STATES,
    _E.DEPOSIT_WITH_PHYSICAL_CHECK: frozenset({_S.PHYSICAL_CHECK_PENDING}),
    _E.RECEIVE_PAPER: frozenset({_S.SUBMITTED}),
    _E.START_REVIEW: frozenset({_S.UNDER_REVIEW}),
    _E.REQUEST_CORRECTION: frozenset({_S.CORRECTION_REQUESTED}),
    _E.ACCEPT: frozenset({_S.ACCEPTED}),
    _E.REFUSE: frozenset({_S.REFUSED}),
    _E.CLOSE: frozenset({_S.CLOSED}),
}
"""The stages in which it may end."""
