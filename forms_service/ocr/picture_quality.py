"""Tells within a fraction of a second whether a picture of a page can be read at all, and what to do.

One judgement for pages of the forms and for attachments.  It looks at the picture only, never at what
stands on it.  Every flaw comes from figures that can be looked at (``Figures``), and each limit stands
here once; ``tests/benchmarks/bench_quality.py`` prints how often each flaw is found and falsely told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.localized_text import LocalizedText
from forms_service.ocr.picture_figures import Figures, measure

MIN_LONG_SIDE_PX = 560
"""Below this not even the large print of a card can be made out."""

BLANK_INK_SHARE = 0.0006
DARK_PAPER_LEVEL = 80
"""Gray level of the lit paper; a recogniser reads darker photos, but a sensor's noise grows."""

PALE_CONTRAST = 22
"""Half of the words are still read at 25 gray levels between paper and print, none at 17."""

MIN_LETTER_PX = 7.5
MIN_FORM_DPI = 100.0
"""At 100 dpi the small print of a form is read as well as at 150; at 85 less, at 70 only half of it."""

BLURRED_EDGE_SHARE = 0.255
"""Blur of edges by the height of letters: up to 0.24 words are read as well as on a sharp page, from
0.35 half of them are lost."""

GLARE_SHARE = 0.008
CUT_LETTERS = 4
"""On a whole page none or one touches the edge of the picture."""

FEWEST_LETTERS = 12
"""A light patch that runs out of the picture and bears fewer is a sky or a wall rather than a sheet."""


class Flaw(StrEnum):
    """What is wrong with a picture of a page."""

    BLANK = "blank"
    BLURRED = "blurred"
    DARK = "dark"
    PALE = "pale"
    GLARE = "glare"
    CUT_OFF = "cut_off"
    NO_SHEET = "no_sheet"
    TOO_SMALL = "too_small"
    SEVERAL_PAGES = "several_pages"


_WHAT_TO_DO: Mapping[Flaw, LocalizedText] = {
    Flaw.BLANK: LocalizedText(
        ar="الصورة بيضاء لا كتابة فيها: تحققوا من وجه الورقة، ثم أعيدوا التصوير أو المسح.",
        fr="L'image est blanche, sans écriture : vérifiez la face de la feuille, puis reprenez la photo.",
    ),
    Flaw.BLURRED: LocalizedText(
        ar="الصورة غير واضحة: ثبتوا الهاتف، وانتظروا حتى تتضح الكتابة على الشاشة، وأعيدوا التصوير في ضوء جيد.",
        fr="L'image est floue : tenez le téléphone sans bouger, attendez que l'écriture soit nette à l'écran "
        "et reprenez la photo en bonne lumière.",
    ),
    Flaw.DARK: LocalizedText(
        ar="الصورة مظلمة: ضعوا الورقة قرب نافذة أو مصباح، دون ظل عليها، وأعيدوا التصوير.",
        fr="L'image est trop sombre : posez la feuille près d'une fenêtre ou d'une lampe, sans ombre dessus, "
        "et reprenez la photo.",
    ),
    Flaw.PALE: LocalizedText(
        ar="الكتابة باهتة جدا في الصورة: صوروا الورقة الأصلية في ضوء جيد، أو امسحوها بلون أغمق.",
        fr="L'écriture est trop pâle sur l'image : photographiez l'original en bonne lumière "
        "ou numérisez-le en plus foncé.",
    ),
    Flaw.GLARE: LocalizedText(
        ar="انعكاس الضوء يخفي جزءا من الكتابة: أوقفوا الفلاش، وغيروا مكان الورقة أو ميل الهاتف، وأعيدوا التصوير.",
        fr="Un reflet cache une partie de l'écriture : coupez le flash, déplacez la feuille ou inclinez "
        "le téléphone, et reprenez la photo.",
    ),
    Flaw.CUT_OFF: LocalizedText(
        ar="لا تظهر الورقة كاملة في الصورة: أبعدوا الهاتف قليلا حتى تظهر جوانبها الأربعة، وأعيدوا التصوير.",
        fr="La feuille n'est pas entière sur l'image : éloignez un peu le téléphone pour voir ses quatre bords, "
        "et reprenez la photo.",
    ),
    Flaw.NO_SHEET: LocalizedText(
        ar="لا نرى ورقة مكتوبة في الصورة: ضعوا الورقة على طاولة، وصوروها من فوق حتى تظهر جوانبها الأربعة.",
        fr="Nous ne voyons pas de feuille écrite sur l'image : posez la feuille sur une table et photographiez-la "
        "d'en haut, ses quatre bords visibles.",
    ),
    Flaw.TOO_SMALL: LocalizedText(
        ar="الكتابة صغيرة جدا في الصورة: قربوا الهاتف حتى تملأ الورقة الصورة، أو امسحوها بدقة 300 نقطة في البوصة.",
        fr="L'écriture est trop petite sur l'image : approchez le téléphone pour que la feuille la remplisse, "
        "ou numérisez à 300 points par pouce.",
    ),
    Flaw.SEVERAL_PAGES: LocalizedText(
        ar="في الصورة أكثر من ورقة: صوروا كل ورقة وحدها.",
        fr="L'image montre plusieurs feuilles : photographiez chaque feuille séparément.",
    ),
}

_OF_PAGE = LocalizedText(ar="الصفحة {page} – {told}", fr="Page {page} – {told}")


def what_to_do(flaw: Flaw, page: int | None = None) -> LocalizedText:
    """The sentence that tells a flaw and its remedy; ``page`` says which page of several it is on."""
    told = _WHAT_TO_DO[flaw]
    return _OF_PAGE.fill(page=page, told=told) if page is not None else told


@dataclass(frozen=True, slots=True)
class PictureQuality:
    """What is wrong with a picture, gravest first, and the figures that say so."""

    flaws: tuple[Flaw, ...]
    figures: Figures

    @property
    def is_hopeless(self) -> bool:
        """Whether there is nothing to read at all."""
        return Flaw.BLANK in self.flaws or self.figures.long_side_px < MIN_LONG_SIDE_PX


def judge_picture(pixels: np.ndarray) -> PictureQuality:
    """Tell what will spoil the reading of a gray picture; a good one has no flaw."""
    long_side = max(pixels.shape)
    figures = measure(pixels) if long_side >= MIN_LONG_SIDE_PX else Figures(long_side)
    return PictureQuality(tuple(_flaws(figures)), figures)


def _flaws(seen: Figures) -> Iterator[Flaw]:
    if seen.long_side_px < MIN_LONG_SIDE_PX:
        yield Flaw.TOO_SMALL
        return
    if seen.paper_level < DARK_PAPER_LEVEL:
        yield Flaw.DARK
    if seen.ink_share < BLANK_INK_SHARE:
        if seen.paper_level >= DARK_PAPER_LEVEL:
            yield Flaw.BLANK
        return
    if seen.dpi_by_marks < MIN_FORM_DPI if seen.dpi_by_marks else 0 < seen.letter_px < MIN_LETTER_PX:
        yield Flaw.TOO_SMALL
    elif seen.edge_share > BLURRED_EDGE_SHARE:
        yield Flaw.BLURRED
    elif seen.contrast < PALE_CONTRAST and seen.paper_level >= DARK_PAPER_LEVEL:
        yield Flaw.PALE
    if seen.glare_share > GLARE_SHARE:
        yield Flaw.GLARE
    if seen.marks_outside or seen.sheet_cut or seen.cut_letters >= CUT_LETTERS:
        yield Flaw.CUT_OFF if seen.marks or seen.letters >= FEWEST_LETTERS else Flaw.NO_SHEET
    if seen.sheets > 1:
        yield Flaw.SEVERAL_PAGES
