"""The machine-checkable failure conditions of the Matterhorn Protocol 1.02 that can befall our papers.

Each check is named by the condition it looks for and yields what it found, so that a test can say what
is wrong where.  It reads the finished file with pikepdf and fontTools and knows nothing of how the file
was written.  ``docs/accessible-pdf.md`` says of every condition whether it is checked here.
"""

from __future__ import annotations

import file_checks  # noqa: F401  registers its checks
import font_checks  # noqa: F401
import structure_checks  # noqa: F401
from examined_paper import Paper, shown_text
from matterhorn import CHECKS

__all__ = ["CHECKS", "Paper", "failures", "shown_text"]


def failures(data: bytes) -> list[str]:
    """What is wrong with a file, each finding opened by the number of its condition."""
    paper = Paper(data)
    return [
        f"{'/'.join(number for number, other in CHECKS.items() if other is check)} {finding}"
        for check in dict.fromkeys(CHECKS.values())
        for finding in check(paper)
    ]
