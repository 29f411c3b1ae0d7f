"""Form numbers, law numbers and references read from the left within Arabic words."""

from __future__ import annotations

from playwright.sync_api import Browser

_RUNNING_BACK = """() => {
  const wrong = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const code = /\\d+(?:[-\\/]\\d+)+/g;
  let seen = 0;
  while (walk.nextNode()) {
    const node = walk.currentNode;
    for (const found of node.data.matchAll(code)) {
      const places = [...found[0]].map((_, at) => {
        const range = document.createRange();
        range.setStart(node, found.index + at);
        range.setEnd(node, found.index + at + 1);
        return range.getBoundingClientRect();
      });
      if (places.some((one) => one.width === 0)) continue;
      seen += 1;
      if (places.some((one, at) => at && one.top === places[at - 1].top && one.left < places[at - 1].left))
        wrong.push(found[0]);
    }
  }
  return {seen, wrong};
}"""


def test_numbers_of_forms_and_laws_read_from_the_left(browser: Browser, address: str) -> None:
    page = browser.new_page()
    try:
        page.goto(f"{address}/ar/forms/cnss-311-1-14")
        measured = page.evaluate(_RUNNING_BACK)
        assert measured["seen"] >= 1, "the law's number stands in the footer"
        assert measured["wrong"] == []
        # the measure itself tells the two apart
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p>المرجع رقم: 311-1-14</p>')")
        assert page.evaluate(_RUNNING_BACK)["wrong"] == ["311-1-14"]
    finally:
        page.close()
