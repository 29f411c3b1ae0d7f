"""The worker process: ``python -m forms_service.worker``, as many as there are cores to spare."""

from __future__ import annotations

import signal
import threading

from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.isolation import warn_unless_it_holds
from forms_service.jobs import Worker
from forms_service.ocr.engine import chosen_engine
from forms_service.reading_process import sweep
from forms_service.services.base import READ_UPLOAD, REHEARSE_FORM, SEND_LETTER, SORT_STACK
from forms_service.services.webhooks import DELIVER_WEBHOOK


def make_worker(application: Application) -> Worker:
    """A worker for everything this service does in the background."""

    def given_up(task: str, key: str) -> None:
        if task == READ_UPLOAD:
            application.services.give_up_reading(key)
        elif task == SORT_STACK:
            application.services.give_up_stack(key)
        elif task == SEND_LETTER:
            application.services.give_up_letter(key)
        elif task == DELIVER_WEBHOOK:
            application.services.give_up_webhook(key)
        elif task == REHEARSE_FORM:
            application.services.give_up_rehearsal(key)

    return Worker(
        application.database,
        tasks={
            READ_UPLOAD: application.services.read_upload,
            SORT_STACK: application.services.sort_stack,
            SEND_LETTER: application.services.send_letter,
            DELIVER_WEBHOOK: application.services.deliver_webhook,
            REHEARSE_FORM: application.services.run_rehearsal,
        },
        given_up=given_up,
        slots=application.config.worker_slots,
        round_of_time=application.services.run_due_timers,
    )


def run(config: Config | None = None, stop: threading.Event | None = None) -> None:
    """Work until asked to stop (SIGTERM, Ctrl-C, or ``stop``)."""
    stop = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    application = build(config)
    chosen_engine()  # a name nobody registered is told at the start, not by failed readings
    sweep(application.config.scratch_folder, application.config.reading)
    threading.Thread(target=warn_unless_it_holds, name="isolation", daemon=True).start()
    worker = make_worker(application)
    worker.start()
    stop.wait()
    worker.stop()
    application.close()


if __name__ == "__main__":
    run()
