"""Read what a person typed into one of our PDFs, whichever viewer saved it.

Viewers draw typed Arabic as they can, and often wrongly; but the value they store is in logical
order.  So a PDF that comes back is data: its values are read, its looks are not.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf

from core.errors import UnreadableDocument
from core.localized_text import LocalizedText
from forms_service.render.acroform import CHOICES_SEPARATOR, IDENTITY_FIELD, RADIO, YES
from forms_service.render.form_template import INFO_FORM, INFO_REFERENCE, INFO_VERSION

TypedValue = str | bool | list[str]
_DEEPEST_FIELD = 32


@dataclass(frozen=True, slots=True)
class FilledPdf:
    """What one of our PDFs holds.

    Attributes:
        values: By field id: the text as typed, the value of a choice, the values of a multiple
            choice, True for a declaration.  What was left blank is not there.
    """

    form_id: str
    version: int
    reference: str
    values: dict[str, TypedValue] = field(default_factory=dict)


def read_values(pdf: bytes) -> FilledPdf:
    """The values of a form filled on screen, in logical order exactly as typed.

    Raises:
        UnreadableDocument: It is locked, broken, not a PDF, not one of our forms, or has no fields.
    """
    if _is_torn(pdf):
        raise UnreadableDocument(_TORN, code="broken_pdf")
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return _read(document)
    except pikepdf.PasswordError as error:
        raise UnreadableDocument(_LOCKED, code="encrypted_pdf") from error
    except (pikepdf.PdfError, ValueError, TypeError, RecursionError) as error:
        raise UnreadableDocument(_BROKEN, code="broken_pdf") from error


def _is_torn(pdf: bytes) -> bool:
    """Whether objects follow the last end mark: the newest values were then cut off in transfer.

    Readers would silently go back to the blank the values were added to.
    """
    _, mark, rest = pdf.rpartition(b"%%EOF")
    return bool(mark) and b" obj" in rest


def _read(document: pikepdf.Pdf) -> FilledPdf:
    fields = dict(_terminal_fields(document))
    form_id, version, paper_reference = _identity(document, fields.pop(IDENTITY_FIELD, None))
    if not form_id:
        raise UnreadableDocument(_FOREIGN, code="not_our_form")
    if not fields:
        raise UnreadableDocument(_FLAT, code="no_fields")
    values: dict[str, TypedValue] = {}
    for field_name, one in fields.items():
        _note(values, field_name, one)
    return FilledPdf(form_id, version, paper_reference, values)


def _identity(document: pikepdf.Pdf, hidden: pikepdf.Object | None) -> tuple[str, int, str]:
    info = document.trailer.get("/Info", {})
    form_id = str(info.get(f"/{INFO_FORM}", ""))
    version = str(info.get(f"/{INFO_VERSION}", ""))
    paper_reference = str(info.get(f"/{INFO_REFERENCE}", ""))
    if not form_id and hidden is not None:
        form_id, version, paper_reference = (str(hidden.get("/V", "")) + ";;").split(";")[:3]
    return form_id, int(version) if version.isdigit() else 0, paper_reference


def _terminal_fields(document: pikepdf.Pdf) -> Iterator[tuple[str, pikepdf.Object]]:
    acroform = document.Root.get("/AcroForm")
    if not isinstance(acroform, pikepdf.Dictionary):
        return
    for one in acroform.get("/Fields", pikepdf.Array()):
        yield from _below(one, "", 0)


def _below(node: pikepdf.Object, prefix: str, depth: int) -> Iterator[tuple[str, pikepdf.Object]]:
    if not isinstance(node, pikepdf.Dictionary) or depth > _DEEPEST_FIELD:
        return
    partial = str(node.get("/T", ""))
    full = f"{prefix}.{partial}" if prefix and partial else prefix or partial
    named_kids = [
        kid
        for kid in node.get("/Kids", pikepdf.Array())
        if isinstance(kid, pikepdf.Dictionary) and "/T" in kid
    ]
    if not named_kids:
        yield full, node
    for kid in named_kids:
        yield from _below(kid, full, depth + 1)


def _note(values: dict[str, TypedValue], field_name: str, one: pikepdf.Object) -> None:
    if one.get("/FT") != "/Btn":
        text = _text(one.get("/V"))
        if text:
            values[field_name] = text
        return
    state = _state(one)
    if not state:
        return
    field_id, separator, choice = field_name.partition(CHOICES_SEPARATOR)
    if separator:
        ticked = values.setdefault(field_id, [])
        if isinstance(ticked, list):
            ticked.append(choice)
    elif int(one.get("/Ff", 0)) & RADIO:
        values[field_id] = state
    else:
        values[field_id] = True if state == YES else state


def _state(button: pikepdf.Object) -> str:
    """Name of the ticked state, or nothing; a viewer may have set only the boxes' own state."""
    states = [button.get("/V"), button.get("/AS")]
    states += [kid.get("/AS") for kid in button.get("/Kids", pikepdf.Array())]
    for state in states:
        text = str(state).removeprefix("/") if state is not None else ""
        if text and text != "Off":
            return text
    return ""


def _text(value: pikepdf.Object | None) -> str:
    if value is None:
        return ""
    if isinstance(value, pikepdf.Stream):
        return str(pikepdf.String(value.read_bytes()))
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


_LOCKED = LocalizedText(
    ar="هذا الملف محمي بكلمة سر، فلم نقرأ منه شيئا. احفظوه بدون كلمة سر ثم أعيدوا إرساله.",
    fr="Ce PDF est protégé par un mot de passe : rien n'en a été lu. "
    "Enregistrez-le sans mot de passe puis renvoyez-le.",
)
_BROKEN = LocalizedText(
    ar="تعذّر فتح هذا الملف: ليس ملف PDF سليما. افتحوه في قارئ ملفات PDF واحفظوه من جديد، أو أرسلوا صورة واضحة منه.",
    fr="Ce fichier ne s'ouvre pas : ce n'est pas un PDF intact. "
    "Ouvrez-le dans un lecteur PDF et enregistrez-le à nouveau, ou envoyez-en une image nette.",
)
_TORN = LocalizedText(
    ar="وصل هذا الملف ناقصا، وآخر ما كُتب فيه مفقود. أعيدوا إرساله كاملا.",
    fr="Ce fichier est arrivé incomplet : ce qui y a été écrit en dernier manque. Renvoyez-le en entier.",
)
_FOREIGN = LocalizedText(
    ar="هذا الملف ليس إحدى استماراتنا. حمّلوا الاستمارة من هذه الخدمة واملؤوها، أو أرسلوا هذا الملف كوثيقة مرفقة.",
    fr="Ce PDF n'est pas l'un de nos formulaires. Téléchargez le formulaire auprès de ce service "
    "et remplissez-le, ou envoyez ce fichier comme pièce jointe.",
)
_FLAT = LocalizedText(
    ar="هذه نسخة للطبع ليس فيها خانات تُملأ على الشاشة، فلا قيم فيها تُقرأ. أرسلوها كصفحات ممسوحة ضوئيا.",
    fr="Cette copie à imprimer n'a pas de champs à remplir : il n'y a pas de valeurs à y lire. "
    "Envoyez-la comme pages numérisées.",
)
