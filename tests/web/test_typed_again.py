"""What was typed goes back into the boxes of whichever form it was, and nowhere else."""

from __future__ import annotations

import re

import pytest
from forms_of_pages import forms_of
from werkzeug.datastructures import MultiDict

from forms_service.web.typed_again import typed_again

PLACE = "/fr/place"
NOTICES = ("<p>SHOWN</p>", "<p>AGAIN</p>")
ODD = "<b>Aïcha</b> & \"Sœurs\" 'عائشة'"


def page(boxes: str, action: str = PLACE) -> str:
    return f'<main id="main"><form method="post" action="{action}">{boxes}<button>Go</button></form></main>'


def filled(html: str, typed: list[tuple[str, str]]) -> str:
    return typed_again(html, PLACE, PLACE, MultiDict(typed), NOTICES)


def held(html: str, typed: list[tuple[str, str]]) -> dict[str, list[str]]:
    return forms_of(filled(html, typed), PLACE)[0].held()


@pytest.mark.parametrize(
    "box",
    [
        '<input name="a" value="old">',
        '<input type="search" name="a">',
        "<textarea name=a rows=2>old &amp; stale</textarea>",
        '<textarea name="a" dir="auto"></textarea>',
    ],
)
def test_text_comes_back_as_it_was_typed(box: str) -> None:
    assert held(page(box), [("a", ODD)]) == {"a": [ODD]}
    assert "<b>" not in filled(page(box), [("a", ODD)])


def test_lines_of_a_text_stay_lines() -> None:
    assert held(page("<textarea name=a></textarea>"), [("a", "\nfirst\n\nlast")]) == {
        "a": ["\nfirst\n\nlast"]
    }


def test_choices_come_back_and_what_was_unticked_stays_unticked() -> None:
    boxes = "".join(
        f'<input type="checkbox" name="tick" value="{value}"{ticked}>'
        for value, ticked in (("1", " checked"), ("2", ""), ("3", " checked"))
    )
    boxes += '<input type="radio" name="which" value="a" checked><input type="radio" name="which" value="b">'
    boxes += '<select name="kind"><option value="">–</option><option value="x" selected>X</option>'
    boxes += '<option value="y">Y</option></select>'
    typed = [("tick", "2"), ("tick", "3"), ("which", "b"), ("kind", "y")]
    assert held(page(boxes), typed) == {"tick": ["2", "3"], "which": ["b"], "kind": ["y"]}


def test_secrets_and_files_are_left_alone() -> None:
    boxes = '<input type="password" name="word"><input type="file" name="file"><input name="a">'
    assert held(page(boxes), [("word", "s3cret"), ("file", "x"), ("a", "1")])["word"] == [""]


def test_boxes_of_one_name_are_filled_in_their_order() -> None:
    boxes = '<input name="a" value="x"><input name="a" value="y">'
    assert held(page(boxes), [("a", "1"), ("a", "2")]) == {"a": ["1", "2"]}


def test_of_forms_sent_to_one_address_the_one_that_was_sent_is_filled() -> None:
    one, two = (
        f'<form method="post" action="{PLACE}"><input type="hidden" name="child" value="{n}"><input name="a"></form>'
        for n in (1, 2)
    )
    forms = forms_of(filled(f"<main>{one}{two}</main>", [("child", "2"), ("a", "hers")]), PLACE)
    assert [form.held()["a"] for form in forms] == [[""], ["hers"]]


def test_boxes_outside_of_their_form_and_forms_without_an_address_are_found() -> None:
    html = '<main><form method="post" id="far"></form><input form="far" name="a"></main>'
    assert held(html, [("a", "typed")]) == {"a": ["typed"]}


def test_what_a_page_showed_when_it_was_sent_comes_back_so_that_nothing_newer_is_overwritten() -> None:
    box = '<input type="hidden" name="revision" value="9"><input name="a">'
    assert held(page(box), [("revision", "4"), ("a", "x")])["revision"] == ["4"]


def test_what_is_folded_away_is_unfolded_and_nothing_else() -> None:
    html = page(
        "<details><summary>s</summary><input name=a></details><details><summary>t</summary></details>"
    )
    html = f"<details><summary>around</summary>{html}</details><details><summary>other</summary></details>"
    folds = re.findall(r"<details( open)?>", filled(html, [("a", "x")]))
    assert folds == [" open", " open", "", ""]


def test_the_notice_stands_before_the_form_or_on_top_when_there_was_nothing_to_type() -> None:
    assert "<p>SHOWN</p><form" in filled(page("<input name=a>"), [("a", "x")])
    assert '<main id="main"><p>AGAIN</p>' in filled(page(""), [])


@pytest.mark.parametrize(
    "html",
    [page("<input name=a>", "/fr/elsewhere"), f'<form action="{PLACE}"><input name=a></form>', "<p>none</p>"],
)
def test_a_page_without_that_form_stays_as_it_is(html: str) -> None:
    assert filled(html, [("a", "x")]) == html


def test_what_is_commented_out_or_written_in_a_text_is_no_form() -> None:
    html = page("<textarea name=a></textarea>") + f'<!-- <form method="post" action="{PLACE}"> -->'
    assert held(html, [("a", "</textarea><form method=post>")]) == {"a": ["</textarea><form method=post>"]}
