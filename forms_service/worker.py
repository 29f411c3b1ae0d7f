"""The worker process: ``python -m forms_service.worker``, as many as there are cores to spare."""

from __future__ import annotations

import logging
import os
import signal
import threading
from pathlib import Path

import structlog

from forms_service import metrics
from forms_service.bootstrap import Application, build
from forms_service.build_facts import build_facts
from forms_service.config import Config
from forms_service.figures_listener import start_listening
from forms_service.isolation import may_open, what_holds
from forms_service.jobs import Worker
from forms_service.logs import own_process
from forms_service.metrics import is_counted_together, join_figures
from forms_service.ocr.engine import chosen_engine
from forms_service.reading_process import sweep
from forms_service.services.base import READ_UPLOAD, REHEARSE_FORM, SEND_LETTER, SORT_STACK
from forms_service.services.webhooks import DELIVER_WEBHOOK
from forms_service.storage.outages import ISOLATION
from forms_service.waiting_to_start import as_soon_as_possible

_HURRIED_S = 20
_LOOKED_AGAIN_AFTER_S = 30.0
"""Between two looks whether a machine that cannot lock in, where that is required, can by now."""

OPENS_PAPERS = frozenset({READ_UPLOAD, SORT_STACK, REHEARSE_FORM})
"""Tasks that begin a process which opens what somebody sent: they need a machine that locks it in."""

_ROOM_BYTES = 256 * 1024 * 1024
"""What one file of a reading may take at most; on a small disk of its own a tenth of that disk will do."""

log = structlog.get_logger(__name__)


def make_worker(application: Application, *, opens_papers: bool = True) -> Worker:
    """A worker for everything this service does in the background.

    Args:
        opens_papers: False leaves all work that opens what people sent to workers of other hosts; codes, letters,
            webhooks and what is due by the clock go on.
    """
    services = application.services
    give_up = {
        READ_UPLOAD: services.give_up_reading,
        SORT_STACK: services.give_up_stack,
        SEND_LETTER: services.give_up_letter,
        DELIVER_WEBHOOK: services.give_up_webhook,
        REHEARSE_FORM: services.give_up_rehearsal,
    }

    def given_up(task: str, key: str, cause: str, attempts: int) -> None:
        metrics.JOBS_GIVEN_UP.labels(task).inc()
        if task in give_up:
            give_up[task](key, cause, attempts)

    due = (
        services.run_due_timers,
        services.close_days,
        services.scan_again,
        services.forget_useless_letters,
        services.settle_dead_letters,
        services.forget,
        application.resealing.round,
        lambda: sweep(application.config.scratch_folder, application.config.reading),
    )

    def in_time() -> None:
        for step in due:
            try:
                step()
            except Exception as error:  # what is broken in one must not keep the others from their day
                name = getattr(step, "__name__", "sweep")
                log.warning("round of time failed", step=name, error=type(error).__name__)

    return Worker(
        application.database,
        tasks={
            name: metrics.counted(name, task)
            for name, task in (
                (READ_UPLOAD, services.read_upload),
                (SORT_STACK, services.sort_stack),
                (SEND_LETTER, services.send_letter),
                (DELIVER_WEBHOOK, services.deliver_webhook),
                (REHEARSE_FORM, services.run_rehearsal),
            )
            if opens_papers or name not in OPENS_PAPERS
        },
        given_up=given_up,
        slots=application.config.worker_slots,
        round_of_time=in_time,
        all_well=lambda: all_well(application),
    )


def all_well(application: Application) -> bool:
    """Whether papers can be kept and read, and the disk has room for another reading.

    Raises:
        OSError: The store says that it cannot be used.
    """
    application.services.objects.check()
    config = application.config
    return all(_has_room(folder) for folder in (config.scratch_folder, config.data_folder))


def _has_room(folder: Path) -> bool:
    room = os.statvfs(folder)
    free, whole = room.f_bavail * room.f_frsize, room.f_blocks * room.f_frsize
    has_names = room.f_favail > 0 or not room.f_files
    return has_names and free >= min(_ROOM_BYTES, whole // 10)


def run(config: Config | None = None, stop: threading.Event | None = None) -> None:
    """Work until asked to stop (SIGTERM, Ctrl-C, or ``stop``); a database that is away is waited for.

    Asked by SIGHUP, it finishes what it has begun, however long that takes: another has come in its place.
    """
    stop = stop or threading.Event()
    at_ease = threading.Event()
    is_process = threading.current_thread() is threading.main_thread()
    if is_process:
        own_process("worker")
        join_figures("worker")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())

        def finish_at_ease(*_: object) -> None:
            at_ease.set()
            stop.set()

        signal.signal(signal.SIGHUP, finish_at_ease)
    application = as_soon_as_possible(lambda: build(config), stop)
    if application is None:
        return
    chosen_engine()  # a name nobody registered is told at the start, not by failed readings
    sweep(application.config.scratch_folder, application.config.reading)
    threading.Thread(target=_warn_unless_locked_in, name="isolation", daemon=True).start()
    opens_papers = may_open()
    worker = make_worker(application, opens_papers=opens_papers)
    if is_process:
        facts = build_facts(application.config.spec_folder)
        application.services.note_start("worker", facts.version, facts.spec_hash)
    worker.start()
    listener = start_listening(application) if is_process and not is_counted_together() else None
    if not opens_papers:
        worker = _once_locked_in(application, worker, stop)
    stop.wait()
    all_ended = worker.stop(application.config.reading.longest_work_s if at_ease.is_set() else _HURRIED_S)
    if listener is not None:
        listener.shutdown()
    application.close()
    if (
        is_process and not all_ended
    ):  # the others have that work by now, and nobody waits for a reading to end
        logging.shutdown()
        os._exit(0)


def _once_locked_in(application: Application, worker: Worker, stop: threading.Event) -> Worker:
    """Leave papers to workers of other hosts until this one can lock in whoever opens them; gives who works then."""
    log.warning("papers wait", outage=ISOLATION)
    while not may_open():
        if stop.wait(_LOOKED_AGAIN_AFTER_S):
            return worker
    worker.stop(_HURRIED_S)
    log.info("papers are opened", outage=ISOLATION)
    worker = make_worker(application)
    worker.start()
    return worker


def _warn_unless_locked_in() -> None:
    """Say in the log what does not hold on this machine for processes that open uploads."""
    found = what_holds()
    if not found.holds:
        log.warning("uploads are opened less locked in", missing=found.missing)


if __name__ == "__main__":
    run()
