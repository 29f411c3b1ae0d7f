"""Chooses the adapters, once: the only place that knows which database, store and engine are used."""

from __future__ import annotations

import resource
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from forms_service.config import Config
from forms_service.counting import count_what_is_kept, counted
from forms_service.first_look import FirstLook, LookingProcess
from forms_service.forms_in_settings import require_known_forms
from forms_service.guide import Guide
from forms_service.jobs import DbosJobs, Jobs, prepare_tables
from forms_service.logs import prepare_logs
from forms_service.registers import FileRegisters, Registers
from forms_service.sealing import Seal
from forms_service.sending import Carriers
from forms_service.sending.choosing import carriers_for
from forms_service.services import Adapters, Services
from forms_service.shared_by_hosts import require_shared
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.storage.choosing import store_for
from forms_service.storage.data_keys import KeyChest
from forms_service.storage.database import Database
from forms_service.storage.object_references import check_references
from forms_service.storage.pinning import pin_what_lay_open
from forms_service.storage.resealing import Resealing
from forms_service.storage.sealed_columns import seal_with
from forms_service.storage.sealed_objects import SealedStore
from forms_service.virus_scan import VirusScanner


@dataclass(frozen=True, slots=True)
class Application:
    """Everything put together: what ``web``, the commands and the worker start from."""

    services: Services
    catalogue: SpecCatalogue
    config: Config
    database: Database
    jobs: Jobs
    guide: Guide
    resealing: Resealing

    def close(self) -> None:
        """Give connections back and end what stands ready."""
        self.services.adapters.first_look.close()
        if isinstance(self.jobs, DbosJobs):
            self.jobs.close()
        self.database.close()


def build(
    config: Config | None = None,
    *,
    clock: Callable[[], datetime] | None = None,
    pick: Callable[[int], int] = secrets.randbelow,
    draw: Callable[[], float] | None = None,
    catalogue: SpecCatalogue | None = None,
    jobs: Jobs | None = None,
    first_look: FirstLook | None = None,
    carriers: Carriers | None = None,
    registers: Registers | None = None,
    scanner: VirusScanner | None = None,
) -> Application:
    """Put the service together: folders, keys, tables and, on a demonstration, its accounts.

    Raises:
        SpecErrors: A spec is wrong; nothing is started on it.
        InvalidSetting: A setting is not usable.
        WrongSendingSetting: A setting for sending messages is not.
        ReceiptIdentityError: The identity that is to sign receipts cannot.
        WrongMasterKey: The master key does not open what this database holds.
    """
    config = config or Config.from_environment()
    prepare_logs(config.watching.log_level)
    count_what_is_kept()
    carriers = carriers or carriers_for(config.sending, config.mailbox_folder)
    catalogue = catalogue or SpecCatalogue.load(config.spec_folder)
    require_known_forms(config, catalogue)
    clock = clock or _clock(config.days_ahead)
    kept = open_storage(config, clock)
    database = kept.database
    jobs = jobs or DbosJobs(config.resolved_database_url)
    adapters = Adapters(
        config=config,
        catalogue=catalogue,
        database=database,
        objects=counted(kept.papers),
        jobs=jobs,
        clock=clock,
        pick=pick,
        draw=draw or secrets.SystemRandom().random,
        first_look=first_look or LookingProcess(config.scratch_folder),
        signer=_signer(config, _now),
        seal=Seal(config.secret_key()),
        carriers=carriers,
        registers=registers or FileRegisters(config.registers_folder),
        scanner=scanner or config.virus_scanner.scanner(),
    )
    services = Services(adapters)
    database.before_commit += [
        services.announce_changes,
        services.mark_effective,
        lambda session: check_references(session, adapters.objects),
    ]
    if config.demo:
        from forms_service.demo_accounts import open_demo_accounts

        open_demo_accounts(services)
    guide = Guide(config.spec_folder, database.engine)
    return Application(services, catalogue, config, database, jobs, guide, kept)


def open_storage(config: Config, clock: Callable[[], datetime] | None = None) -> Resealing:
    """Database and papers, with the keys that open both; a service that is whole needs more (``build``).

    Raises:
        WrongMasterKey: The master key is missing or not that of this database; nothing was written.
    """
    no_core_dumps()
    config.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    clock = clock or _now
    database = Database(config.resolved_database_url, config.database_connections)
    chest = KeyChest(database, config.sealing.master_key, config.keys_folder)
    chest.check()  # before there is an empty folder of keys, into which a copy of them would go as keys/keys
    config.prepare_folders()
    database.migrate(config.data_folder, prepare_tables)
    require_shared(database, config, clock())
    ring = chest.open(clock())
    seal_with(database.engine, ring)
    pin_what_lay_open(database)
    papers = SealedStore(store_for(config.objects, config.objects_folder), ring)
    return Resealing(database, papers, chest, ring, clock, config.sealing.key_days)


def no_core_dumps() -> None:
    """Keep what this process holds open out of files that a crash would leave behind."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _now() -> datetime:
    return datetime.now(UTC)


def _clock(days_ahead: int) -> Callable[[], datetime]:
    """The present, or in a trial the present of some days later."""
    if not days_ahead:
        return _now
    return lambda: _now() + timedelta(days=days_ahead)


def _signer(config: Config, clock: Callable[[], datetime]) -> Callable[[], Any]:
    """The receipts' signer, made when the first receipt needs it: signing is slow to load.

    An identity that is given is read at once: what is wrong with it is said at the start, not when
    somebody deposits.
    """

    @cache
    def load() -> Any:
        from forms_service.receipt_identity import signer_for

        return signer_for(config.keys_folder, config.receipt_identity, config.receipt_passphrase)

    def still_valid() -> Any:
        from forms_service.receipt_identity import check_validity

        signer = load()
        check_validity(signer.certificate, config.receipt_identity or config.keys_folder, clock())
        return signer

    if config.receipt_identity is not None:
        load()
    return still_valid
