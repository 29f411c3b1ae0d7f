"""Read what a person typed into one of our PDFs, whichever viewer saved it.

Viewers draw typed Arabic as they can, and often wrongly; but the value they store is in logical
order.  So a PDF that comes back is data: its values are read, its looks are not.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf

from core.errors import UnreadableDocument
from core.localized_text import LocalizedText
from forms_service.render.acroform import CHOICES_SEPARATOR, IDENTITY_FIELD, RADIO
from forms_service.render.form_template import INFO_FORM, INFO_REFERENCE, INFO_VERSION
from forms_service.render.typed_text import TypedText, typed_text
from forms_service.render.typing_remarks import Remark

TypedValue = str | bool | list[str]
_DEEPEST_FIELD = 32
_MOST_FIELDS = 10_000
_LONGEST_TEXT_BYTES = 1 << 16
_OFF = "Off"


@dataclass(frozen=True, slots=True)
class FilledPdf:
    """What one of our PDFs holds.

    Attributes:
        values: By field id: the text as typed, the value of a choice, the values of a multiple
            choice, True for a declaration.  What was left blank is not there.
        remarks: By field id, why a person should look at a value before it is used.
    """

    form_id: str
    version: int
    reference: str
    values: dict[str, TypedValue] = field(default_factory=dict)
    remarks: dict[str, frozenset[Remark]] = field(default_factory=dict)

    def gravest_remarks(self, field_id: str) -> list[Remark]:
        """The remarks on one value, the gravest first."""
        return [one for one in Remark if one in self.remarks.get(field_id, ())]


def read_values(pdf: bytes) -> FilledPdf:
    """The values of a form filled on screen, in logical order exactly as typed.

    Raises:
        UnreadableDocument: It is locked, broken, not a PDF, not one of our forms, or has no fields.
    """
    if _is_torn(pdf):
        raise UnreadableDocument(_TORN, code="broken_pdf")
    try:
        with _opened(pdf, repair=False) as document:
            return _read(document)
    except pikepdf.PasswordError as error:
        raise UnreadableDocument(_LOCKED, code="encrypted_pdf") from error
    except _DAMAGE:
        return _read_repaired(pdf)


def _read_repaired(pdf: bytes) -> FilledPdf:
    """The values of a damaged file, as far as its objects can be found; all are to be looked at."""
    try:
        with _opened(pdf, repair=True) as document:
            found = _read(document)
    except pikepdf.PasswordError as error:
        raise UnreadableDocument(_LOCKED, code="encrypted_pdf") from error
    except _DAMAGE as error:
        raise UnreadableDocument(_BROKEN, code="broken_pdf") from error
    for field_id in found.values:
        _remark(found.remarks, field_id, frozenset({Remark.FILE_DAMAGED}))
    return found


_DAMAGE = (pikepdf.PdfError, ValueError, TypeError, RecursionError, zlib.error)


def _opened(pdf: bytes, *, repair: bool) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf), attempt_recovery=repair)


def _is_torn(pdf: bytes) -> bool:
    """Whether something that was to be an object follows the last end mark, or no end mark is there.

    The newest values were then cut off in transfer; readers would silently go back to the blank the
    values were added to.
    """
    _, mark, rest = pdf.rpartition(b"%%EOF")
    if not mark:
        return pdf[:1024].lstrip().startswith(b"%PDF-") and b" obj" in pdf
    return _START_OF_OBJECTS.match(rest) is not None or b" obj" in rest


_START_OF_OBJECTS = re.compile(rb"[\0\t\n\f\r ]*(?:%[^\r\n]*[\r\n]+)*[0-9]")


def _read(document: pikepdf.Pdf) -> FilledPdf:
    fields = list(_Walk().fields(document))
    asked = [(name, one) for name, one in fields if name != IDENTITY_FIELD]
    hidden = next((one for name, one in fields if name == IDENTITY_FIELD), None)
    form_id, version, paper_reference = _identity(document, hidden)
    if not form_id:
        raise UnreadableDocument(_FOREIGN, code="not_our_form")
    if "/XFA" in _dictionary(document.Root.get("/AcroForm")):
        raise UnreadableDocument(_DYNAMIC, code="dynamic_form")
    if not asked:
        raise UnreadableDocument(_FLAT, code="no_fields")
    filled = FilledPdf(form_id, version, paper_reference)
    for field_name, one in asked:
        _note(filled, field_name, one)
    return filled


def _identity(document: pikepdf.Pdf, hidden: _Field | None) -> tuple[str, int, str]:
    info = _dictionary(document.trailer.get("/Info"))
    form_id, version, paper_reference = (
        _text(info.get(f"/{key}")).text for key in (INFO_FORM, INFO_VERSION, INFO_REFERENCE)
    )
    if not form_id and hidden is not None:
        form_id, version, paper_reference = (_text(hidden.value).text + ";;").split(";")[:3]
    return form_id, int(version) if version.isdecimal() else 0, paper_reference


# --- fields ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Field:
    """A field with everything it inherits, and the boxes that show it."""

    kind: str
    flags: int
    value: pikepdf.Object | None
    boxes: tuple[pikepdf.Object, ...]


class _Walk:
    """Goes through the fields of a document once each, however its tree is bent."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, int]] = set()
        self._count = 0

    def fields(self, document: pikepdf.Pdf) -> Iterator[tuple[str, _Field]]:
        """Fields by name: those of the form, then those that only a page still shows."""
        form = _dictionary(document.Root.get("/AcroForm"))
        for root in _dictionaries(form.get("/Fields")):
            yield from self._below(root, "", _Field("", 0, None, ()), 0)
        for page in document.pages:
            for note in _dictionaries(page.obj.get("/Annots")):
                if note.get("/Subtype") == "/Widget":
                    yield from self._below(_top(note), "", _Field("", 0, None, ()), 0)

    def _below(
        self, node: pikepdf.Object, prefix: str, above: _Field, depth: int
    ) -> Iterator[tuple[str, _Field]]:
        if depth > _DEEPEST_FIELD or self._was_here(node):
            return
        partial = _text(node.get("/T")).text
        full = f"{prefix}.{partial}" if prefix and partial else prefix or partial
        kids = _dictionaries(node.get("/Kids"))
        named = [kid for kid in kids if "/T" in kid]
        boxes = (node, *(kid for kid in kids if "/T" not in kid))
        one = _Field(
            kind=str(node.get("/FT", above.kind)),
            flags=int(node.get("/Ff", above.flags)),
            value=next((box["/V"] for box in boxes if "/V" in box), above.value),
            boxes=boxes,
        )
        for box in boxes[1:]:
            self._was_here(box)
        if not named and full:
            yield full, one
        for kid in named:
            yield from self._below(kid, full, one, depth + 1)

    def _was_here(self, node: pikepdf.Object) -> bool:
        self._count += 1
        if self._count > _MOST_FIELDS:
            raise UnreadableDocument(_HOSTILE, code="too_much")
        if not node.is_indirect:
            return False
        was_here = node.objgen in self._seen
        self._seen.add(node.objgen)
        return was_here


def _top(note: pikepdf.Object) -> pikepdf.Object:
    """The field that a box on a page belongs to, at the top of its tree."""
    for _ in range(_DEEPEST_FIELD):
        parent = note.get("/Parent")
        if not isinstance(parent, pikepdf.Dictionary):
            break
        note = parent
    return note


def _dictionary(value: object) -> pikepdf.Object:
    return value if isinstance(value, pikepdf.Dictionary) else pikepdf.Dictionary()


def _dictionaries(value: object) -> list[pikepdf.Object]:
    if not isinstance(value, pikepdf.Array):
        return []
    if len(value) > _MOST_FIELDS:
        raise UnreadableDocument(_HOSTILE, code="too_much")
    return [one for one in value if isinstance(one, pikepdf.Dictionary)]


# --- values ---------------------------------------------------------------------------------------


def _note(filled: FilledPdf, field_name: str, one: _Field) -> None:
    if one.kind != "/Btn":
        typed = _text(one.value)
        if typed.text.strip():
            filled.values[field_name] = typed.text
            _remark(filled.remarks, field_name, typed.remarks)
        return
    state, is_agreed = _state(one)
    field_id, separator, choice = field_name.partition(CHOICES_SEPARATOR)
    if not is_agreed:
        _remark(filled.remarks, field_id, frozenset({Remark.BOXES_DISAGREE}))
    if not state:
        return
    if separator:
        ticked = filled.values.setdefault(field_id, [])
        if isinstance(ticked, list) and choice not in ticked:
            ticked.append(choice)
    elif one.flags & RADIO:
        filled.values[field_id] = state
    else:
        filled.values[field_id] = True


def _remark(remarks: dict[str, frozenset[Remark]], field_id: str, found: frozenset[Remark]) -> None:
    if found:
        remarks[field_id] = remarks.get(field_id, frozenset()) | found


def _state(button: _Field) -> tuple[str, bool]:
    """Name of the ticked state, or nothing; and whether the boxes show what the value says.

    The value counts.  A viewer that set only the boxes' own state is believed when there is no value.
    """
    value = _text(button.value).text
    shown = [_text(box["/AS"]).text for box in button.boxes if "/AS" in box]
    ticked = dict.fromkeys(state for state in shown if state and state != _OFF)
    if value and value != _OFF:
        return value, not shown or list(ticked) == [value]
    return next(iter(ticked), ""), len(ticked) < 2 and not (ticked and value)


def _text(value: object) -> TypedText:
    if isinstance(value, pikepdf.String):
        return typed_text(_bounded(bytes(value)))
    if isinstance(value, pikepdf.Name):
        return TypedText(str(value).removeprefix("/"))
    if isinstance(value, pikepdf.Stream):
        return typed_text(_bounded(_unpacked(value)))
    return TypedText("")


def _unpacked(held: pikepdf.Stream) -> bytes:
    """A stream's bytes; one packed several times over could be a trap for the memory."""
    raw = _bounded(held.read_raw_bytes())
    filters = held.get("/Filter")
    if isinstance(filters, pikepdf.Array) and len(filters) == 1:
        filters = filters[0]
    if filters is None or (isinstance(filters, pikepdf.Array) and not len(filters)):
        return raw
    if filters != "/FlateDecode":
        raise UnreadableDocument(_HOSTILE, code="too_much")
    return zlib.decompressobj().decompress(raw, _LONGEST_TEXT_BYTES + 1)


def _bounded(stored: bytes) -> bytes:
    if len(stored) > _LONGEST_TEXT_BYTES:
        raise UnreadableDocument(_HOSTILE, code="too_much")
    return stored


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
    ar="هذا الملف ليس إحدى استماراتنا، أو هو نسخة مطبوعة منها بصيغة PDF لم تبق فيها خانات. "
    "أرسلوا الملف الذي حفظتموه بعد ملئه لا نسخة مطبوعة منه، أو أرسلوا صفحاته كصفحات ممسوحة ضوئيا.",
    fr="Ce PDF n'est pas l'un de nos formulaires, ou c'en est une copie « imprimée en PDF », sans champs. "
    "Envoyez le fichier enregistré après l'avoir rempli, et non une impression, "
    "ou envoyez-le comme pages numérisées.",
)
_FLAT = LocalizedText(
    ar="هذه نسخة للطبع ليس فيها خانات تُملأ على الشاشة، فلا قيم فيها تُقرأ. أرسلوها كصفحات ممسوحة ضوئيا.",
    fr="Cette copie à imprimer n'a pas de champs à remplir : il n'y a pas de valeurs à y lire. "
    "Envoyez-la comme pages numérisées.",
)
_DYNAMIC = LocalizedText(
    ar="حُوّل هذا الملف إلى استمارة ديناميكية (XFA) لا نقرأ قيمها. "
    "حمّلوا الاستمارة من جديد من هذه الخدمة واملؤوها في متصفحكم.",
    fr="Ce fichier a été converti en formulaire dynamique (XFA), dont les valeurs ne sont pas lues. "
    "Téléchargez à nouveau le formulaire auprès de ce service et remplissez-le dans votre navigateur.",
)
_HOSTILE = LocalizedText(
    ar="في هذا الملف من الخانات أو النصوص ما لا تحتويه أي استمارة من استماراتنا، فلم نقرأ منه شيئا. "
    "حمّلوا الاستمارة من جديد واملؤوها.",
    fr="Ce fichier contient plus de champs ou de texte qu'aucun de nos formulaires : rien n'en a été lu. "
    "Téléchargez à nouveau le formulaire et remplissez-le.",
)
