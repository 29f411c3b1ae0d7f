"""``forms-service accounts``: the first account of an installation, from which the others are opened on screen."""

from __future__ import annotations

import click

from forms_service.access_settings import STAFF
from forms_service.commands.shared import configuration, user_name


@click.group()
def accounts() -> None:
    """Open accounts for staff; applicants open their own."""


@accounts.command("open")
@click.argument("login")
@click.option("--name", required=True, help="Name as colleagues read it.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(sorted(STAFF)),
    help="May be given again.",
)
@click.option("--agency", default="", help="Agency the person works at.")
@click.option("--by", help="Who opens it; the user of this computer by default.")
def open_account(login: str, name: str, roles: tuple[str, ...], agency: str, by: str | None) -> None:
    """Open an account and print its password, which is shown nowhere else.

    Whoever may run this on the machine may also open any account; it is for the first operator.
    """
    from forms_service.bootstrap import build
    from forms_service.services.receipt_checks import operator

    console = operator(by or user_name())  # before a folder is made for it
    application = build(configuration())
    try:
        user, password = application.services.open_staff_account(console, login, name, roles, agency)
    finally:
        application.close()
    click.echo(f"{user.login}  {password}")
