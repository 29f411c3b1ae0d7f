"""``forms-service serve``, ``worker`` and ``demo``."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Requests at once.")
@click.option(
    "--workers", type=click.IntRange(0, 16), default=1, show_default=True, help="Reading processes."
)
@click.option("--demo", "with_demo", is_flag=True, help="Create demo accounts and print them.")
def serve(host: str, port: int, threads: int, workers: int, with_demo: bool) -> None:
    """Start the service: web pages and reading workers, until stopped with Ctrl-C."""
    if with_demo:
        os.environ["FORMS_DEMO"] = "1"
    from forms_service.serving import serve as start

    start(host=host, port=port, threads=threads, workers=workers)


@click.command()
def worker() -> None:
    """Start one more reading worker on the same data."""
    from forms_service.config import Config
    from forms_service.worker import run

    run(Config.from_environment())


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the results; demo/ in the data folder by default.",
)
def demo(output: Path | None) -> int:
    """Walk every sample person from spec to receipt and print where each result lies."""
    from forms_service.config import Config
    from forms_service.demo import walk_samples

    return walk_samples(output or Config.from_environment().data_folder / "demo")
