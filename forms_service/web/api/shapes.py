"""What the interface takes and gives: the shapes of forms, dossiers and papers, checked both ways.

What comes in is taken strictly: an unknown name or a text where a number belongs is a mistake of the
sender's program, and the sooner it is told the better.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from core.dossier import DossierState, Origin
from core.localized_text import Language
from forms_service.services.views import ReadingStatus

_NO_NUL = r"^[^\x00]*$"
LONGEST_ANSWER, LONGEST_ID, MOST_ANSWERS, MOST_ROWS = 2000, 128, 400, 60


def _flag(written: object) -> object:
    """A yes or no in an address, spelled as JSON spells it."""
    return {"true": True, "false": False}.get(written, "") if isinstance(written, str) else written


def _whole(written: object) -> object:
    """A whole number in an address: digits and nothing else."""
    return int(written) if isinstance(written, str) and _DIGITS.fullmatch(written) else None


_DIGITS = re.compile("[0-9]{1,9}")
Flag = Annotated[bool, BeforeValidator(_flag)]
Spelled = BeforeValidator(_whole)
"""Put last: what stands before it is then told in the description as well."""

Words = Annotated[str, StringConstraints(max_length=LONGEST_ANSWER, pattern=_NO_NUL)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ID, pattern=_NO_NUL)]
Whole = Annotated[int, Field(ge=-(2**53), le=2**53)]
Number = Annotated[float, Field(ge=-(2.0**53), le=2.0**53, allow_inf_nan=False)]
RowNumber = Annotated[int, Field(ge=1, le=MOST_ROWS)]
AnswerGiven = Words | bool | Whole | Number | Annotated[list[Words], Field(max_length=100)] | None
Answers = Annotated[dict[Id, AnswerGiven], Field(max_length=MOST_ANSWERS)]


class Taken(BaseModel):
    """What a program sends."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Asked(BaseModel):
    """What stands behind the question mark of an address; everything there is text."""

    model_config = ConfigDict(extra="forbid")


class Given(BaseModel):
    """What a program gets."""

    model_config = ConfigDict(from_attributes=True)


class Text(Given):
    """The same words in Arabic and French."""

    ar: str
    fr: str


class Mistake(Given):
    """One thing that is wrong with what was sent, and where."""

    place: str = Field(description="Name of the field, or path to it within the request")
    message: Text


class Problem(Given):
    """What went wrong, after RFC 9457; ``code`` is stable, the words are not."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    message: Text
    errors: list[Mistake] = []


# --- forms -----------------------------------------------------------------------------------------


class ProcedureTold(Given):
    """Whose procedure a form is, what it is about, where and by when it is filed."""

    who: list[Literal["insured", "employee", "employer", "pensioner", "heir", "self_employed"]]
    topic: str
    purpose: Text
    where: Text
    deadline: Text | None = None
    also_printed_as: list[str] = []


class FormSummary(Given):
    """One line of the list of forms."""

    id: str
    version: int
    title: Text
    pages: int
    fields: int
    procedure: ProcedureTold | None = None


class FormList(Given):
    """The forms on offer."""

    items: list[FormSummary]


class Form(Given):
    """A whole form: its fields with their places on paper, groups, facts, documents, rules."""

    model_config = ConfigDict(from_attributes=True, extra="allow")
    id: str
    version: int
    digest: str
    title: Text
    pages: int
    fields: list[dict[str, Any]]
    screen_fields: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    facts: list[dict[str, Any]]
    documents: list[dict[str, Any]]
    document_types: dict[str, Text]


class FormDocument(Given):
    """One document a form may demand; ``condition`` says in words when it does, ``when`` for machines."""

    id: str
    type: str
    label: Text
    count: int
    per: str | None = Field(description="Group of which every row needs its own")
    alternatives: list[str]
    unless_on_file: list[str]
    unless_declared: list[str]
    when: str | None
    condition: Text | None
    rule: str


class Requirements(Given):
    """What a form may demand, before anybody has answered anything."""

    form: str
    version: int
    documents: list[FormDocument]
    physical_check_rate: float


class VersionAsked(Asked):
    """Which version of a form; the newest by default."""

    version: Annotated[int, Field(ge=1, le=10_000), Spelled] | None = None


class FormsAsked(Asked):
    """Which forms: those that fit the words, of some people, about something; all when nothing is asked."""

    q: Annotated[str, StringConstraints(max_length=80)] = ""
    who: Literal["", "insured", "employee", "employer", "pensioner", "heir", "self_employed"] = ""
    topic: Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z_]*$")] = ""


class BlankAsked(Asked):
    """How a blank is printed."""

    large: Flag = False


# --- dossiers --------------------------------------------------------------------------------------


class DossierIn(Taken):
    """Which form to open a dossier on, and in which language its owner is written to."""

    form: Id
    language: Language = Field(default=Language.AR, strict=False)


class DossierSummary(Given):
    """One line of a list of dossiers."""

    id: str
    reference: str
    form: str
    version: int
    title: Text
    state: DossierState
    state_label: Text
    language: Language
    name: str
    registration: str
    opened_at: datetime
    changed_at: datetime
    deposited_at: datetime | None
    to_review: int = Field(description="Readings that wait for a person's eyes")
    reading: int = Field(description="Uploads that still wait to be read")


class DossierPage(Given):
    """Some dossiers; ``next`` leads on when there are more."""

    items: list[DossierSummary]
    next: str | None


class PageAsked(Asked):
    """Which page of a list."""

    limit: Annotated[int, Field(ge=1, le=100), Spelled] = 50
    after: Annotated[str, StringConstraints(max_length=200, pattern=r"^[A-Za-z0-9_-]*$")] | None = None


class Answer(Given):
    """One answer in force, and where it comes from."""

    value: Any
    origin: Origin
    confidence: float | None
    at: str | None


class Fact(Given):
    """One fact read on a paper, and how sure it is."""

    value: Any
    confidence: float | None


class Attachment(Given):
    """One upload: a document, or pages of the form itself."""

    id: str
    filename: str
    media_type: str
    size: int
    type: str | None
    declared_type: str | None
    child: int | None
    status: ReadingStatus
    message: Text | None
    facts: dict[str, Fact]
    warnings: list[Text]
    valid_until: date | None
    confidence: float | None
    pages: int
    is_form: bool
    is_slip: bool
    made_on_screen: bool
    decision: str | None
    decision_reason: str | None
    uploaded_at: datetime


class AttachmentList(Given):
    """The papers of a dossier; ``reading`` counts those that still wait to be read."""

    items: list[Attachment]
    reading: int


class Correction(Given):
    """What a reviewer asked to mend, and what of it was answered since."""

    at: datetime
    message: str
    fields: list[str]
    documents: list[str]
    reasons: dict[str, str]
    answered: bool
    answer_by: date = Field(
        description="Day by which an answer is asked for; a later one is taken all the same"
    )
    done: list[str]
    open: list[str]


class Dossier(Given):
    """Everything about one dossier.  Give ``revision`` back in ``If-Match`` when you change it."""

    id: str
    reference: str
    form: str
    version: int
    state: DossierState
    state_label: Text
    language: Language
    revision: int
    editable: bool
    name: str
    opened_at: datetime
    changed_at: datetime
    deposited_at: datetime | None
    physical_check: bool | None
    decision_note: str | None
    answers: dict[str, Answer]
    facts: dict[str, Any]
    groups: dict[str, list[dict[str, Any]]]
    given: dict[str, Answer] = Field(
        description="Facts, and answers of groups' rows (`children.1.birth`), each with where it comes from"
    )
    typed: dict[str, str] = Field(description="What stands in fields whose text is not valid")
    problems: list[Mistake]
    on_file: list[str]
    declared: list[str]
    attachments: list[Attachment]
    correction: Correction | None


class AnswersIn(Taken):
    """Answers by field, and facts that no printed field tells; null empties one."""

    values: Answers = {}
    facts: Answers = {}


class RowsIn(Taken):
    """All rows of a repeating group, in their order."""

    rows: Annotated[list[Answers], Field(max_length=MOST_ROWS)]


class ExemptionsIn(Taken):
    """What the fund already has or knows, as the applicant says."""

    on_file: Annotated[list[Id], Field(max_length=100)] = []
    declared: Annotated[list[Id], Field(max_length=100)] = []


class Stored(Given):
    """What became of answers; a text that is not valid is kept as it was typed and named in ``problems``."""

    revision: int
    problems: list[Mistake]
