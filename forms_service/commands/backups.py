"""``forms-service backup`` and ``restore``."""

from __future__ import annotations

from pathlib import Path

import click

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--with-keys", is_flag=True, help="Copy the keys too: then whoever has the copy can open it.")
def backup(folder: Path, with_keys: bool) -> None:
    """Copy database and papers into FOLDER, new or empty, while the service goes on."""
    from forms_service.backups import back_up
    from forms_service.config import Config

    done = back_up(Config.from_environment(), folder, with_keys=with_keys)
    click.echo(f"{folder}: the database and {done.papers} papers" + (", with the keys" if with_keys else ""))
    if not with_keys:
        click.echo("The keys are not in it: without the master key it cannot be opened. Keep them apart.")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore(folder: Path) -> None:
    """Make an empty installation into what the backup in FOLDER holds; nothing else may run on it."""
    from forms_service.backups import restore as make_anew
    from forms_service.config import Config

    done = make_anew(Config.from_environment(), folder)
    click.echo(
        f"Restored: the database and {done.papers} papers" + (", with the keys" if done.with_keys else "")
    )
    if not done.with_keys:
        click.echo("Put the keys into place before the service is started.")
