"""The course of a request as a diagram: for whoever writes it, agrees to it or explains it.

Graphviz draws it; without Graphviz the same course is given as Mermaid text, which many editors and
code hosts draw themselves.
"""

from __future__ import annotations

import shutil
import subprocess
import textwrap

from core.errors import MissingTool
from core.flow import Action, Flow, Step, Timer
from core.flow_engine import who
from core.localized_text import Language, LocalizedText
from core.stages import DossierState

_T = LocalizedText
_DRAWING_SECONDS = 30
_STAGES: dict[DossierState, tuple[str, str]] = {
    DossierState.DRAFT: ("#ffffff", "#7c8780"),
    DossierState.SUBMITTED: ("#e7f0f8", "#24507a"),
    DossierState.PHYSICAL_CHECK_PENDING: ("#fdf3dc", "#7a4a00"),
    DossierState.UNDER_REVIEW: ("#e7f0f8", "#24507a"),
    DossierState.CORRECTION_REQUESTED: ("#fdf3dc", "#7a4a00"),
    DossierState.ACCEPTED: ("#e3f3e8", "#17633a"),
    DossierState.REFUSED: ("#fceae8", "#a3231f"),
    DossierState.CLOSED: ("#eeece6", "#4c5b55"),
}
"""Fill and edge of a step by its stage, as the pages colour them."""

BY_TIME = _T("بحلول الأجل", "à l'échéance")
NO_GRAPHVIZ = _T(
    "لرسم المخطط يلزم برنامج Graphviz. ثبتوه بالأمر: apt-get install graphviz، أو اطلبوا النص بالخيار --mermaid.",
    "Pour dessiner, il faut Graphviz. Installez-le (apt-get install graphviz), ou demandez le texte avec --mermaid.",
)
_STEP_WIDTH, _MOVE_WIDTH = 26, 30
_GUARD_LENGTH = 60


def draw(flow: Flow, languages: tuple[Language, ...], file_type: str = "svg") -> bytes:
    """The course as a picture.

    Args:
        languages: One, or both: each step and each way then says it twice.
        file_type: ``svg``, ``png`` or ``pdf``.

    Raises:
        MissingTool: Graphviz is not installed.
    """
    program = shutil.which("dot")
    if program is None:
        raise MissingTool(NO_GRAPHVIZ)
    drawn = subprocess.run(
        [program, f"-T{file_type}"],
        input=as_dot(flow, languages).encode("utf-8"),
        capture_output=True,
        timeout=_DRAWING_SECONDS,
        check=True,
    )
    return drawn.stdout


def as_dot(flow: Flow, languages: tuple[Language, ...]) -> str:
    """The course in the language of Graphviz."""
    font = 'fontname="Noto Sans, Noto Sans Arabic, sans-serif"'
    lines = [
        "digraph course {",
        f'  graph [rankdir=TB, nodesep=0.5, ranksep=0.6, bgcolor="white", {font}];',
        f'  node [shape=box, style="rounded,filled", fontsize=12, margin="0.18,0.1", {font}];',
        f'  edge [fontsize=10, color="#7c8780", fontcolor="#17251f", {font}];',
        '  begin [shape=circle, label="", width=0.18, style=filled, fillcolor="#17251f"];',
        f"  begin -> {_id(flow.start)};",
    ]
    for step in flow.steps:
        fill, edge = _STAGES[step.stage]
        label = _quoted(_step_words(step, languages))
        more = ", peripheries=2" if step.is_final else ""
        lines.append(
            f"  {_id(step.id)} [label={label}, fillcolor={_quoted(fill)}, color={_quoted(edge)}{more}];"
        )
    for step in flow.steps:
        for move in (*step.actions, *step.timers):
            if move.to is not None:
                style = ', style=dashed, color="#7a4a00"' if isinstance(move, Timer) else ""
                label = _quoted(_move_words(move, languages))
                lines.append(f"  {_id(step.id)} -> {_id(move.to)} [label={label}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def as_mermaid(flow: Flow, languages: tuple[Language, ...]) -> str:
    """The course as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"  [*] --> {_id(flow.start)}"]
    for step in flow.steps:
        lines.append(f"  {_id(step.id)}: {_one_line(_step_words(step, languages))}")
    for step in flow.steps:
        for move in (*step.actions, *step.timers):
            if move.to is not None:
                words = _one_line(_move_words(move, languages))
                lines.append(f"  {_id(step.id)} --> {_id(move.to)}: {words}")
        if step.is_final:
            lines.append(f"  {_id(step.id)} --> [*]")
    return "\n".join(lines) + "\n"


def _step_words(step: Step, languages: tuple[Language, ...]) -> str:
    lines = [line for one in languages for line in _wrapped(step.label.in_language(one), _STEP_WIDTH)]
    for move in (*step.actions, *step.timers):
        if move.to is None:
            sign = "◷" if isinstance(move, Timer) else "↻"
            lines += [f"{sign} {move.label.in_language(one)}" for one in languages]
    return "\n".join(lines)


def _move_words(move: Action | Timer, languages: tuple[Language, ...]) -> str:
    by = BY_TIME if isinstance(move, Timer) else who(move)
    lines = []
    for one in languages:
        lines += _wrapped(move.label.in_language(one), _MOVE_WIDTH)
        lines += _wrapped(f"({by.in_language(one)})", _MOVE_WIDTH)
    guard = move.when.expression if move.when else ""
    if isinstance(move, Timer):
        guard = move.due.expression
    if guard:
        lines += _wrapped(f"[{textwrap.shorten(guard, _GUARD_LENGTH, placeholder=' …')}]", _MOVE_WIDTH)
    return "\n".join(lines)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width) or [""]


def _id(name: str) -> str:
    return "s_" + "".join(one if one.isalnum() and one.isascii() else "_" for one in name)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _one_line(text: str) -> str:
    return text.replace("\n", " ").replace(":", " –").replace('"', "'")
