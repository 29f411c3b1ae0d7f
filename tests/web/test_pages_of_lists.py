"""Long lists lead to their pages by a few links, however many pages there are."""

from __future__ import annotations

import re

import pytest
from flask import render_template_string
from web_service import Service

from forms_service.services.parts_of_lists import Part, cut_of

PAGER = '{% import "macros.html" as m with context %}{{ m.pager(found, "reviewer.queue", {"order": "age"}) }}'


def links(service: Service, page: int, pages: int) -> list[int]:
    with service.app.test_request_context("/fr/review/"):
        service.app.preprocess_request()
        html = render_template_string(PAGER, found=Part((), 0, page, pages))
    assert html.count('aria-current="page"') == (pages > 1)
    assert html.count("order=age") == html.count("<a ")
    return [int(one) for one in re.findall(r">(\d+)</a>", html)]


@pytest.mark.parametrize(
    ("page", "pages", "shown"),
    [
        (1, 1, []),
        (1, 2, [1, 2]),
        (2, 3, [1, 2, 3]),
        (1, 400, [1, 2, 3, 4, 400]),
        (200, 400, [1, 197, 198, 199, 200, 201, 202, 203, 400]),
        (400, 400, [1, 397, 398, 399, 400]),
    ],
)
def test_the_first_the_last_and_those_around_are_shown(
    service: Service, page: int, pages: int, shown: list[int]
) -> None:
    assert links(service, page, pages) == shown


def test_a_page_that_is_not_there_is_the_nearest_one() -> None:
    assert [cut_of(120, page, 50).page for page in (-3, 0, 1, 3, 4, 10**6)] == [1, 1, 1, 3, 3, 3]
    assert (cut_of(0, 1, 50).pages, cut_of(120, 3, 50).before) == (1, 100)


def test_tokens_come_a_page_at_a_time(service: Service, program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forms_service.services.access_tokens.PAGE", 2)
    for _ in range(5):
        program("author")
    operator = service.visitor("fr").sign_in("operator")
    first, second = (
        operator.get(f"/programs/tokens?tokens={page}").get_data(as_text=True) for page in (1, 2)
    )
    revoked = [re.findall(r"/programs/tokens/(\w+)/revoke", one) for one in (first, second)]
    assert [len(one) for one in revoked] == [2, 2]
    assert not set(revoked[0]) & set(revoked[1])
    assert "tokens=2#list" in first
