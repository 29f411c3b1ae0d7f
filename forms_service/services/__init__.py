"""Use cases, one transaction each.  Web and commands call these and nothing below them.

Every method raises ``core.errors`` classes with a sentence in both languages; a dossier that does
not exist and one that is not yours are the same (``DossierError`` ``not_yours``).
"""

from __future__ import annotations

from forms_service.services.access_tokens import AccessTokens
from forms_service.services.base import Adapters
from forms_service.services.complements import Complements
from forms_service.services.confirming import ConfirmingAnswers
from forms_service.services.counter import Counter
from forms_service.services.course import Courses
from forms_service.services.dead_letters import DeadLetters
from forms_service.services.forgetting import Forgetting
from forms_service.services.group_answers import GroupAnswers
from forms_service.services.guidance_letters import GuidanceLetters
from forms_service.services.kept_answers import KeptAnswers
from forms_service.services.kept_typing import KeptTyping
from forms_service.services.known_answers import KnownAnswers
from forms_service.services.listings import Listings
from forms_service.services.looks import Looks
from forms_service.services.newsletter import Newsletter
from forms_service.services.own_data import OwnData
from forms_service.services.passkeys import Passkeys
from forms_service.services.provider_sign_in import ProviderSignIn
from forms_service.services.quotas import Quotas
from forms_service.services.reading_evidence import ReadingEvidence
from forms_service.services.reading_results import ReadingResults
from forms_service.services.receipt_checks import ReceiptChecks
from forms_service.services.rehearsal_runs import RehearsalRuns
from forms_service.services.reviewer import ReviewerWork
from forms_service.services.same_person import SamePerson
from forms_service.services.seals import Seals
from forms_service.services.statistics import StatisticsWork
from forms_service.services.token_allowances import TokenAllowances
from forms_service.services.users import Users
from forms_service.services.views import (
    Actor,
    AttachmentView,
    CorrectionRequest,
    DossierSummary,
    DossierView,
    EventView,
    ExtractionView,
    IntakeResult,
    LeftPage,
    PageFate,
    PublicReceipt,
    ReadingStatus,
    ScanView,
)
from forms_service.services.visitor_course import VisitorCourse
from forms_service.services.watching import Watching
from forms_service.services.webhook_delivery import WebhookDelivery


class Services(
    Passkeys,
    ProviderSignIn,
    Forgetting,
    OwnData,
    AccessTokens,
    TokenAllowances,
    Quotas,
    KeptAnswers,
    WebhookDelivery,
    Listings,
    Courses,
    Complements,
    KnownAnswers,
    Counter,
    GroupAnswers,
    ConfirmingAnswers,
    SamePerson,
    ReviewerWork,
    ReadingResults,
    ReadingEvidence,
    KeptTyping,
    Looks,
    ReceiptChecks,
    StatisticsWork,
    Seals,
    RehearsalRuns,
    GuidanceLetters,
    Newsletter,
    VisitorCourse,
    Watching,
    DeadLetters,
    Users,
):
    """Everything anybody may do, for every audience."""


__all__ = [
    "Actor",
    "Adapters",
    "AttachmentView",
    "CorrectionRequest",
    "DossierSummary",
    "DossierView",
    "EventView",
    "ExtractionView",
    "IntakeResult",
    "LeftPage",
    "PageFate",
    "PublicReceipt",
    "ReadingStatus",
    "ScanView",
    "Services",
]
