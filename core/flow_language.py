"""The words for the course of a request: steps, actions, timers, notices and the papers it ends in.

A part of the table in ``core.spec_language``; ``docs/spec-language.md`` shows every construct in use.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.flow import CHECK_CODE, REQUIREMENTS, ROLES, SEND_CODE
from core.language_keys import PROPOSED, SOURCE, WHEN, Key
from core.stages import DossierEvent, DossierState

VALUE_KINDS = ("date", "amount", "integer", "text")

FLOW_CONSTRUCTS: Mapping[str, Mapping[str, Key]] = {
    "flow": {
        "start": Key("id", "The step a request begins in.", required=True),
        "states": Key("list:flow_state", "Its steps.", required=True),
        "values": Key("list:flow_value", "Days, amounts and words computed for texts, timers and papers."),
        "notices": Key("list:flow_notice", "Messages to the applicant."),
        "papers": Key("list:outcome_paper", "Papers made for the applicant."),
        "source": SOURCE,
        "proposed": PROPOSED,
    },
    "flow_state": {
        "id": Key("id", "Name of the step.", required=True),
        "label": Key("localized", "What people call it.", required=True),
        "stage": Key(
            "one_of:" + ",".join(DossierState), "What it counts as in lists and figures.", required=True
        ),
        "text": Key("localized", "What the applicant is told in it; {names} are filled in."),
        "shows": Key(
            "list:text",
            "In order: ids of sections, groups, asked facts; calc.<id>, table.<id>, value.<id>; documents.",
        ),
        "actions": Key("list:flow_action", "What people may do in it."),
        "timers": Key("list:flow_timer", "What time does in it."),
        "source": SOURCE,
        "proposed": PROPOSED,
    },
    "flow_action": {
        "id": Key("id", "Its name; taken.<id> is the day it was last done.", required=True),
        "label": Key("localized", "The words on its button.", required=True),
        "by": Key("list:one_of:" + ",".join(ROLES), "Who may; the applicant is the owner.", required=True),
        "to": Key("id", "The step it leads to; left out, the request stays."),
        "when": Key("expression", "It is possible only when this holds."),
        "otherwise": Key("localized", "Why not yet, when it does not hold."),
        "accepts": Key("list:id", "Declarations that must be accepted; kept word for word."),
        "requires": Key(
            "list:one_of:" + ",".join(REQUIREMENTS), "reason: it says why; complete: nothing lacks."
        ),
        "does": Key("one_of:" + ",".join(DossierEvent), "The service's own work that it sets going."),
        "code": Key(f"one_of:{SEND_CODE},{CHECK_CODE}", "Sends a one-time code, or demands it."),
        "code_to": Key("text", "Field of the phone the code goes to; the account's when left out."),
        "opens_account": Key("text", "Name of the number whose account is opened for a visitor."),
        "account_name": Key("text", "Name of the words that name its holder."),
        "notify": Key("list:id", "Notices that are sent."),
        "issues": Key("list:id", "Papers that are made."),
        "source": SOURCE,
        "proposed": PROPOSED,
    },
    "flow_timer": {
        "id": Key("id", "Its name.", required=True),
        "label": Key("localized", "What happens then.", required=True),
        "due": Key("expression", "Gives the day.", required=True),
        "to": Key("id", "The step it leads to; left out, the request stays and the notice is sent."),
        "when": WHEN,
        "notify": Key("list:id", "Notices that are sent."),
        "issues": Key("list:id", "Papers that are made."),
        "source": SOURCE,
        "proposed": PROPOSED,
    },
    "flow_value": {
        "id": Key("id", "Used as value.<id>.", required=True),
        "label": Key("localized", "What it is.", required=True),
        "kind": Key("one_of:" + ",".join(VALUE_KINDS), "How it is written.", required=True),
        "value": Key("expression", "The formula; may use values above it.", required=True),
        "when": WHEN,
        "source": SOURCE,
        "proposed": PROPOSED,
    },
    "flow_notice": {
        "id": Key("id", "Its name.", required=True),
        "subject": Key("localized", "Subject of the e-mail."),
        "text": Key("localized", "Text of the e-mail; {reference}, {value.…} are filled in."),
        "sms": Key("localized", "The short message; the subject when left out."),
        "channel": Key("one_of:email,sms", "Where it must go by that one."),
        "mailbox": Key(
            "text", "Field of the e-mail address it goes to; the account's when left out or blank."
        ),
        "source": SOURCE,
        "proposed": PROPOSED,
    },
    "outcome_paper": {
        "id": Key("id", "Its name.", required=True),
        "title": Key("localized", "Its title.", required=True),
        "blocks": Key("list:paper_block", "Its parts, in order.", required=True),
        "source": SOURCE,
        "proposed": PROPOSED,
    },
    "paper_block": {
        "heading": Key("localized", "A heading above it."),
        "text": Key("localized", "A paragraph; {names} are filled in."),
        "values": Key("list:text", "Names printed with their label, one under the other."),
        "table": Key("id", "One of the form's tables."),
        "when": WHEN,
        "proposed": PROPOSED,
    },
}
