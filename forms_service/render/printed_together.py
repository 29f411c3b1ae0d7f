"""Several finished papers as one file to print; each stays as it is in the archive."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pikepdf


def printed_together(papers: Iterable[bytes]) -> bytes:
    """One PDF with the pages of all papers, so that a stack of receipts is one print.

    A signature holds for the file it was made in: the copy to print carries what the eye sees of it,
    and the codes that anyone may check.
    """
    together = pikepdf.new()
    for paper in papers:
        with pikepdf.open(io.BytesIO(paper)) as source:
            for page in source.pages:
                together.pages.append(page)
                _drop_fields(together.pages[-1])
    out = io.BytesIO()
    together.save(out)
    return out.getvalue()


def _drop_fields(page: pikepdf.Page) -> None:
    """Fields belong to a form of their own file; links and pictures stay."""
    annotations = page.obj.get("/Annots")
    if annotations is not None:
        kept = [one for one in annotations if one.get("/Subtype") != pikepdf.Name.Widget]
        page.obj.Annots = pikepdf.Array(kept)
