"""What the reading process does with one upload: tell what it is, read it, describe it as JSON.

Runs only in the child process; everything heavy is imported here.  In order of certainty:

1. a PDF of ours that was filled in on a computer: its values are data;
2. pages that carry our page identity: read field by field; papers among them are filed for themselves;
3. anything else is an attachment: recognised by its words, its facts read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2

from core.correction_slip import is_slip
from core.errors import InvalidValue, UnreadableDocument
from core.extraction import Extraction, Verdict
from core.field_kinds import kind_of
from core.form_spec import FieldSpec, FormSpec
from core.localized_text import LocalizedText, listed
from core.placement import PageIdentity
from forms_service.messages import say
from forms_service.ocr.page_images import PageImage, count_pages, load_page
from forms_service.reading_forms import form_lookup, page_features, printed_papers, printed_words
from forms_service.reading_process import OUT_OF_TIME, ReadingRequest, begin_page
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.whose_page import FORM, NOBODY, SeenPage, is_cover, problem_of, refusal_of, see_page

if TYPE_CHECKING:
    from forms_service.ocr.scan import ScanReading
    from forms_service.render.form_pdf import FilledPdf

STORED_WIDTH_PX = 1900
"""Width of the page images that are kept: 230 dpi of an A4 page, enough for eyes."""


def read_upload(request: ReadingRequest, original: bytes, folder: Path) -> dict[str, Any]:
    """Read one upload for one dossier; what cannot be used is an answer too, not an error."""
    try:
        every = _seen_pages(request, original, folder)
    except UnreadableDocument as problem:
        return _result("refused", message=problem.message)
    result = _read_pages(request, original, every, folder)
    result["warnings"] = [*_left_out(request), *result["warnings"]]
    return result


def _seen_pages(request: ReadingRequest, original: bytes, folder: Path) -> list[SeenPage]:
    """Every page that may be opened, and whose it is."""
    left_out = {page for page, _ in request.left_out}
    seen = []
    for number in range(1, count_pages(original, request.filename) + 1):
        if number in left_out:
            continue
        begin_page(folder, number, request.page_seconds)
        seen.append(see_page(load_page(original, request.filename, number), request))
    begin_page(folder, None, request.page_seconds)
    return seen


def _left_out(request: ReadingRequest) -> list[dict[str, str]]:
    """What is told of pages that nobody could read, for they ended the reading twice."""
    codes = (
        (page, "page_too_slow" if why == OUT_OF_TIME else "page_unread") for page, why in request.left_out
    )
    return [say(code, page=page).as_dict() for page, code in codes]


def _one_by_one(images: Iterable[PageImage], request: ReadingRequest, folder: Path) -> Iterator[PageImage]:
    """The pages as they are asked for, each noted as the one at work until the next."""
    for image in images:
        begin_page(folder, image.page, request.page_seconds)
        yield image
    begin_page(folder, None, request.page_seconds)


def _read_pages(
    request: ReadingRequest, original: bytes, every: Sequence[SeenPage], folder: Path
) -> dict[str, Any]:
    """Read the pages as what they are: a filled PDF, a form's pages, or a document."""
    catalogue = SpecCatalogue.when_asked(Path(request.spec_folder))
    spec = catalogue.get(request.form_id, request.version)
    digital, unsafe = _digital_answers(original)
    pages = [page for page in every if not is_cover(page)]
    images = [page.image for page in pages]
    if every and not pages:
        return _result("refused", message=say("only_cover"))
    if digital is not None and any(digital.values.values()):
        return _take_digital(digital, request, spec, pages, folder)
    described = [_describe_page(number, page, folder, request) for number, page in enumerate(pages)]
    if unsafe is not None and any(page.ours for page in pages):
        return _result("refused", message=unsafe, pages=described)
    if request.document_type == FORM or any(page.identity for page in pages):
        return _read_form(request, pages, described, catalogue, folder)
    from forms_service.reading_papers import read_papers

    return _result("read", pages=described, **read_papers(request, images, catalogue, folder))


# --- a form filled in on a computer ---------------------------------------------------------------


_TYPED_BUT_LOST = ("broken_pdf", "dynamic_form", "too_much")
"""Why a form of ours is refused although its pages can be seen: what was typed is not on them."""


def _digital_answers(original: bytes) -> tuple[FilledPdf | None, LocalizedText | None]:
    """The values of a PDF form of ours, if it is one; else why its pages must not stand for them."""
    if b"%PDF-" not in original[:1024]:
        return None, None
    from forms_service.render.form_pdf import read_values

    try:
        return read_values(original), None
    except UnreadableDocument as problem:
        return None, problem.message if problem.code in _TYPED_BUT_LOST else None


def _take_digital(
    digital: FilledPdf, request: ReadingRequest, spec: FormSpec, pages: Sequence[SeenPage], folder: Path
) -> dict[str, Any]:
    identity = PageIdentity(digital.form_id, digital.version, 1, 1, digital.reference or "")
    problem = problem_of(identity, request)
    if not problem:
        pages = _shown(digital, spec, pages)
    described = [_describe_page(number, page, folder, request) for number, page in enumerate(pages)]
    if problem:
        return _result("refused", message=refusal_of(problem, identity, request), pages=described)
    found = [_digital_answer(spec, field_id, raw, digital) for field_id, raw in digital.values.items() if raw]
    return _result(
        "read",
        is_form=True,
        origin="pdf",
        message=say("answers_taken"),
        pages=described,
        confidence=1.0,
        extractions=[one for one in found if one is not None],
    )


def _shown(digital: FilledPdf, spec: FormSpec, pages: Sequence[SeenPage]) -> list[SeenPage]:
    """The pages with the values drawn by us: viewers draw Arabic as they can."""
    from forms_service.typed_form_pages import as_we_draw_it

    images = [page.image for page in pages]
    identities = [page.identity for page in pages]
    drawn = as_we_draw_it(spec, digital.values, digital.reference, images, identities)
    return [replace(page, image=image) for page, image in zip(pages, drawn, strict=True)]


def _digital_answer(spec: FormSpec, field_id: str, raw: object, digital: FilledPdf) -> dict[str, Any] | None:
    try:
        field = spec.field(field_id)
    except KeyError:
        return None
    value, problem = _parsed(field, raw)
    if value is None and problem is None:
        return None
    remarks = [one.value for one in digital.gravest_remarks(field_id)]
    return {
        "field_id": field_id,
        "raw": raw if isinstance(raw, str) else ", ".join(map(str, raw if isinstance(raw, list) else [raw])),
        "value": value,
        "problem": problem.as_dict() if problem else None,
        "confidence": 0.5 if remarks else 1.0,
        "page": 0,
        "box": [0, 0, 0, 0],
        "verdict": Verdict.REVIEW.value if remarks else Verdict.ACCEPT.value,
        "engine": "acroform",
        "reason": "invalid" if problem else next(iter(remarks), None),
    }


def _parsed(field: FieldSpec, raw: object) -> tuple[Any, LocalizedText | None]:
    kind = kind_of(field)
    try:
        value = kind.from_paper(raw, field) if isinstance(raw, str) else kind.parse(raw, field)
    except InvalidValue as problem:
        return None, problem.message
    return value, None


# --- pages of the form ----------------------------------------------------------------------------


def _read_form(
    request: ReadingRequest,
    pages: Sequence[SeenPage],
    described: list[dict[str, Any]],
    catalogue: SpecCatalogue,
    folder: Path,
) -> dict[str, Any]:
    """Read the pages that are this dossier's; the others are named and nothing is taken from them."""
    foreign = [number for number, page in enumerate(pages) if page.problem]
    usable = [number for number, page in enumerate(pages) if page.problem is None]
    if foreign and not any(pages[number].ours for number in usable):
        first = pages[foreign[0]]
        message = refusal_of(str(first.problem), first.identity or NOBODY, request)
        return _result("refused", message=message, pages=described)
    from forms_service.ocr.scan import read_scan

    forms = form_lookup(catalogue)
    reading = read_scan(
        _one_by_one((pages[number].image for number in usable), request, folder),
        forms,
        papers=printed_papers(catalogue),
        printed=printed_words(catalogue),
        features=page_features(catalogue),
    )
    for place, page in zip(usable, reading.pages, strict=True):
        described[place] |= _identified(page.identity, request)
        described[place]["registered"] = page.registered
    ours = any(page["ours"] for page in described)
    others = _papers_behind(request, pages, usable, reading, catalogue, folder) if ours else []
    behind = {page for other in others for page in other["pages"]}
    warnings = [
        *_picture_warnings([page.image for page in pages], reading),
        *_page_warnings(reading, request, {at for at, place in enumerate(usable) if place in behind}),
    ]
    if not ours:
        return _result("read", pages=described, warnings=warnings)
    if foreign:
        numbers = listed(str(number + 1) for number in foreign)
        warnings.append(say("some_pages_left_out", pages=numbers))
    slips = _slips(reading)
    # The form's pages come first: answers say their place among those that stay with it.
    place = {old: new for new, old in enumerate(sorted(range(len(pages)), key=lambda page: page in behind))}
    described = [described[old] for old in place]
    return _result(
        "read",
        is_form=True,
        signed_paper=any(one["ours"] and not is_slip(one["variant"]) for one in described),
        origin="scan",
        slips=slips,
        pages=described,
        warnings=warnings,
        confidence=1.0,
        extractions=[
            _scanned_answer(one, place[usable[one.page]], described) | {"slip": on_slip}
            for on_slip in (False, True)
            for one in _answers(reading, request, on_slip)
            if one.verdict is not Verdict.EMPTY
        ],
        others=[other | {"pages": [place[page] for page in other["pages"]]} for other in others],
    )


def _papers_behind(
    request: ReadingRequest,
    pages: Sequence[SeenPage],
    usable: Sequence[int],
    reading: ScanReading,
    catalogue: SpecCatalogue,
    folder: Path,
) -> list[dict[str, Any]]:
    """The papers among the pages that are no form's, each with its places in the file (from 0)."""
    from forms_service.reading_papers import papers_behind_form

    strangers = [at for at, page in zip(usable, reading.pages, strict=True) if page.identity is None]
    place = {pages[at].image.page: at for at in strangers}
    found = papers_behind_form(request, [pages[at].image for at in strangers], catalogue, folder)
    return [paper | {"pages": [place[page] for page in paper["pages"]]} for paper in found]


def _slips(reading: ScanReading) -> list[str]:
    """The codes of the correction slips among the pages that could be read."""
    codes = [one.identity.variant for one in reading.pages if one.registered and one.identity]
    return list(dict.fromkeys(code for code in codes if is_slip(code)))


def _answers(reading: ScanReading, request: ReadingRequest, on_slip: bool) -> list[Extraction]:
    """The answers of this dossier's pages: those with its reference first, then anonymous ones.

    What a correction slip says is kept apart: it may take the place of what was rejected.
    """
    ours = [
        one
        for one in reading.sets
        if (one.form_id, one.version) == (request.form_id, request.version)
        and one.reference in ("", request.reference)
        and is_slip(one.variant) == on_slip
    ]
    ours.sort(key=lambda one: one.reference == "")
    answers: dict[str, Extraction] = {}
    for one_set in ours:
        for field_id, one in one_set.fields.items():
            if field_id not in answers or answers[field_id].verdict is Verdict.EMPTY:
                answers[field_id] = one
    return list(answers.values())


def _page_warnings(
    reading: ScanReading, request: ReadingRequest, filed: Set[int] = frozenset()
) -> list[LocalizedText]:
    """What a person should know of the pages; which are missing is told when the dossier is shown.

    Args:
        filed: Pages that belong to no form and are filed as papers.
    """
    from forms_service.ocr.page_messages import PageCode

    silent = {PageCode.MISSING_PAGE}
    if all(one.version == request.version for one in reading.sets):
        silent.add(PageCode.OUTDATED_VERSION)  # the dossier itself was begun in that version
    return [
        one.message
        for one in reading.problems
        if one.code not in silent and not (one.pages and filed.issuperset(one.pages))
    ]


def _picture_warnings(images: Sequence[PageImage], reading: ScanReading) -> list[LocalizedText]:
    """What is wrong with the pictures, told as at the door; that a page is cut is not told twice."""
    from forms_service.ocr.page_messages import PageCode
    from forms_service.ocr.picture_quality import Flaw, judge_picture, what_to_do

    partly = any(one.code is PageCode.PARTLY_OUTSIDE for one in reading.problems)
    return [
        what_to_do(flaw, image.page if len(images) > 1 else None)
        for image in images
        for flaw in judge_picture(image.pixels).flaws
        if not (partly and flaw is Flaw.CUT_OFF)
    ]


def _scanned_answer(one: Extraction, page: int, described: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    scale = described[page]["scale"]
    return {
        "field_id": one.field_id,
        "raw": one.raw,
        "value": one.value,
        "problem": None,
        "confidence": round(one.confidence, 4),
        "page": page,
        "box": [round(edge * scale) for edge in one.box.as_list()],
        "verdict": one.verdict.value,
        "engine": one.engine,
        "reason": one.reason,
        "evidence": one.evidence,
    }


# --- results --------------------------------------------------------------------------------------


def _describe_page(number: int, page: SeenPage, folder: Path, request: ReadingRequest) -> dict[str, Any]:
    """Keep a picture of the page that we made ourselves, and say what page it is."""
    height, width = page.image.pixels.shape
    scale = min(1.0, STORED_WIDTH_PX / width)
    picture = page.image.pixels
    if scale < 1.0:
        picture = cv2.resize(
            picture, (STORED_WIDTH_PX, max(1, round(height * scale))), interpolation=cv2.INTER_AREA
        )
    name = f"page-{number}.png"
    cv2.imwrite(str(folder / name), picture)
    return {
        "image": name,
        "scale": scale,
        "registered": False,
        **_identified(page.identity, request),
    }


def _identified(identity: PageIdentity | None, request: ReadingRequest) -> dict[str, Any]:
    """What is kept of a page's identity, and whether the page is this dossier's."""
    return {
        "form": identity.form_id if identity else None,
        "version": identity.version if identity else None,
        "variant": identity.variant if identity else "",
        "form_page": identity.page if identity else None,
        "form_pages": identity.pages if identity else None,
        "reference": (identity.reference or None) if identity else None,
        "ours": identity is not None and problem_of(identity, request) is None,
    }


def _result(
    status: str,
    *,
    message: LocalizedText | None = None,
    pages: Sequence[Mapping[str, Any]] = (),
    warnings: Sequence[LocalizedText] = (),
    **found: Any,
) -> dict[str, Any]:
    """One shape for every outcome."""
    return {
        "status": status,
        "message": message.as_dict() if message else None,
        "is_form": False,
        "signed_paper": False,
        "origin": "scan",
        "document_class": None,
        "facts": {},
        "fact_confidences": {},
        "valid_until": None,
        "confidence": None,
        "extractions": [],
        "slips": [],
        "others": [],
        "pages": list(pages),
        "warnings": [one.as_dict() for one in warnings],
        **found,
    }
