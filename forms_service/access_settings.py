"""Settings of who comes in and how much they may use: the second step of a sign-in, quotas, paces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import FormsError

STAFF = frozenset({"clerk", "reviewer", "author", "operator"})
"""Roles of which a second step may be asked by a setting; applicants may set one up themselves."""

NOBODY = "none"
_MEBIBYTE = 1024 * 1024


class WrongAccessSetting(FormsError):
    """A setting about who comes in, or how much they may use, is not usable; nothing was started."""

    code = "invalid_setting"


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """Who must take a second step, and what accounts and addresses may use.

    Attributes:
        second_step_roles: Roles whose holders must set up a second step at their first sign-in.
        upload_files_a_day: Files an applicant's account may send in a day; 0 for as many as they like.
        upload_bytes_a_day: Bytes of them in a day.
        open_dossiers: Applications an applicant may have begun and not deposited at once.
        staff_upload_bytes_a_day: Bytes a clerk's account may send in a day: stacks of scans are large.
        costly_a_minute: Requests for what costs much (papers drawn, searches, exports, uploads) that one
            account may send in a minute.
        costly_a_minute_from: The same from one place of the network, visitors and all accounts together.
    """

    second_step_roles: frozenset[str] = frozenset()
    upload_files_a_day: int = 500
    upload_bytes_a_day: int = 2048 * _MEBIBYTE
    open_dossiers: int = 200
    staff_upload_bytes_a_day: int = 0
    costly_a_minute: int = 240
    costly_a_minute_from: int = 1200

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> AccessSettings:
        """Read them.

        Raises:
            WrongAccessSetting: One of them is not usable.
        """

        def count(name: str, default: int) -> int:
            text = environment.get(name, "").strip() or str(default)
            if not text.isascii() or not text.isdigit():
                raise WrongAccessSetting(f"{name}: {text!r} (0, 1, 2, …)")
            return int(text)

        usual = cls()
        return cls(
            second_step_roles=_roles(environment),
            upload_files_a_day=count("FORMS_UPLOAD_FILES_A_DAY", usual.upload_files_a_day),
            upload_bytes_a_day=_MEBIBYTE
            * count("FORMS_UPLOAD_MB_A_DAY", usual.upload_bytes_a_day // _MEBIBYTE),
            open_dossiers=count("FORMS_OPEN_DOSSIERS", usual.open_dossiers),
            staff_upload_bytes_a_day=_MEBIBYTE * count("FORMS_STAFF_UPLOAD_MB_A_DAY", 0),
            costly_a_minute=count("FORMS_COSTLY_A_MINUTE", usual.costly_a_minute),
            costly_a_minute_from=count("FORMS_COSTLY_A_MINUTE_FROM", usual.costly_a_minute_from),
        )


def _roles(environment: Mapping[str, str]) -> frozenset[str]:
    """The roles that must take a second step: all of staff, but on a demonstration nobody."""
    name = "FORMS_SECOND_STEP_ROLES"
    words = environment.get(name, "").replace(",", " ").split()
    if not words:
        demo = environment.get("FORMS_DEMO", "").strip().lower() in ("1", "true", "yes")
        return frozenset() if demo else STAFF
    if words == [NOBODY]:
        return frozenset()
    if unknown := set(words) - STAFF:
        raise WrongAccessSetting(
            f"{name}: {' '.join(sorted(unknown))!r} ({' '.join(sorted(STAFF))} / {NOBODY})"
        )
    return frozenset(words)
