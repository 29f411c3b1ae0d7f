"""Answers are packed for slow connections; letters are as large as somebody chose."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from fontTools.ttLib import TTFont
from web_service import Service, Visitor

ROOT = Path(__file__).resolve().parents[2] / "forms_service"
PACKED = {"Accept-Encoding": "gzip"}


def test_pages_and_styles_are_packed_for_browsers_that_unpack_them(service: Service) -> None:
    client = service.visitor().client
    for path in ("/ar/", "/static/style.css", "/static/enhance.js"):
        plain, packed = client.get(path), client.get(path, headers=PACKED)
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.headers["Vary"] == plain.headers["Vary"]
        assert len(packed.data) < len(plain.data) / 2
        assert gzip.decompress(packed.data).startswith(plain.data[:200])


def test_what_is_packed_already_is_left_as_it_is(service: Service) -> None:
    answer = service.visitor().client.get("/static/forms-regular.woff2", headers=PACKED)
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers


def test_the_size_of_a_packed_page_says_nothing(service: Service) -> None:
    client = service.visitor().client
    sizes = {len(client.get("/ar/verify", headers=PACKED).data) for _ in range(12)}
    assert len(sizes) > 1


def test_a_kept_stylesheet_is_not_sent_again(service: Service) -> None:
    client = service.visitor().client
    first = client.get("/static/style.css", headers=PACKED)
    again = client.get("/static/style.css", headers={**PACKED, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def test_screen_and_paper_have_the_same_letters() -> None:
    for weight in ("Regular", "Bold"):
        paper = TTFont(ROOT / "render" / "fonts" / f"FormsSans-{weight}.ttf")
        screen = TTFont(ROOT / "web" / "static" / f"forms-{weight.lower()}.woff2")
        only_on_paper = set(paper.getBestCmap()) - set(screen.getBestCmap())
        assert all(0xFB50 <= letter <= 0xFEFF for letter in only_on_paper)
        widths, known = paper["hmtx"], screen.getBestCmap()
        for letter in "اهلاAé5":
            assert screen["hmtx"][known[ord(letter)]] == widths[paper.getBestCmap()[ord(letter)]]


def test_letters_become_larger_and_stay_so(service: Service) -> None:
    visitor = service.visitor()
    page = visitor.get("/verify?reference=ABCD").get_data(as_text=True)
    assert "data-text" not in page
    larger = re.search(r'href="(/ar/verify\?reference=ABCD&amp;text=large)"', page)
    assert larger, "the page's head leads to itself in larger letters, its question kept"
    answer = visitor.client.get(larger[1].replace("&amp;", "&"))
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/ar/verify?reference=ABCD"
    assert '<html lang="ar" dir="rtl" data-text="large">' in visitor.get("/").get_data(as_text=True)
    visitor.client.get("/ar/?text=normal")
    assert "data-text" not in visitor.get("/").get_data(as_text=True)


def test_no_other_size_and_no_other_site_is_led_to(service: Service, applicant: Visitor) -> None:
    assert applicant.get("/?text=huge").status_code == 200
    answer = service.visitor().client.get("//elsewhere.example/x?text=large", base_url="http://localhost")
    assert not answer.headers.get("Location", "").startswith("//")
