"""What a form lists on its paper from what it declares elsewhere: said once, printed as said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core.form_spec import RequiredDocument, StaticText, TextStyle
from core.localized_text import LocalizedText
from core.procedure import Procedure

_PLACE = LocalizedText("مكان الإيداع: {words}", "Lieu de dépôt : {words}")
_BY_WHEN = LocalizedText("الأجل: {words}", "Délai : {words}")
_SIGNED_BY = LocalizedText("التوقيع: {words}", "Signature : {words}")


def listed_texts(
    lists: str | None, documents: Iterable[RequiredDocument], procedure: Procedure | None
) -> Iterator[StaticText]:
    """The texts of a section that lists the documents to hand in, or how the form is filed."""
    if lists == "documents":
        for one in documents:
            if not one.made_on_screen:
                yield StaticText(counted(one), TextStyle.BULLET, proposed=one.proposed)
    elif lists == "filing" and procedure is not None:
        said = ((_PLACE, procedure.where), (_BY_WHEN, procedure.deadline_words))
        for sentence, words in (*said, (_SIGNED_BY, procedure.signed_by)):
            if words is not None:
                yield StaticText(sentence.fill(words=words), TextStyle.BULLET, proposed=procedure.proposed)


def counted(document: RequiredDocument) -> LocalizedText:
    """A document and how many of it: «Photo récente (2)»."""
    if document.count == 1:
        return document.label
    return LocalizedText(f"{document.label.ar} ({document.count})", f"{document.label.fr} ({document.count})")
