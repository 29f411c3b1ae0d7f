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
@click.option("--processes", type=click.IntRange(1, 32), default=1, show_default=True, help="Web processes.")
@click.option("--demo", "with_demo", is_flag=True, help="Create demo accounts and print them.")
def serve(host: str, port: int, threads: int, workers: int, processes: int, with_demo: bool) -> None:
    """Start the service: web pages and reading workers, until stopped with Ctrl-C."""
    if with_demo:
        os.environ["FORMS_DEMO"] = "1"
    from forms_service.serving import serve as start

    start(host=host, port=port, threads=threads, workers=workers, processes=processes)


@click.command()
def worker() -> None:
    """Start one more reading worker on the same data."""
    from forms_service.config import Config
    from forms_service.worker import run

    run(Config.from_environment())


@click.command()
@click.option(
    "--only",
    type=click.Choice(["samples", "courses"]),
    help="The sample people's papers, or the requests with a course of their own; both by default.",
)
@click.option("--lang", type=click.Choice(["ar", "fr"]), help="Language of the requests; both by default.")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the results; demo/ in the data folder by default.",
)
def demo(only: str | None, lang: str | None, output: Path | None) -> int:
    """Walk every sample person, and four requests in Arabic and French; print where each result lies."""
    from core.localized_text import Language
    from forms_service.config import Config
    from forms_service.demo import walk_samples
    from forms_service.demo_courses import walk_courses

    folder = output or Config.from_environment().data_folder / "demo"
    languages = [Language(lang)] if lang else list(Language)
    failed = only != "courses" and walk_samples(folder) != 0
    failed |= only != "samples" and not walk_courses(folder / "courses", languages)
    return int(failed)
