"""``forms-service token``: tokens by which programs act as an account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from forms_service.commands.shared import configuration, print_json, started_installation, user_name

if TYPE_CHECKING:
    from forms_service.services import Services
    from forms_service.services.access_tokens import TokenView


@click.group()
def token() -> None:
    """Tokens for programs that use the interface under /api/v1."""


@token.command("make")
@click.argument("login")
@click.option("--name", required=True, help="Which program will use it.")
@click.option(
    "--scope", "scopes", multiple=True, required=True, help="What it may do; give it several times."
)
@click.option("--days", type=int, default=90, show_default=True, help="How long it counts.")
@click.option("--by", help="Who makes it; the user of this computer by default.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def make(login: str, name: str, scopes: tuple[str, ...], days: int, by: str | None, as_json: bool) -> None:
    """Make a token that acts as the account LOGIN, and show it this once."""
    from forms_service.services.receipt_checks import operator

    with _services() as services:
        secret, view = services.make_token(operator(by or user_name()), name, scopes, days, login)
    if as_json:
        print_json({"token": secret, **_as_json(view)})
        return
    click.echo(secret)
    click.echo(
        f"{view.id}  {view.login}  {' '.join(view.scopes)}  until {view.expires_at:%Y-%m-%d}", err=True
    )
    click.echo("It is shown this once and kept nowhere; send it as «Authorization: Bearer …».", err=True)


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_tokens(as_json: bool) -> None:
    """List every token: whose it is, what it may do, until when, and when it was used last."""
    from forms_service.services.receipt_checks import operator

    with _services() as services:
        found, now = services.tokens(operator("")), services.now()
    if as_json:
        print_json([_as_json(one) | {"valid": one.is_valid(now)} for one in found])
        return
    for one in found:
        state = "valid" if one.is_valid(now) else "revoked" if one.revoked_at else "expired"
        used = f"{one.used_at:%Y-%m-%d %H:%M}" if one.used_at else "never used"
        click.echo(f"{one.id}  {state:<8} {one.login:<12} {one.name}  [{' '.join(one.scopes)}]  {used}")


@token.command("revoke")
@click.argument("token_id")
@click.option("--by", help="Who revokes it; the user of this computer by default.")
def revoke(token_id: str, by: str | None) -> None:
    """Let a token count no more, from now on; TOKEN_ID is the one that «token list» shows."""
    from forms_service.services.receipt_checks import operator

    with _services() as services:
        view = services.revoke_token(operator(by or user_name()), token_id)
    click.echo(f"{view.id}  {view.login}  {view.name}: revoked")


@contextmanager
def _services() -> Iterator[Services]:
    from forms_service.bootstrap import build

    application = build(started_installation(configuration().database_url))
    try:
        yield application.services
    finally:
        application.close()


def _as_json(view: TokenView) -> dict[str, Any]:
    return {
        "id": view.id,
        "login": view.login,
        "name": view.name,
        "scopes": list(view.scopes),
        "made_at": view.made_at.isoformat(),
        "expires_at": view.expires_at.isoformat(),
        "revoked_at": view.revoked_at.isoformat() if view.revoked_at else None,
        "used_at": view.used_at.isoformat() if view.used_at else None,
    }
