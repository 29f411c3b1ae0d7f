"""The title of a section again, where it goes on at the top of a page.

Without it a page of a large print may open with « Prénom » and leave open whose.
"""

from __future__ import annotations

from dataclasses import replace

from core.localized_text import LocalizedText
from forms_service.render.artwork import as_artifacts
from forms_service.render.page_blocks import Block, Setting
from forms_service.render.running_text import section_bar

_CONTINUED = LocalizedText(ar="{title} (تتمة)", fr="{title} (suite)")


def continuing(blocks: list[Block], title: LocalizedText | None, setting: Setting) -> list[Block]:
    """The blocks of a section, each ready to open a page under the section's title.

    Only prints that take many pages repeat titles; voices, which read on without pages, pass over them.
    """
    if title is None or not setting.sizes.splits_rows:
        return blocks
    bar = _bar_that_fits((_CONTINUED.fill(title=title), title), setting)
    again = replace(bar, pieces=tuple(as_artifacts(bar.pieces)))
    return [replace(block, continued=again) for block in blocks]


def _bar_that_fits(titles: tuple[LocalizedText, ...], setting: Setting) -> Block:
    """The bar of the first title that fits its line; a long one goes without saying that it goes on."""
    for title in titles:
        trial = replace(setting, problems=[])
        bar = section_bar("", title, (), trial)
        if not trial.problems:
            break
    return bar
