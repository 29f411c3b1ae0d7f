"""Why a document is asked of this applicant, in plain words: from whom always, or after which answers."""

from __future__ import annotations

import re

from core.conditions import Condition
from core.findings import Requirement
from core.form_spec import FieldSpec
from core.localized_text import Language, Script
from core.scope import is_blank
from forms_service.services.views import DossierView
from forms_service.web import screens
from forms_service.web.languages import language, translate

_NAME = re.compile(r"[a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)*")
_QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'')


def why_asked(view: DossierView, need: Requirement) -> str:
    """One sentence: asked of everybody, for every row, or because of the answers that called for it."""
    document = next(one for one in view.spec.documents if one.id == need.document_id)
    if document.per is not None and need.child is not None:
        row = view.row_label(document.per, need.child).in_language(language())
        if document.when is not None:
            return translate("why.this_row", row=row)
        return translate("why.every_row", group=view.spec.group(document.per).label, row=row)
    if document.when is None:
        return translate("why.always")
    answers = _answers_in(view, document.when)
    if not answers:
        return translate("why.situation")
    separator = "؛ " if language() is Language.AR else " ; "
    return translate("why.answers", answers=separator.join(answers))


def _answers_in(view: DossierView, condition: Condition) -> list[str]:
    """The answers a condition looks at, as ``label: answer``, in the condition's order."""
    fields = {one.id: one for one in view.spec.fields()}
    fields |= {
        one.id: FieldSpec(id=one.id, kind=one.kind, label=one.label, script=Script.ANY, printed=False)
        for one in view.spec.facts
        if one.asked
    }
    given = {**view.dossier.facts, **view.dossier.answers()}
    names = dict.fromkeys(_NAME.findall(_QUOTED.sub("", condition.expression)))
    return [
        f"{screens.plain_label(fields[name].label, view.spec).in_language(language())}"
        f" – {screens.on_screen(fields[name], given[name], language())}"
        for name in names
        if name in fields and not is_blank(given.get(name))
    ]
