"""``forms-service backup`` and ``restore``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path

import click

from forms_service.commands.shared import user_name

_FOLDER = click.Path(file_okay=False, path_type=Path)
_EACH = 100


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--with-keys", is_flag=True, help="Copy the keys too: then whoever has the copy can open it.")
@click.option("--go-on", is_flag=True, help="Take up a backup into FOLDER that was cut off.")
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    metavar="N",
    help="Copy into a folder within FOLDER named by date; then remove all but the N newest of these.",
)
def backup(folder: Path, with_keys: bool, go_on: bool, keep: int | None) -> None:
    """Copy database and papers into FOLDER, new or empty, while the service goes on."""
    from forms_service.backup_folders import dated_folder
    from forms_service.backups import back_up
    from forms_service.config import Config

    if keep and go_on:
        raise click.UsageError("--go-on takes up one folder; with --keep each backup has a new one")
    with dated_folder(folder, keep) if keep else nullcontext(folder) as made:
        done = back_up(
            Config.from_environment(),
            made,
            with_keys=with_keys,
            go_on=go_on,
            told=_progress("copied"),
            by=_by(),
        )
    _end_progress()
    click.echo(f"{made}: the database and {done.papers} papers" + (", with the keys" if with_keys else ""))
    if not with_keys:
        click.echo("The keys are not in it: without the master key it cannot be opened. Keep them apart.")
    if not done.is_on_record:
        click.echo("The record has no line of it: the master key or the tables did not fit.", err=True)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore(folder: Path) -> None:
    """Make an empty installation into what the backup in FOLDER holds; nothing else may run on it."""
    from forms_service.backups import restore as make_anew
    from forms_service.config import Config

    config = Config.from_environment()
    done = make_anew(config, folder, told=_progress("restored"), by=_by())
    _end_progress()
    click.echo(
        f"Restored: the database and {done.papers} papers" + (", with the keys" if done.with_keys else "")
    )
    if not done.is_on_record:
        master = config.sealing.master_key or config.keys_folder / "master.key"
        click.echo(f"Put the keys into place before the service is started, {master} first of all.")


def _by() -> str:
    """Who runs the command, if this computer has a name for them: no copy fails for want of one."""
    with suppress(click.UsageError):
        return user_name()
    return ""


def _progress(word: str) -> Callable[[int], None]:
    """Tell whoever sits at a terminal how far it is; a log is told the end alone."""

    def tell(papers: int) -> None:
        if papers % _EACH == 0 and sys.stderr.isatty():
            click.echo(f"\r{papers} papers {word}", nl=False, err=True)

    return tell


def _end_progress() -> None:
    if sys.stderr.isatty():
        click.echo("\r", nl=False, err=True)
