"""Settings of those who watch the service: logs, figures for monitoring, and how it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network

from forms_service.settings import Network, Settings

THIS_MACHINE = "127.0.0.0/8 ::1"
LOG_LEVELS = ("info", "debug", "warning", "error")


@dataclass(frozen=True, slots=True)
class WatchingSettings:
    """What is told to whoever watches, and to whom.

    Attributes:
        log_level: How much is written: ``info``, ``debug``, ``warning``, ``error``.
        log_addresses: Whether lines about requests name the address they came from: personal data.
        metrics_networks: From where ``/metrics`` answers; elsewhere there is no such page.
        metrics_listen: Address and port of a listener of its own for figures, for hosts without pages.
        slow_page_ms: From how long on an answer is noted as slow.
        slow_reading_s: From how long on a job is shown as slow.
        drain_s: How long a process that was asked to stop goes on answering while it says «not ready».
    """

    log_level: str = "info"
    log_addresses: bool = False
    metrics_networks: tuple[Network, ...] = tuple(ip_network(one) for one in THIS_MACHINE.split())
    metrics_listen: tuple[str, int] | None = None
    slow_page_ms: int = 2000
    slow_reading_s: int = 60
    drain_s: int = 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> WatchingSettings:
        """Read the settings.

        Raises:
            InvalidSetting: Some of them are not usable; it names each of them.
        """
        given, usual = Settings(environment), cls()
        read = cls(
            log_level=given.one_of("FORMS_LOG_LEVEL", LOG_LEVELS),
            log_addresses=given.flag("FORMS_LOG_ADDRESSES"),
            metrics_networks=given.networks("FORMS_METRICS_NETWORKS", THIS_MACHINE),
            metrics_listen=_address(given, "FORMS_METRICS_LISTEN"),
            slow_page_ms=given.count("FORMS_SLOW_PAGE_MS", usual.slow_page_ms),
            slow_reading_s=given.count("FORMS_SLOW_READING_SECONDS", usual.slow_reading_s),
            drain_s=given.count("FORMS_DRAIN_SECONDS", 0, least=0),
        )
        given.refuse_wrong()
        return read


def _address(given: Settings, name: str) -> tuple[str, int] | None:
    value = given.text(name, "")
    if not value:
        return None
    host, _, port = value.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        given.wrong(name, value, "127.0.0.1:9464")
        return None
    return host.strip("[]"), int(port)
