"""Marks that put one reader right never mislead another: the structure says how each such element reads."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pikepdf
import pytest
from conftest import Paper

from forms_service.render.text_pieces import Kind, is_told_otherwise, pieces_of_arabic, told_of


def elements(node: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    kids = node.get("/K", pikepdf.Array())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and kid.get("/S") is not None:
            yield kid
            yield from elements(kid)


@pytest.mark.parametrize("name", ["311-1-14", "small"])
def test_elements_with_told_pieces_have_their_words(name: str, papers: dict[str, Paper]) -> None:
    paper = papers[name]
    with pikepdf.open(io.BytesIO(paper.flattened)) as document:
        said = {
            str(one["/ActualText"]) for one in elements(document.Root.StructTreeRoot) if "/ActualText" in one
        }
        content = b"".join(
            page.Contents.read_bytes()
            if isinstance(page.Contents, pikepdf.Stream)
            else b"".join(part.read_bytes() for part in page.Contents)
            for page in document.pages
        )
    assert len(re.findall(rb"/ReversedChars <</ActualText", content)) >= len(said) > 0
    told = [
        text
        for field, place, text in paper.written()
        if place.comb is None and re.search("[\u0600-\u06ff]", text[:1]) and is_told_otherwise(text)
    ]
    assert told
    assert not [text for text in told if text not in said]


@pytest.mark.parametrize("name", ["311-1-14", "310-1-32"])
def test_no_element_is_said_in_two_languages(name: str, papers: dict[str, Paper]) -> None:
    """Words for a whole element hide the languages of what it holds: French would be read by an Arabic voice."""
    with pikepdf.open(io.BytesIO(papers[name].blank)) as document:
        said = [
            re.sub(r"www\.\S+", "", str(one["/ActualText"]))  # an address is no language
            for one in elements(document.Root.StructTreeRoot)
            if "/ActualText" in one
        ]
    assert len(said) > 5
    assert not [
        text for text in said if re.search("[\u0600-\u06ff]", text) and re.search("[A-Za-zÀ-ÿ]{4}", text)
    ]


def test_pieces_of_a_line_are_its_letters() -> None:
    line = "أرمل(ة) بدون معاش، 70% طبقاً"
    pieces = pieces_of_arabic(line)
    assert "".join(piece.words for piece in pieces) == line
    assert [piece.kind for piece in pieces[:4]] == [Kind.WORDS, Kind.BRACKET, Kind.WORDS, Kind.BRACKET]
    assert pieces[5].words == "بدون معاش"
    assert len(told_of(pieces)) == len(pieces)


def test_only_lines_with_brackets_latin_or_digits_are_told_otherwise() -> None:
    assert not is_told_otherwise("طبيعة الطلب")
    assert not is_told_otherwise("تنبيه: طبقاً")
    assert is_told_otherwise("الزوج(ة)")
    assert is_told_otherwise("صفحة 1")
    assert is_told_otherwise("زنقة N'Guyen")
