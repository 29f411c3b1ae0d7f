"""Which words of a page are not in its language and do not say so."""

from __future__ import annotations

import re

from playwright.sync_api import Page

ENGLISH = frozenset(
    {"the", "and", "of", "your", "you", "please", "file", "choose", "submit", "error", "page", "not", "found"}
    | {"this", "with", "for", "is", "are"}
)
KNOWN_TO_BE_FRENCH = {"page", "for", "error"}
INVARIABLE = frozenset(
    # kinds of files, networks and papers that both languages call by the same letters
    {
        "PDF",
        "JPEG",
        "JPG",
        "PNG",
        "HEIC",
        "TIFF",
        "CSV",
        "XLSX",
        "SMS",
        "QR",
        "CNSS",
        "API",
        "HMAC",
        "URL",
        "JSON",
        "HTTP",
        "HTTPS",
    }
    | {"Alt", "Tab", "Ctrl", "OpenAPI", "YAML"}  # keys, and names of formats
)
_TEXTS = """() => {
  const found = [];
  const marked = (element) => element.closest("[lang]").getAttribute("lang");
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.data.trim();
    const parent = walk.currentNode.parentElement;
    if (!text || parent.closest("script, style, template, code, .code, option, bdi, textarea, kbd, pre")) continue;
    found.push([text, marked(parent)]);
  }
  for (const element of document.querySelectorAll("[alt], [aria-label], [title], [placeholder]")) {
    for (const name of ["alt", "aria-label", "title", "placeholder"]) {
      const text = (element.getAttribute(name) || "").trim();
      if (text) found.push([text, marked(element)]);
    }
  }
  for (const option of document.querySelectorAll("option")) found.push([option.textContent.trim(), marked(option)]);
  found.push([document.title, document.documentElement.lang]);
  return found;
}"""


def words_in_the_wrong_language(page: Page, language: str) -> list[str]:
    """Every visible text, title and description whose words are in letters of another language than marked.

    Names, file names and codes stand in elements of their own (``bdi``, ``.code``) and may be anything.
    """
    found = []
    for text, marked in page.evaluate(_TEXTS):
        wrong = foreign_words(text, marked)
        if wrong:
            found.append(f"{' '.join(wrong)!r} in {text[:90]!r}, marked {marked}")
        if "{" in text or "}" in text:
            found.append(f"an unfilled blank in {text[:90]!r}")
    assert page.evaluate("document.documentElement.lang") == language
    return found


def foreign_words(text: str, language: str) -> list[str]:
    """The words that a reader of the language would stumble over."""
    plain = _without_isolated(text)
    words = [word.strip(".,;:!?«»()[]–-،؛؟…·/|\"'’%") for word in plain.split()]
    if language == "ar":
        latin = [one for one in words if any("a" <= letter.lower() <= "z" for letter in one)]
        return [one for one in latin if not set(_parts(one)) <= INVARIABLE and not _is_code(one)]
    arabic = [one for one in words if any("\u0600" <= letter <= "\u06ff" for letter in one)]
    lowered = [one.casefold() for one in words]
    english = [one for one in lowered if one in ENGLISH and one not in KNOWN_TO_BE_FRENCH]
    return arabic + (english if len(english) > 1 else [])


def _parts(word: str) -> list[str]:
    """``وPDF`` and ``JPEG/PNG`` are as good as their Latin parts."""
    return "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in word).split()


def _is_code(word: str) -> bool:
    """A number with letters, an address or the name of a file."""
    return (
        "@" in word or any(letter.isdigit() for letter in word) or re.search(r"\.\w{3,4}$", word) is not None
    )


def _without_isolated(text: str) -> str:
    """Texts put into a sentence keep their own direction and language between isolates."""
    out, depth = [], 0
    for letter in text:
        if letter in "\u2066\u2067\u2068":
            depth += 1
        elif letter == "\u2069":
            depth = max(0, depth - 1)
        elif not depth:
            out.append(letter)
    return "".join(out)
