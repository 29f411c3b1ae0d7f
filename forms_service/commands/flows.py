"""``forms-service flows``: the courses requests take, listed, told step by step, and drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from core.flow import Flow
from core.flow_engine import who
from core.localized_text import Language, LocalizedText
from core.standard_flow import standard_flow
from forms_service.commands.previewing import spec_path
from forms_service.commands.shared import OUTPUT_FILE, catalogue, configuration, print_json, write_output
from forms_service.flow_diagram import as_mermaid, draw
from forms_service.spec_catalogue import load_spec
from forms_service.spec_linting import document_types_for, shared_blocks_for, shared_parameters_for

STANDARD = "standard"
_TITLE = LocalizedText("المسار العادي", "Le parcours ordinaire")
_FILE_TYPES = ("svg", "png", "pdf")


@click.group()
def flows() -> None:
    """List, show and draw the courses of requests: the standard one and those that forms declare."""


@flows.command("list")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_flows(as_json: bool) -> None:
    """List the courses: how many steps, actions and timers each has."""
    rows = [_row(STANDARD, _TITLE, standard_flow())]
    rows += [_row(spec.id, spec.title, spec.flow) for spec in catalogue().forms() if spec.flow is not None]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        counts = f"{row['steps']} steps  {row['actions']} actions  {row['timers']} timers"
        click.echo(f"{row['id']:<28} {counts:<36} {row['title']['fr']} – {row['title']['ar']}")


@flows.command("show")
@click.argument("form")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def show(form: str, as_json: bool) -> None:
    """Tell a course step by step: who may do what, on which condition, what follows.

    FORM is the id of a form, the path of its YAML file, or «standard».
    """
    flow = _flow_of(form)
    if as_json:
        print_json(_as_data(flow))
        return
    for step in flow.steps:
        begin = "  (start)" if step.id == flow.start else ""
        click.echo(f"{step.id}  [{step.stage.value}]{begin}\n    {step.label.fr} – {step.label.ar}")
        for action in step.actions:
            click.echo(f"    {action.id} → {action.to or '(stays)'}   {', '.join(action.by)}")
            click.echo(f"        {action.label.fr} – {action.label.ar}")
            for name, said in _conditions(action):
                click.echo(f"        {name}: {said}")
        for timer in step.timers:
            click.echo(f"    {timer.id} ⇢ {timer.to or '(stays)'}   by time: {timer.due.expression}")
            click.echo(f"        {timer.label.fr} – {timer.label.ar}")


@flows.command("draw")
@click.argument("form")
@click.option("-o", "--output", type=OUTPUT_FILE, help="File (.svg, .png or .pdf); - for standard output.")
@click.option(
    "--lang",
    type=click.Choice(["ar", "fr", "both"]),
    default="both",
    show_default=True,
    help="Language of the diagram.",
)
@click.option("--mermaid", is_flag=True, help="As Mermaid text, for which nothing need be installed.")
def draw_flow(form: str, output: Path | None, lang: str, mermaid: bool) -> None:
    """Draw a course as a diagram.

    FORM is the id of a form, the path of its YAML file, or «standard».
    """
    flow = _flow_of(form)
    languages = (Language.AR, Language.FR) if lang == "both" else (Language(lang),)
    if mermaid:
        text = as_mermaid(flow, languages)
        if output is None:
            click.echo(text, nl=False)
        else:
            write_output(text.encode("utf-8"), output, "")
        return
    suffix = output.suffix.lstrip(".").lower() if output is not None else "svg"
    if suffix not in _FILE_TYPES and str(output) != "-":
        raise click.BadParameter(f"{output}: .svg, .png or .pdf", param_hint="--output")
    drawn = draw(flow, languages, suffix or "svg")
    name = Path(form).stem if form.endswith(".yaml") else form
    write_output(drawn, output, f"{name}-course.svg")


def _flow_of(form: str) -> Flow:
    if form == STANDARD:
        return standard_flow()
    path, folder = spec_path(form), configuration().spec_folder
    blocks, shared = shared_blocks_for(path, folder), shared_parameters_for(path, folder)
    return load_spec(path, document_types_for(path, folder), blocks, shared).spec.flow or standard_flow()


def _row(flow_id: str, title: LocalizedText, flow: Flow) -> dict[str, Any]:
    return {
        "id": flow_id,
        "title": title.as_dict(),
        "steps": len(flow.steps),
        "actions": sum(1 for _ in flow.actions()),
        "timers": sum(len(step.timers) for step in flow.steps),
    }


def _conditions(action: Any) -> list[tuple[str, str]]:
    found = [("by", who(action).fr)]
    if action.when is not None:
        found.append(("when", action.when.expression))
        found.append(("otherwise", action.otherwise.fr if action.otherwise else ""))
    for name in ("accepts", "requires", "notify", "issues"):
        if getattr(action, name):
            found.append((name, ", ".join(getattr(action, name))))
    if action.does is not None:
        found.append(("does", action.does.value))
    if action.code is not None:
        found.append(("code", action.code))
    return found[1:]


def _as_data(flow: Flow) -> dict[str, Any]:
    return {
        "start": flow.start,
        "states": [
            {
                "id": step.id,
                "label": step.label.as_dict(),
                "stage": step.stage.value,
                "shows": list(step.shows),
                "actions": [
                    {
                        "id": one.id,
                        "label": one.label.as_dict(),
                        "by": list(one.by),
                        "to": one.to,
                        **dict(_conditions(one)),
                    }
                    for one in step.actions
                ],
                "timers": [
                    {"id": one.id, "label": one.label.as_dict(), "due": one.due.expression, "to": one.to}
                    for one in step.timers
                ],
            }
            for step in flow.steps
        ],
    }
