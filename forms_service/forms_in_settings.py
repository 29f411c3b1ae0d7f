"""Settings that name forms: one digit wrong must not quietly leave a form without its second reviewer."""

from __future__ import annotations

from difflib import get_close_matches

from core.localized_text import LocalizedText
from forms_service.config import Config
from forms_service.settings import InvalidSetting
from forms_service.spec_catalogue import SpecCatalogue

EVERY_FORM = "all"


def require_known_forms(config: Config, catalogue: SpecCatalogue) -> None:
    """Refuse settings that name a form which does not exist.

    Raises:
        InvalidSetting: Each such name, with the nearest form where there is one.
    """
    known = sorted({form for form, _ in catalogue.specs})
    named = {
        "FORMS_FOUR_EYES": config.four_eyes - {EVERY_FORM},
        "FORMS_REVIEW_DAYS": frozenset(config.review_days) - {""},
    }
    unknown = [(name, form) for name, forms in named.items() for form in sorted(forms - set(known))]
    if unknown:
        raise InvalidSetting(*(_told(name, form, known) for name, form in unknown))


def _told(name: str, form: str, known: list[str]) -> LocalizedText:
    near = get_close_matches(form, known, 1, cutoff=0.6)
    return _NEAR.fill(name=name, form=form, near=near[0]) if near else _UNKNOWN.fill(name=name, form=form)


_NEAR = LocalizedText(
    ar="{name}: لا توجد استمارة بالمرجع «{form}». هل تقصدون {near}؟",
    fr="{name} : aucun formulaire ne porte la référence « {form} ». Vouliez-vous dire {near} ?",
)
_UNKNOWN = LocalizedText(
    ar="{name}: لا توجد استمارة بالمرجع «{form}». اعرضوا المراجع بالأمر: forms-service specs list",
    fr="{name} : aucun formulaire ne porte la référence « {form} ». Les références : forms-service specs list",
)
