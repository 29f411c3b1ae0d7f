"""``forms-service check``: everything the service stands on, before it is started or when something is wrong."""

from __future__ import annotations

import click

from core.localized_text import Language
from forms_service.commands.shared import print_json


@click.command()
@click.option("--lang", type=click.Choice(["fr", "ar"]), default="fr", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For programs, in both languages.")
def check(lang: str, as_json: bool) -> int:
    """Look at settings, folders, database, store, keys, mail, fonts, recognisers; exit code 1 when one fails."""
    from forms_service.checking import FAIL, check_everything, worst
    from forms_service.logs import prepare_logs

    prepare_logs("error")
    done = check_everything()
    if as_json:
        told = [{"name": one.name, "outcome": one.outcome, "told": one.told.as_dict()} for one in done]
        print_json({"outcome": worst(done), "checks": told})
    else:
        width = max(len(one.name) for one in done)
        for one in done:
            said = one.told.in_language(Language(lang)).replace("\n", " ")
            click.echo(f"{one.outcome:<4}  {one.name:<{width}}  {said}")
    return int(worst(done) == FAIL)
