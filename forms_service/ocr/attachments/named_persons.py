"""Persons named in running text: the words behind «Monsieur», «l'élève» or «السيد», over the end of a line.

A name ends at a comma, at a word that cannot be one, or where it has matched the same person's name in
the other script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from core.dates_in_text import fold_letters
from core.localized_text import is_arabic_letter
from forms_service.ocr.attachments.facts import Found
from forms_service.ocr.attachments.writing import Piece
from forms_service.ocr.name_scripts import is_same_name
from forms_service.ocr.page_text import PageWord

Rows = Sequence[Sequence[Piece]]

MOST_WORDS, MOST_WORDS_AR = 5, 5
MOST_SURE = 0.88
"""No name in a sentence is sure: nothing proves where it ends, nor its letters."""

UNBOUNDED = 0.8
"""What is left of the confidence when nothing but its length ended a name."""

COLUMN_END, NEXT_PARAGRAPH = "|", 2.6
"""Stands where nothing runs on; rows further apart than this, in heights, are two paragraphs."""

_MARKS = "،,:؛.;«»()"
_HONORIFICS = frozenset(
    {
        "m",
        "mr",
        "mme",
        "mlle",
        "melle",
        "monsieur",
        "madame",
        "mademoiselle",
        "eleve",
        "que",
        "de",
        "l'enfant",
    }
)
NO_NAMES = frozenset(
    {"ne", "nee", "ne(e)", "cin", "cnie", "cni", "rib", "date", "fait", "le", "la", "de", "du", "et"}
)
"""Words that follow a name and are none, however they are written."""

_TITLES_AR = frozenset(
    map(
        fold_letters,
        ("السيد", "السيدة", "الآنسة", "المسمى", "المسماة", "القاصر", "القاصرة", "الطفل", "الطفلة", "المكفول", "الزوج",
         "الزوجة", "زوجها", "زوجته", "المسمى(ة)", "الكافل"),
    )
)  # fmt: skip
_ENDS_AR = tuple(
    map(
        fold_letters,
        ("المزداد", "المزدادة", "المولود", "المولودة", "مزداد", "مزدادة", "ازداد", "ولد", "ولدت", "الحامل", "الحاملة",
         "بطاقته", "بطاقتها", "المغربي", "المغربية", "الساكن", "الساكنة", "تاريخ", "بتاريخ", "بعد", "رقم", "من", "في",
         "إلى", "أن", "أنه", "هو", "هي", "قد", "عن", "ب", "يوم", "سنة", "لدى", "لوالده", "لوالدتها", "وصيا",
         "وصية", "مقدما", "الموقع", "يتابع", "تتابع", "يعمل", "تعمل", "يشتغل", "تشتغل", "مسجل", "مسجلة", "توفي",
         "توفيت", "هجر", "طلق", "وزوجته", "والسيدة", "والسيد", "والزوجة", "وأولاده", "الجنسية", "السنة", "الموسم",
         "حرر", "حررت", "سلم", "سلمت", "صدر", "القاضي", "للقاضي", "العدلان", "المحكمة", "بصداق", "رقمها",
         "الأب", "الأم", "كتابة", "نفسه", "نفسها", "وأنه", "وأنها", "وبين", "وشركة", "ابنها", "ابنه", "والده", "والدته",
         "رجعية", "اتفاقي", "غادر", "يسكن", "تسكن", "الحالة", "بنسبة", "بتربيته", "وتعهد", "لا", "به",
         "أصيب", "مصاب", "قسم", "بموجب", "حسب", "الذي", "التي", "صرح", "صرحت", "مهنته", "عنوانه",
         "بمدينة", "بجماعة", "بدوار", "بإقليم", "مقدمة", "طلقة", "نكاحه", "نكاحها", "شهد", "شهدوا", "ومن",
         "بأن", "بأنه", "بأنها", "يكون", "تكون", "بأبيه", "بأبيها", "بنته", "ابنته", "أدرج", "أدرجت", "سجل", "سجلت",
         "خوطب", "المقر", "ضمن", "ضمنت", "حضانة", "بتحديد", "وبه", "وبعد", "شرعا"),
    )
)  # fmt: skip


_OPENS_COMPOUND = frozenset(
    map(fold_letters, ("عبد", "آيت", "أيت", "بن", "ابن", "أبو", "بو", "ولد", "مولاي", "لالة", "سيدي", "أم"))
)
_CLOSES_COMPOUND = frozenset(map(fold_letters, ("الدين", "الزهراء", "الله", "الإله")))
_NO_VERBS = frozenset(
    map(
        fold_letters,
        (
            "وليد",
            "واحمان",
            "وادي",
            "والي",
            "وهبي",
            "وزاني",
            "ودغيري",
            "ورياغلي",
            "وئام",
            "وفاء",
            "ليلى",
            "ليث",
        ),
    )
)
"""Names that begin as «and …» or as a verb do."""


def latin_after(rows: Rows, cues: Sequence[str]) -> Found | None:
    """The Latin name behind the first of the cues that one follows; the most telling cue first."""
    return _first(_running(rows), cues, _latin_name)


def arabic_after(rows: Rows, cues: Sequence[str], latin: str | None = None, skip: int = 0) -> Found | None:
    """The Arabic name behind the first of the cues that one follows.

    Args:
        latin: The same person's name in Latin letters, where the page says it: it tells where the
            Arabic one ends.
        skip: So many names are passed over: for the second person that one cue introduces.
    """
    return _first(_running(rows), cues, lambda rest: _arabic_name(rest, latin), skip)


def _running(rows: Rows) -> list[PageWord]:
    """The words in reading order; a mark stands where a column or a paragraph ends."""
    words: list[PageWord] = []
    above: Sequence[Piece] = ()
    for row in rows:
        if above and min(one.top for one in row) - above[0].top > NEXT_PARAGRAPH * above[0].height:
            words.append(replace(words[-1], text=COLUMN_END))
        for at, piece in enumerate(row):
            words += piece.words
            if at + 1 < len(row):
                words.append(replace(piece.words[-1], text=COLUMN_END))
        above = row
    return words


def _first(
    words: Sequence[PageWord],
    cues: Sequence[str],
    name_of: Callable[[Sequence[PageWord]], Found | None],
    skip: int = 0,
) -> Found | None:
    folded = [fold_letters(word.text).strip(_MARKS) for word in words]
    for cue in cues:
        for after in _places(folded, fold_letters(cue).split()):
            found = name_of(words[after : after + 9])
            if found is not None:
                if not skip:
                    return found
                skip -= 1
    return None


def _places(folded: Sequence[str], cue: Sequence[str]) -> Iterator[int]:
    """Where the words behind a cue begin; short words must stand exactly: one letter tells him from her.

    ``السيد|السيدة`` is a cue of either word: whoever stands first in the text is meant.
    """
    size = len(cue)
    either = [wanted.split("|") for wanted in cue]
    for at in range(len(folded) - size + 1):
        seen = folded[at : at + size]
        if all(any(_is_word(one, word) for word in words) for one, words in zip(seen, either, strict=True)):
            yield at + size


def _is_word(seen: str, wanted: str) -> bool:
    """Whether a word is a cue, be «and», «with» or «to» written onto it."""
    if wanted.startswith("ال") and seen in (f"و{wanted}", f"ب{wanted}", f"لل{wanted[2:]}"):
        return True
    if len(wanted) < 7 or seen == f"{wanted}s":  # «nous soussignés» is an office, «je soussigné» a person
        return seen == wanted
    return fuzz.ratio(seen, wanted) >= 86


def _latin_name(rest: Sequence[PageWord]) -> Found | None:
    kept: list[PageWord] = []
    ended = False
    for word in rest:
        text = word.text.strip(_MARKS)
        if not kept and text in ("", COLUMN_END):
            continue
        if not kept and fold_letters(word.text).strip(_MARKS) in _HONORIFICS:
            continue
        if not text or not text[0].isupper() or not all(c.isalpha() or c in "'’-." for c in text):
            ended = True
            break
        if kept and fold_letters(text) in NO_NAMES:
            ended = True
            break
        kept.append(word)
        if word.text[-1] in ",;.:" and len(text) > 1:
            ended = True
            break
    if not 2 <= len(kept) <= MOST_WORDS:
        return None
    worth = min(word.confidence for word in kept) * (1.0 if ended else UNBOUNDED)
    return Found(" ".join(word.text.strip(_MARKS) for word in kept), min(MOST_SURE, worth))


def _arabic_name(rest: Sequence[PageWord], latin: str | None) -> Found | None:
    kept: list[tuple[str, float]] = []
    ended = False
    for word, following in zip(rest, (*rest[1:], None), strict=True):
        text = word.text.strip(_MARKS)
        if not kept and (text in ("", COLUMN_END) or fold_letters(text) in _TITLES_AR):
            continue
        if kept and (word.text[-1] == ":" or (following is not None and following.text == ":")):
            ended = True  # the next line's label
            break
        if not kept:
            text = _without_glued_title(text)
        if not text or not all(map(is_arabic_letter, text)) or _ends_name(text, len(kept)):
            ended = True
            break
        kept.append((text, word.confidence))
        if word.text[-1] in _MARKS or len(kept) == MOST_WORDS_AR:
            ended = word.text[-1] in _MARKS
            break
    if len(kept) < 2:
        return None
    if latin:
        for size in sorted(range(2, len(kept) + 1), key=lambda one: abs(one - latin.count(" ") - 1)):
            if is_same_name(latin, " ".join(text for text, _ in kept[:size])):
                return _found(kept[:size], 1.0)
    if not ended:
        kept = kept[: _usual_length([fold_letters(text) for text, _ in kept])]
    return _found(kept, 0.95 if ended else UNBOUNDED)


def _without_glued_title(text: str) -> str:
    """«القاصرفاطمة» is a title and a name between which no blank was seen."""
    folded = fold_letters(text)
    glued = [title for title in _TITLES_AR if len(title) >= 6 and folded.startswith(title)]
    longest = max(map(len, glued), default=0)
    return text[longest:] if len(text) == len(folded) and len(text) - longest >= 4 else text


def _usual_length(words: Sequence[str]) -> int:
    """How many words a first and a last name take up, compound ones («عبد القادر», «آيت علي») counted whole."""
    at = 0
    for _ in ("first", "last"):
        if at < len(words) and words[at] in _OPENS_COMPOUND:
            at += 1
        at += 1
        if at < len(words) and words[at] in _CLOSES_COMPOUND:
            at += 1
    return min(at, len(words))


def _found(kept: Sequence[tuple[str, float]], share: float) -> Found:
    worth = min(confidence for _, confidence in kept) * share
    return Found(" ".join(text for text, _ in kept), min(MOST_SURE, worth))


def _ends_name(text: str, kept: int) -> bool:
    folded = fold_letters(text)
    if kept and folded in _TITLES_AR:  # the next person's
        return True
    if kept >= 2 and folded in ("ابن", "بنت"):
        return True
    if kept and (folded[:3] in ("وال", "بال") or folded[:2] == "لل") and len(folded) > 4:
        return True
    if kept >= 2 and text == "على":  # folded it is the name Ali
        return True
    if kept >= 2 and (folded[0] == "و" or folded[:2] in ("لي", "لت")) and folded not in _NO_VERBS:
        return True
    return any(
        folded == end or (len(end) >= 5 and fuzz.ratio(folded, end) >= 85) or folded == f"و{end}"
        for end in _ENDS_AR
    )
