"""What can be told of a page without a browser: is everything labelled, linked and unique?"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from core.localized_text import Script, dominant_script
from forms_service.locales import sentences
from forms_service.services.webhooks import EVENTS

_TOPS = "|".join(sorted({code.partition(".")[0] for code in sentences()}))
_CODE = re.compile(rf"\b(?:{_TOPS})\.[a-z]+(?:[._][a-z]+)*\b")
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
# An operation's address shows which of its parts a program fills in.
_ADDRESS = re.compile(r'<bdi class="address" dir="ltr"><strong>[A-Z]+</strong>.*?</bdi>')
_NO_LABEL_NEEDED = {"hidden", "submit", "button"}


class PageStructure(HTMLParser):
    """Collects what must fit together on a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.label_targets: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.headings: list[str] = []
        self.described_by: set[str] = set()
        self.page_links: set[str] = set()
        self.images_without_alt = 0
        self.inline: list[str] = []
        self.words: list[str] = []
        self.root: dict[str, str | None] = {}
        self.landmarks: list[str] = []
        self.nav_names: list[str] = []
        self._silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.root = given
        if identity := given.get("id"):
            self.ids.append(identity)
        if tag == "label":
            self.label_targets.add(given.get("for") or "")
        if tag in ("input", "select", "textarea") and given.get("type") not in _NO_LABEL_NEEDED:
            self.fields.append(given)
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(tag)
        if tag in ("main", "header", "footer", "nav"):
            self.landmarks.append(tag)
        if tag == "nav":
            self.nav_names.append(given.get("aria-label") or "")
        if tag == "img" and "alt" not in given:
            self.images_without_alt += 1
        if tag == "a" and (given.get("href") or "").startswith("#"):
            self.page_links.add((given["href"] or "")[1:])
        self.described_by |= set((given.get("aria-describedby") or "").split())
        self.described_by |= set((given.get("aria-labelledby") or "").split())
        if "style" in given or any(name.startswith("on") for name in given):
            self.inline.append(self.get_starttag_text() or tag)
        if tag in ("script", "style"):
            self._silent += 1
            if "src" not in given:
                self.inline.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.words.append(data.strip())

    def faults(self) -> list[str]:
        """Everything that does not fit."""
        known = set(self.ids)
        found = [f"id used twice: {one}" for one in known if self.ids.count(one) > 1]
        found += [f"label for nothing: {one}" for one in self.label_targets - known]
        found += [f"described by nothing: {one}" for one in self.described_by - known]
        found += [f"link to nothing: #{one}" for one in self.page_links - known]
        found += [
            f"field without a label: {one.get('name')}"
            for one in self.fields
            if one.get("id") not in self.label_targets and not one.get("aria-label")
        ]
        found += [f"inline script or style: {one}" for one in self.inline]
        if self.headings.count("h1") != 1:
            found.append(f"{self.headings.count('h1')} main headings")
        for place, heading in enumerate(self.headings[1:], start=1):
            if int(heading[1]) > int(self.headings[place - 1][1]) + 1:
                found.append(f"heading {place + 1} ({heading}) skips a level")
        if self.images_without_alt:
            found.append(f"{self.images_without_alt} pictures without words")
        if not self.nav_names or "" in self.nav_names or len(set(self.nav_names)) < len(self.nav_names):
            found.append(f"navigations that cannot be told apart: {self.nav_names}")
        for landmark in ("main", "header", "footer"):
            if self.landmarks.count(landmark) != 1:
                found.append(f"{self.landmarks.count(landmark)} times {landmark}")
        return found


def codes_in(page: PageStructure) -> set[str]:
    """The codes of sentences that stand on a page instead of their words."""
    return set(_CODE.findall(" ".join(page.words)))


def assert_it_holds_together(html: str, language: str) -> None:
    """A page speaks its language and nothing else, and everything on it is labelled, linked and filled in."""
    page = PageStructure(html)
    assert page.root == {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}
    assert page.faults() == []
    words = " ".join(page.words)
    assert codes_in(page) <= set(EVENTS), "only the events of a program are named by their code"
    assert not _PLACEHOLDER.findall(" ".join(PageStructure(_ADDRESS.sub("", html)).words))
    assert dominant_script(words) is (Script.ARAB if language == "ar" else Script.LATN)
    assert ".html" not in words
    assert "Undefined" not in words
