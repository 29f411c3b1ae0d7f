"""Reads a page's Arabic with the recogniser of lines, and tells what on the page is Arabic at all.

A reader of whole pages breaks Arabic words apart, loses letters in many fonts and takes seconds.  Lines
are found by their ink instead and read one by one; a line under a stamp is read once more without its
paler ink, and the surer reading stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import cv2
import numpy as np

from core.dates_in_text import fold_letters
from core.localized_text import is_arabic_letter
from forms_service.ocr.arabic_lines import FOREIGN, ArabicWord, read_words
from forms_service.ocr.attachments.office_words import is_office_word, mended
from forms_service.ocr.attachments.written_lines import PAPER, WrittenLine
from forms_service.ocr.engine import text_engine
from forms_service.ocr.page_text import PageText, PageWord

MOSTLY_ARABIC = 0.5
SURE_ENOUGH = 0.9
"""A line whose words are this sure on average is not looked at again."""

MIN_ARABIC_CONFIDENCE = 0.3
"""Marks that look like Arabic with less confidence are left to the reader of Latin as well."""

SURELY_ARABIC, ALL_ARABIC = 0.6, 0.9

MIN_DIGITS_CONFIDENCE = 0.4
AGREED, HARDLY = 0.95, 0.5
TESSERACT_HEIGHT_PX = 60

STAMP_SHARE = 0.45
_COLON = re.compile(r"^[٠.]$|(?<=[^\W\d])٠$|^٠(?=[0-9])")
"""A colon looks like the Arabic-Indic zero, which never stands alone, behind a letter or before 0-9."""

_NEVER_ALONE = frozenset("رزدذاأإآ")


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of the page with its words from right to left."""

    line: WrittenLine
    words: tuple[ArabicWord, ...]

    @property
    def confidence(self) -> float:
        """The words' mean confidence, longer words counting more."""
        weights = [len(word.text) for word in self.words]
        return (
            float(np.average([word.confidence for word in self.words], weights=weights)) if weights else 0.0
        )

    @property
    def share_of_arabic(self) -> float:
        """How much of what was read is Arabic letters (or digits beside them)."""
        text = "".join(word.text for word in self.words)
        letters = [one for one in text if one == FOREIGN or one.isalpha()]
        return sum(map(is_arabic_letter, letters)) / len(letters) if letters else 0.0

    @property
    def is_arabic(self) -> bool:
        """Whether the line is Arabic beyond much doubt."""
        enough = sum(map(is_arabic_letter, "".join(word.text for word in self.words))) >= 2
        return enough and self.share_of_arabic >= MOSTLY_ARABIC and self.confidence >= MIN_ARABIC_CONFIDENCE

    @property
    def is_digits(self) -> bool:
        """Whether the line is a number, which either script's reader may be asked for."""
        text = "".join(word.text for word in self.words)
        return bool(text) and sum(map(str.isdigit, text)) >= 0.6 * len(text)


def read_lines(lines: Sequence[WrittenLine]) -> list[ReadLine]:
    """Read every line; which of them are Arabic is for the caller to ask."""
    return [_read(line) for line in lines]


def as_page_text(lines: Sequence[ReadLine]) -> PageText:
    """The Arabic lines and the numbers as words with places; letters of other scripts are left out."""
    words: list[PageWord] = []
    for number, read in enumerate(lines):
        if read.is_arabic or read.is_digits:
            words += _placed(read, (number, 0, 0))
    return PageText(tuple(words))


def is_surely_arabic(read: ReadLine) -> bool:
    """Whether nobody need look for Latin on a line."""
    return read.is_arabic and read.confidence >= SURELY_ARABIC and read.share_of_arabic >= ALL_ARABIC


def without_arabic(pixels: np.ndarray, lines: Sequence[ReadLine]) -> np.ndarray:
    """The page with its sure Arabic painted over: a reader of Latin takes it for words."""
    painted = pixels.copy()
    for read in lines:
        if is_surely_arabic(read):
            line = read.line
            margin = max(2, line.height // 10)
            top, left = max(0, line.top - margin), max(0, line.left - margin)
            painted[top : line.top + line.height + margin, left : line.left + line.width + margin] = PAPER
    return painted


def _read(line: WrittenLine) -> ReadLine:
    best = ReadLine(line, _without_loose_letters(read_words(line.picture)))
    if best.confidence >= SURE_ENOUGH or best.share_of_arabic < 0.3:
        return _mended(best)
    for look in (without_pale_ink, _softened):
        again = ReadLine(line, _without_loose_letters(read_words(look(line.picture))))
        if again.confidence > best.confidence + 0.03:
            best = again
    best = _mended(best)
    return _confirmed(best) if best.share_of_arabic >= MOSTLY_ARABIC else best


def _mended(read: ReadLine) -> ReadLine:
    words: list[ArabicWord] = []
    for word in read.words:
        text = _COLON.sub(":", word.text)
        text = text.lstrip(":") or text
        word = ArabicWord(*mended(text, word.confidence), word.left, word.right)
        last = words[-1] if words else None
        if last and is_office_word(last.text + word.text) and not is_office_word(word.text):
            both = min(last.left, word.left), max(last.right, word.right)
            words[-1] = ArabicWord(last.text + word.text, min(last.confidence, word.confidence), *both)
        else:
            words.append(word)
    return ReadLine(read.line, tuple(words))


def _confirmed(read: ReadLine) -> ReadLine:
    """The line with Tesseract's word where it read the same, or where ours is no word and its is one."""
    if not any(word.confidence < SURE_ENOUGH and len(word.text) > 1 for word in read.words):
        return read
    seen = text_engine().read(_for_tesseract(read.line.picture), "ara").text.split()
    own = [fold_letters(word.text).strip("،.:") for word in read.words]
    other = [fold_letters(word).strip("،.:") for word in seen]
    words = list(read.words)
    for kind, start, end, from_, to in SequenceMatcher(None, own, other, autojunk=False).get_opcodes():
        if kind == "equal":
            for at in range(start, end):
                words[at] = replace(words[at], confidence=max(words[at].confidence, AGREED))
        elif kind == "replace" and end - start == to - from_:
            for at, text in zip(range(start, end), seen[from_:to], strict=True):
                words[at] = _likelier(words[at], text)
        elif kind == "replace" and to - from_ == 1 and "".join(own[start:end]) == other[from_]:
            both = words[start:end]
            words[start] = ArabicWord(
                seen[from_], AGREED, min(one.left for one in both), max(one.right for one in both)
            )
            words[start + 1 : end] = [replace(one, text="") for one in words[start + 1 : end]]
    return ReadLine(read.line, tuple(word for word in words if word.text))


def _likelier(own: ArabicWord, seen: str) -> ArabicWord:
    """Tesseract's word where ours is hardly believed and its is one that offices write."""
    meant, worth = mended(seen, 0.0)
    if own.confidence < HARDLY and worth > 0.0:
        return replace(own, text=meant, confidence=worth)
    return own


def _for_tesseract(picture: np.ndarray) -> np.ndarray:
    """The line at the height and softness that Tesseract reads Arabic best at, with air around it."""
    scale = TESSERACT_HEIGHT_PX / picture.shape[0]
    sized = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(sized, (0, 0), 1.0)
    return cv2.copyMakeBorder(soft, 14, 14, 20, 20, cv2.BORDER_CONSTANT, value=PAPER)


def _softened(picture: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(picture, (0, 0), 0.9)


def without_pale_ink(picture: np.ndarray) -> np.ndarray:
    """The line without ink clearly paler than its own print: stamps, backgrounds, the print of the back."""
    dark = picture[picture < 190]
    if not dark.size:
        return picture
    black = float(np.percentile(dark, 15))
    paper = float(np.percentile(picture, 90))
    edge = black + STAMP_SHARE * (paper - black)
    lifted = (picture.astype(np.float32) - black) * ((paper - black) / max(edge - black, 1.0)) + black
    return cv2.GaussianBlur(np.clip(lifted, 0, paper).astype(np.uint8), (0, 0), 0.6)


def _without_loose_letters(words: Sequence[ArabicWord]) -> tuple[ArabicWord, ...]:
    """The words, each letter that cannot stand alone («ر شيد») put back before its word."""
    joined: list[ArabicWord] = []
    for word in words:
        last = joined[-1] if joined else None
        if last and last.text in _NEVER_ALONE and is_arabic_letter(word.text[0]):
            both = min(last.left, word.left), max(last.right, word.right)
            joined[-1] = ArabicWord(last.text + word.text, last.confidence * word.confidence, *both)
        else:
            joined.append(word)
    return tuple(joined)


def _shown(word: ArabicWord) -> str:
    """The word as readers of facts see it; a doubtful digit is worse than none."""
    text = word.text.replace(FOREIGN, "?")
    return text if word.confidence >= MIN_DIGITS_CONFIDENCE else re.sub(r"\d", "?", text)


def _placed(read: ReadLine, number: tuple[int, int, int]) -> list[PageWord]:
    line = read.line
    half = 0.5 * line.width / max(1, sum(len(word.text) + 1 for word in read.words))
    words = []
    for word in read.words:
        left = line.left + word.left * line.width - half
        right = line.left + word.right * line.width + half
        words.append(
            PageWord(
                _shown(word),
                word.confidence,
                number,
                round(left),
                line.top,
                max(1, round(right - left)),
                line.height,
            )
        )
    return words
