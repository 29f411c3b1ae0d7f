"""Commands that are loaded when somebody runs them: each program starts with what it needs itself."""

from __future__ import annotations

from importlib import import_module

import click


class LazyGroup(click.Group):
    """A group that knows where its commands are written, and reads there when one is asked for."""

    def __init__(self, *arguments: object, places: dict[str, str], **settings: object) -> None:
        """As ``click.Group``; ``places`` names for each command its module and what it is called there."""
        super().__init__(*arguments, **settings)  # type: ignore[arg-type]
        self._places = places

    def list_commands(self, context: click.Context) -> list[str]:
        """Every name, loaded or not."""
        return sorted({*super().list_commands(context), *self._places})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of that name, or None."""
        if name not in self.commands and name in self._places:
            module, _, called = self._places[name].partition(":")
            self.add_command(getattr(import_module(module), called), name)
        return super().get_command(context, name)
