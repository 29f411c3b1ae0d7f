"""Brings the forms' layouts to the reader: ``ocr`` knows places, ``render`` computes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from core.correction_slip import asked_by, is_slip
from core.errors import UnknownForm
from core.form_spec import FormSpec
from core.placement import FormLayout
from forms_service.spec_catalogue import SpecCatalogue

if TYPE_CHECKING:
    from forms_service.ocr.feature_matching import FeatureLookup, PageFeatures
    from forms_service.ocr.printed_words import PrintedWords, PrintLookup

FormLookup = Callable[[str, int, str], tuple[FormSpec, FormLayout] | None]


def form_lookup(catalogue: SpecCatalogue) -> FormLookup:
    """A function from (form id, version, variant) to its spec and layout.

    It gives None for a form that nobody published and for a variant that nobody prints.  A correction
    slip comes with a spec of its own, made of what it asks.
    """

    @lru_cache(maxsize=64)
    def find(form_id: str, version: int, variant: str) -> tuple[FormSpec, FormLayout] | None:
        from forms_service.render.layout import VARIANTS, lay_out

        try:
            spec = catalogue.get(form_id, version)
        except UnknownForm:
            return None
        if is_slip(variant):
            return _slip(spec, variant)
        if variant not in VARIANTS:
            return None
        return spec, lay_out(spec, variant).layout

    return find


def printed_words(catalogue: SpecCatalogue) -> PrintLookup:
    """A function from a page's identity to the words printed on it, None where that is not known.

    Slips and prints that nobody makes any more have none; each blank is drawn once.
    """
    forms = form_lookup(catalogue)

    @lru_cache(maxsize=64)
    def find(form_id: str, version: int, variant: str, page: int) -> PrintedWords | None:
        from forms_service.ocr.page_images import draw_own_page
        from forms_service.ocr.printed_words import DPI, PrintedWords
        from forms_service.render.form_pdf import render_blank

        known = forms(form_id, version, variant)
        if known is None or is_slip(variant) or page > known[1].pages:
            return None
        spec, layout = known
        picture = draw_own_page(render_blank(spec, variant=variant), page, DPI)
        return PrintedWords.on(picture, layout.on_page(page))

    return lambda identity: find(identity.form_id, identity.version, identity.variant, identity.page)


def page_features(catalogue: SpecCatalogue) -> FeatureLookup:
    """A function from a page's identity to the points by which its print is found again.

    Each blank is drawn once, and only when a page without any mark is met.
    """
    forms = form_lookup(catalogue)

    @lru_cache(maxsize=256)
    def find(form_id: str, version: int, variant: str, page: int) -> PageFeatures | None:
        from forms_service.ocr.feature_matching import FEATURE_DPI, PageFeatures
        from forms_service.ocr.page_images import draw_own_page

        known = forms(form_id, version, variant)
        if known is None or is_slip(variant) or page > known[1].pages:
            return None
        return PageFeatures.on(draw_own_page(blank(form_id, version, variant), page, FEATURE_DPI))

    @lru_cache(maxsize=4)
    def blank(form_id: str, version: int, variant: str) -> bytes:
        from forms_service.render.form_pdf import render_blank

        return render_blank(catalogue.get(form_id, version), variant=variant)

    return lambda identity: find(identity.form_id, identity.version, identity.variant, identity.page)


def printed_papers(catalogue: SpecCatalogue) -> tuple[tuple[str, int, str], ...]:
    """Every form, version and variant that a page whose code cannot be read may be of.

    Slips are not among them: without its code, nobody knows what a slip asked.  Nor are forms made of
    shared blocks: their pages look so alike that one would be taken for another (decision 0043).
    """
    from forms_service.render.layout import VARIANTS

    return tuple((*known, variant) for known in catalogue.of_their_own for variant in VARIANTS)


def _slip(spec: FormSpec, code: str) -> tuple[FormSpec, FormLayout] | None:
    from forms_service.render.correction_slip import lay_out_slip

    asked = asked_by(spec, code)
    if asked is None:
        return None
    slip = lay_out_slip(spec, asked)
    return slip.spec, slip.layout
