"""Figures that stand in the database rather than in a process: the work that waits, and what became of letters.

Every host that is asked tells the same of these; rules take the highest and do not add them up.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime

import structlog
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from forms_service.build_facts import build_facts
from forms_service.config import Config
from forms_service.services import Services
from forms_service.services.watching import WorkFacts

log = structlog.get_logger(__name__)


class ServiceFigures(Collector):
    """Reads them when somebody asks."""

    def __init__(self, services: Services, config: Config) -> None:
        self._services, self._config = services, config

    def collect(self) -> Iterator[Metric]:
        """What runs, what is reached, and the work in the database."""
        facts = build_facts(self._config.spec_folder)
        info = InfoMetricFamily("forms_build", "The program, and the hash of the forms it runs on.")
        info.add_metric((), {"version": facts.version, "specs": facts.spec_hash})
        yield info
        parts = self._services.readiness()
        yield _labelled("forms_reached", "Whether a part is there (1) or not (0).", "part", parts.items())
        yield _one("forms_data_free_bytes", "Room left where data is kept.", _free_bytes(self._config))
        try:
            work = self._services.work_facts()
        except Exception as trouble:  # the rest must be told above all when the database is away
            log.warning("figures of the database missing", exc_info=trouble)
            return
        yield from _of_work(work, self._services.now())


def _of_work(work: WorkFacts, now: datetime) -> Iterator[Metric]:
    lines = work.queue
    yield _labelled(
        "forms_queue_waiting", "Jobs that could be begun now.", "task", [(o.task, o.waiting) for o in lines]
    )
    yield _labelled(
        "forms_queue_running", "Jobs under way.", "task", [(one.task, one.running) for one in lines]
    )
    yield _labelled("forms_queue_later", "Jobs put off.", "task", [(one.task, one.later) for one in lines])
    ages = [(one.task, _age_s(one.oldest_at, now)) for one in lines]
    yield _labelled("forms_queue_oldest_seconds", "Age of the oldest waiting job.", "task", ages)
    yield _one("forms_workers", "Workers that live, on all hosts.", work.workers)
    yield _one("forms_dead_letters", "Jobs given up that wait for a person.", work.dead_letters)
    yield _one("forms_letters_waiting", "Messages not sent yet.", work.letters_waiting)
    yield _one("forms_letters_failed", "Messages given up during the last day.", work.letters_failed)
    yield _one("forms_webhooks_waiting", "Deliveries to programs not done yet.", work.webhooks_waiting)
    yield _one("forms_webhooks_failed", "Deliveries given up during the last day.", work.webhooks_failed)
    yield _one("forms_database_bytes", "Size of the database.", work.database_bytes)
    yield _one(
        "forms_backup_age_seconds",
        "Time since the last backup, or since the record began where none was ever made.",
        _age_s(work.unsaved_since, now),
    )


def _one(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(name, said, value=float(value))


def _labelled(name: str, said: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(name, said, labels=(label,))
    for key, value in values:
        family.add_metric((key,), float(value))
    return family


def _age_s(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _free_bytes(config: Config) -> int:
    try:
        return shutil.disk_usage(config.data_folder).free
    except OSError:
        return 0
