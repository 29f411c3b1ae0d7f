"""``forms-service privacy``: what was let go and the proof of it, requests on paper, what a court holds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.errors import DossierError
from core.privacy import ASKED_BY
from forms_service.commands.shared import (
    OUTPUT_FILE,
    configuration,
    print_json,
    started_installation,
    user_name,
)

if TYPE_CHECKING:
    from datetime import datetime

    from forms_service.services.erasures import Erasure
    from forms_service.services.views import Actor

NOT_PROVED = 1
_WHY = click.option("--reason", required=True, help="Why: which letter, which court; kept on record.")
_ASKED_BY = click.option(
    "--reason",
    required=True,
    type=click.Choice(ASKED_BY),
    help="Who asked; kept on record for ever, so it is a code and names nobody.",
)
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def privacy() -> None:
    """Personal data: what goes and when, the proof, requests on paper."""


@privacy.command("due")
@_AS_JSON
def due(as_json: bool) -> None:
    """List what the next rounds will let go, without doing it."""
    with _operating() as (services, console):
        found = services.due_for_erasure(console)
    if as_json:
        print_json([{"reference": one, "form": form, **rule.as_dict()} for one, form, rule in found])
        return
    _say_if_none(found, "nothing is due")
    for reference, form, rule in found:
        click.echo(f"{reference}  {form}  {rule.after} -> {rule.then.value}")


@privacy.command("run")
def run() -> None:
    """Let go what is due now and prove it, as the workers do by themselves."""
    with _operating() as (services, _):
        total = 0
        while done := services.forget():
            total += done
    click.echo(str(total))


@privacy.command("list")
@_AS_JSON
@click.option("--unproved", is_flag=True, help="Only those whose files are not all gone yet.")
@click.option("--most", default=1000, show_default=True, help="How many, the latest first.")
def list_erasures(as_json: bool, unproved: bool, most: int) -> None:
    """List what was let go, by which rule, and whether it is proved."""
    with _operating() as (services, console):
        found = services.erasures(console, most, unproved)
        if as_json:
            print_json([{**_as_dict(one), "proof": services.proof_for_later(one)} for one in found])
            return
    _say_if_none(found, "nothing was erased" if not unproved else "nothing waits for its proof")
    for one in found:
        click.echo(_line(one))


@privacy.command("verify")
@click.argument("reference", required=False)
@_AS_JSON
def verify(reference: str | None, as_json: bool) -> int:
    """Look anew whether anything is left of what was let go: every table, and the store of files."""
    with _operating() as (services, console):
        one_or_all = (
            [services.erasure_of(console, reference)] if reference else services.verify_erasures(console)
        )
        found = list(one_or_all)
        unnamed = 0 if reference else services.unnamed_files(console)
    if as_json:
        print_json(list(map(_as_dict, found)))
    else:
        for one in found:
            if one.left or reference:
                click.echo(_line(one))
        left = sum(bool(one.left) for one in found)
        click.echo(f"{len(found) - left} gone, {left} with something left")
        if unnamed:
            click.echo(f"{unnamed} files that nothing refers to; the workers remove them within a day")
    return NOT_PROVED if any(one.left for one in found) else 0


@privacy.command("erase")
@click.argument("reference", required=False)
@click.option("--reason", help="Why: which letter; kept on record.")
@click.option(
    "--again",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="After a restore: erase what this kept `privacy list --json` proves was erased.",
)
def erase(reference: str | None, reason: str | None, again: Path | None) -> int:
    """Let a draft go because its person asked, or ask a second person to agree for one that was decided."""
    if again is not None and not reference and not reason:
        return _erase_again(again)
    if again is not None or not reference or not reason:
        raise click.UsageError("Give a reference and --reason, or only --again.")
    with _operating() as (services, console):
        erased = services.erase_on_request(console, reference, reason)
    click.echo(_line(erased) if erased else f"{reference}  waits for a second person to agree")
    return 0


def _erase_again(kept: Path) -> int:
    """Erase what a backup brought back; what cannot be is told, and keeps nothing else from going."""
    try:
        lines = json.loads(kept.read_bytes())
        if not isinstance(lines, list) or not all(isinstance(one, dict) for one in lines):
            raise ValueError
    except ValueError:
        raise click.UsageError("--again takes what `privacy list --json` printed.") from None
    failed = 0
    with _operating() as (services, console):
        for line in lines:
            try:
                erased = services.erase_again(console, line)
            except DossierError as error:
                failed += 1
                click.echo(f"{line.get('reference')}  {error.message.fr}", err=True)
                continue
            if erased:
                click.echo(_line(erased))
    return NOT_PROVED if failed else 0


@privacy.command("waiting")
@_AS_JSON
def waiting(as_json: bool) -> None:
    """List what somebody asked to erase and waits for a second person: who asked, when, until when, why."""
    with _operating() as (services, console):
        found = services.waiting_erasures(console, 1000)
    if as_json:
        print_json([{**asdict(one), "asked_at": _at(one.asked_at), "until": _at(one.until)} for one in found])
        return
    _say_if_none(found, "nobody waits for a second person")
    for one in found:
        who = one.asked_by_name or f"({one.asked_by})"
        click.echo(f"{one.reference}  {one.form_id}  {who}  {one.asked_at:%Y-%m-%d}  {one.reason}")


@privacy.command("agree")
@click.argument("reference")
def agree(reference: str) -> None:
    """Let a request go that an operator asked for on the page: the second of two people."""
    with _operating() as (services, console):
        click.echo(_line(services.agree_to_erasure(console, reference)))


@privacy.command("decline")
@click.argument("reference")
def decline(reference: str) -> None:
    """Keep a request that somebody asked to erase, or take back what was asked here."""
    with _operating() as (services, console):
        services.decline_erasure(console, reference)
    click.echo(f"{reference}  is kept")


@privacy.command("export")
@click.argument("login")
@_ASKED_BY
@click.option("-o", "--output", type=OUTPUT_FILE, required=True, help="ZIP to write.")
def export(login: str, reason: str, output: Path) -> None:
    """Write everything kept of the holder of an account, for whoever asked on paper and proved who they are."""
    with _operating() as (services, console), services.export_data_of(console, login, reason) as file:
        output.touch(mode=0o600)
        with output.open("wb") as copy:
            shutil.copyfileobj(file, copy)
    click.echo(str(output))


@privacy.command("hold")
@click.argument("reference")
@_WHY
def hold(reference: str, reason: str) -> None:
    """Keep one request whatever its form says."""
    with _operating() as (services, console):
        services.place_hold(console, reference, reason)
    click.echo(f"{reference}  is held from now on")


@privacy.command("release")
@click.argument("reference")
def release(reference: str) -> None:
    """Let the form's own rule hold again for a request that was held."""
    with _operating() as (services, console):
        services.lift_hold(console, reference)
    click.echo(f"{reference}  is held no more: the rule of its form counts again")


@privacy.command("holds")
def holds() -> None:
    """List the requests that are held, with the reason and since when."""
    with _operating() as (services, console):
        held = services.holds(console)
    _say_if_none(held, "nothing is held")
    for reference, reason, at in held:
        click.echo(f"{reference}  {at:%Y-%m-%d}  {reason}")


@contextmanager
def _operating() -> Iterator[tuple[Any, Actor]]:
    """The use cases of a service that was started before, and whoever may run commands on its machine."""
    from forms_service.bootstrap import build
    from forms_service.services.receipt_checks import operator

    application = build(started_installation(configuration().database_url))
    try:
        yield application.services, operator(user_name())
    finally:
        application.close()


def _say_if_none(found: Sized, words: str) -> None:
    """On the other stream, so that a program that counts lines counts none."""
    if not found:
        click.echo(words, err=True)


def _line(one: Erasure) -> str:
    proof = (
        f"left: {', '.join(one.left)}" if one.left else f"{one.proved_at:%Y-%m-%d}" if one.proved_at else "–"
    )
    rows = sum(one.removed.values())
    return (
        f"{one.reference}  {one.form_id} v{one.form_version}  {one.occasion} {one.ending}  "
        f"{one.erased_at:%Y-%m-%d}  {rows} rows, {len(one.objects)} files  {proof}"
    )


def _as_dict(one: Erasure) -> dict[str, object]:
    return {
        "dossier": one.dossier_id,
        "reference": one.reference,
        "form": one.form_id,
        "version": one.form_version,
        "occasion": one.occasion,
        "ending": one.ending,
        "rule": one.rule,
        "asked_by": one.asked_by,
        "agreed_by": one.agreed_by,
        "reason": one.reason,
        "erased_at": _at(one.erased_at),
        "removed": dict(one.removed),
        "files": list(one.objects),
        "files_of_others_too": one.shared_objects,
        "proved_at": _at(one.proved_at) if one.proved_at else None,
        "left": list(one.left),
    }


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
