"""Settings, all from the environment, all with a default that runs on a laptop."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.localized_text import LocalizedText
from forms_service.access_settings import AccessSettings
from forms_service.evidence_settings import EvidenceSettings
from forms_service.isolation.required import REQUIRED
from forms_service.provider_settings import ProviderSettings
from forms_service.reading_limits import MEBIBYTE, ReadingLimits
from forms_service.sealing_settings import SealingSettings
from forms_service.sending.choosing import SendingSettings
from forms_service.settings import InvalidSetting, Settings
from forms_service.storage.choosing import ObjectsSettings
from forms_service.virus_scan import ScannerSettings
from forms_service.watching_settings import WatchingSettings

CONNECTIONS = 20
"""What one process keeps open to PostgreSQL at most, beside the task engine's own."""

LONGEST_REVIEW_DAYS = 60
"""What law 55-19 gives an administration to answer in, where a form is given no shorter time."""


CLOCK_STOPS, CLOCK_RUNS, CLOCK_RESTARTS = "stops", "runs", "restarts"
"""What a request for a correction does to the time for a decision."""


@dataclass(frozen=True, slots=True)
class Config:
    """How this installation runs.

    Attributes:
        data_folder: Database, objects and keys, unless other settings say otherwise.
        database_url: Of the database; empty for SQLite in the data folder.
        database_connections: How many connections to PostgreSQL one process keeps open at most.
        spec_folder: The forms' YAML specs.
        registers_folder: The fund's registers as YAML files; None when there are none.
        public_url: Address that the receipt's QR code leads to.
        physical_check_rate: Share of deposits drawn for a check of the papers; None leaves it to the spec.
        trusted_proxies: Networks of the proxies whose word is taken for where a visitor comes from.
        demo: Whether the demonstration accounts exist.
        four_eyes: Ids of the forms whose decisions a second reviewer confirms; ``all`` for every form.
        review_days: Days from the deposit in which a decision is due, by form; ``""`` for the others.
        correction_days: Days in which an applicant is asked to answer a request for a correction.
        correction_clock: What such a request does to the time for a decision: it ``stops`` until the answer,
            ``runs`` on, or ``restarts`` with the answer.
        receipt_identity: PKCS#12 file that receipts are signed with; None for keys made at the first start.
        receipt_passphrase_file: File that holds its passphrase.
        objects: Where papers are kept, if not in the data folder.
        virus_scanner: Which scanner is asked about uploads; none by default.
        sealing: The master key of what is sealed on disks, and how old its data keys may become.
        sending: How e-mail and SMS leave.
        access: Who must take a second step at the sign-in, and how much anybody may use.
        provider: The identity provider that staff may come in by; None without one.
        answers_kept: How long a request with an idempotency key is answered again without being repeated.
        requests_a_minute: How many requests a token may send in a minute.
        webhook_private: Whether webhooks may go to private addresses and without TLS: for trying things out.
        days_ahead: Days that the service's clock is ahead: to see in a trial what time does to requests.
        watching: What is told to whoever watches the service, and to whom.
        evidence: Who stamps the time on the seals of the record, and where these go.
        unused_account_days: After so many days without a sign-in an account that has no request is emptied.
        webhook_pause_s: Pause after a first failed webhook; each further one is four times as long.
    """

    data_folder: Path = Path("var")
    database_url: str = ""
    database_connections: int = CONNECTIONS
    spec_folder: Path = field(default_factory=lambda: default_spec_folder())
    registers_folder: Path | None = None
    public_url: str = "http://127.0.0.1:8000"
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    timezone: str = "Africa/Casablanca"
    demo: bool = False
    four_eyes: frozenset[str] = frozenset()
    review_days: Mapping[str, int] = field(default_factory=lambda: {"": LONGEST_REVIEW_DAYS})
    correction_days: int = 30
    correction_clock: str = CLOCK_STOPS
    physical_check_rate: float | None = None
    max_upload_bytes: int = 40 * MEBIBYTE
    max_uploads: int = 100
    worker_slots: int = 1
    reading: ReadingLimits = field(default_factory=ReadingLimits)
    receipt_identity: Path | None = None
    receipt_passphrase_file: Path | None = None
    objects: ObjectsSettings = field(default_factory=ObjectsSettings)
    virus_scanner: ScannerSettings = field(default_factory=ScannerSettings)
    sealing: SealingSettings = field(default_factory=SealingSettings)
    sending: SendingSettings = field(default_factory=SendingSettings)
    access: AccessSettings = field(default_factory=AccessSettings)
    provider: ProviderSettings | None = None
    answers_kept: timedelta = timedelta(hours=24)
    requests_a_minute: int = 600
    webhook_private: bool = False
    webhook_pause_s: float = 10.0
    days_ahead: int = 0
    watching: WatchingSettings = field(default_factory=WatchingSettings)
    evidence: EvidenceSettings = field(default_factory=EvidenceSettings)
    unused_account_days: int = 1095

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Config:
        """Read the ``FORMS_…`` settings.

        Raises:
            InvalidSetting: Some of them are not usable; it names each of them.
        """
        given = Settings(environment)
        config = cls(
            data_folder=Path(given.text("FORMS_DATA_DIR", "var")),
            database_url=given.part(_database_url, ""),
            database_connections=given.count("FORMS_DATABASE_CONNECTIONS", CONNECTIONS, least=4),
            spec_folder=Path(given.text("FORMS_SPEC_DIR", str(default_spec_folder()))),
            registers_folder=given.path("FORMS_REGISTERS_DIR") or _demo_registers(given.flag("FORMS_DEMO")),
            public_url=given.web_address("FORMS_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
            trusted_proxies=given.networks("FORMS_TRUSTED_PROXIES"),
            timezone=given.text("FORMS_TIMEZONE", "Africa/Casablanca"),
            demo=given.flag("FORMS_DEMO"),
            four_eyes=frozenset(given.text("FORMS_FOUR_EYES", "").replace(",", " ").split()),
            review_days=given.days_by_form("FORMS_REVIEW_DAYS", LONGEST_REVIEW_DAYS),
            correction_days=given.count("FORMS_CORRECTION_DAYS", 30),
            correction_clock=given.one_of(
                "FORMS_CORRECTION_CLOCK", (CLOCK_STOPS, CLOCK_RUNS, CLOCK_RESTARTS)
            ),
            physical_check_rate=given.share("FORMS_PHYSICAL_CHECK_RATE"),
            max_upload_bytes=given.count("FORMS_MAX_UPLOAD_MB", 40) * MEBIBYTE,
            worker_slots=given.count("FORMS_WORKER_SLOTS", 1),
            reading=ReadingLimits(wall_seconds=float(given.count("FORMS_READING_SECONDS", 240))),
            receipt_identity=given.path("FORMS_RECEIPT_IDENTITY"),
            receipt_passphrase_file=given.path("FORMS_RECEIPT_PASSPHRASE_FILE"),
            objects=given.part(ObjectsSettings.from_environment, ObjectsSettings()),
            virus_scanner=given.part(ScannerSettings.from_environment, ScannerSettings()),
            sealing=given.part(SealingSettings.from_environment, SealingSettings()),
            sending=given.part(SendingSettings.from_environment, SendingSettings()),
            access=given.part(AccessSettings.from_environment, AccessSettings()),
            provider=given.part(ProviderSettings.from_environment, None),
            answers_kept=timedelta(hours=given.count("FORMS_IDEMPOTENCY_HOURS", 24)),
            requests_a_minute=given.count("FORMS_API_REQUESTS_A_MINUTE", 600),
            webhook_private=given.flag("FORMS_WEBHOOK_PRIVATE"),
            webhook_pause_s=float(given.count("FORMS_WEBHOOK_PAUSE_SECONDS", 10)),
            days_ahead=given.count("FORMS_DAYS_AHEAD", 0, least=0),
            watching=given.part(WatchingSettings.from_environment, WatchingSettings()),
            evidence=given.part(EvidenceSettings.from_environment, EvidenceSettings()),
            unused_account_days=given.count("FORMS_UNUSED_ACCOUNT_DAYS", 1095),
        )
        given.part(lambda _: config.zone(), None)
        given.flag(REQUIRED)  # asked of the environment by whoever opens uploads: here only told when wrong
        given.refuse_wrong()
        return config

    def days_to_decide(self, form_id: str) -> int:
        """Days from the deposit in which a decision on that form is due."""
        return self.review_days.get(form_id, self.review_days.get("", LONGEST_REVIEW_DAYS))

    @property
    def resolved_database_url(self) -> str:
        """The database's URL; SQLite in the data folder by default."""
        return self.database_url or f"sqlite:///{self.data_folder.resolve() / 'forms.sqlite'}"

    @property
    def objects_folder(self) -> Path:
        """Where papers are kept."""
        return self.data_folder.resolve() / "objects"

    @property
    def scratch_folder(self) -> Path:
        """Where readings work; nothing in it outlives them."""
        return self.data_folder.resolve() / "scratch"

    @property
    def keys_folder(self) -> Path:
        """Where the session key and the receipts' signing keys are kept."""
        return self.data_folder.resolve() / "keys"

    @property
    def mailbox_folder(self) -> Path:
        """Where messages are written that no setting sends anywhere else."""
        return self.data_folder.resolve() / "mailbox"

    def zone(self) -> ZoneInfo:
        """The time zone in which days begin.

        Raises:
            InvalidSetting: This machine does not know it.
        """
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise InvalidSetting(f"FORMS_TIMEZONE: {self.timezone!r} ?") from error

    def prepare_folders(self) -> None:
        """Make the folders, readable by this user only."""
        for folder in (self.data_folder, self.objects_folder, self.keys_folder, self.scratch_folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def secret_key_is_given(self) -> bool:
        """Whether ``FORMS_SECRET_KEY`` is set: then nothing is made here."""
        return bool(os.environ.get("FORMS_SECRET_KEY"))

    def secret_key(self) -> str:
        """The key that signs sessions: ``FORMS_SECRET_KEY``, or one made at the first start."""
        if given := os.environ.get("FORMS_SECRET_KEY"):
            return given
        return kept_secret(self.keys_folder / "session.key")

    def receipt_passphrase(self) -> str:
        """The passphrase of the receipts' identity, from its file or ``FORMS_RECEIPT_PASSPHRASE``.

        It is read when it is needed and kept nowhere, so that no dump of the settings shows it.

        Raises:
            InvalidSetting: Its file cannot be read.
        """
        if self.receipt_passphrase_file is None:
            return os.environ.get("FORMS_RECEIPT_PASSPHRASE", "")
        try:
            return self.receipt_passphrase_file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            name = f"FORMS_RECEIPT_PASSPHRASE_FILE ({self.receipt_passphrase_file})"
            raise InvalidSetting(
                LocalizedText(
                    ar=f"تعذرت قراءة {name}. تحققوا من وجود الملف ومن صلاحياته.",
                    fr=f"{name} ne peut pas être lu. Vérifiez que le fichier existe et ses droits.",
                )
            ) from None


def _database_url(environment: Mapping[str, str]) -> str:
    given = environment.get("FORMS_DATABASE_URL", "").strip()
    if not given:
        return ""
    # Whoever keeps to SQLite does not wait for what speaks with databases, only to have nothing checked.
    from forms_service.storage.postgresql import usable_url

    return usable_url(given)


def _demo_registers(demo: bool) -> Path | None:
    """The invented registers of a demonstration."""
    return Path(__file__).resolve().parent.parent / "samples" / "registers" if demo else None


def default_spec_folder() -> Path:
    """The specs that are shipped beside this package."""
    return Path(__file__).resolve().parent.parent / "form_specs"


def kept_secret(path: Path) -> str:
    """The secret kept in that file; made, for this user's eyes only, when there is none.

    Several processes may start at once: the first to link its file in place wins.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
