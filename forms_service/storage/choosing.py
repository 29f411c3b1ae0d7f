"""Which store keeps the papers: the folder of this machine, or a bucket that many machines share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from core.localized_text import LocalizedText
from forms_service.settings import InvalidSetting
from forms_service.storage.bucket import WRONG, Bucket, BucketStore, Secret
from forms_service.storage.objects import FolderStore, ObjectStore, ObjectsUnavailable

URL = "FORMS_OBJECTS_URL"
SECRET_FILE = "FORMS_OBJECTS_SECRET_FILE"  # noqa: S105 - the name of a setting
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ObjectsSettings:
    """Where papers are kept: ``bucket`` is None for the folder of this machine."""

    bucket: Bucket | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> ObjectsSettings:
        """Read ``FORMS_OBJECTS_URL`` and what S3 programs usually read.

        Raises:
            InvalidSetting: One of them is not usable.
        """

        def given(*names: str) -> str:
            return next((value for one in names if (value := environment.get(one, "").strip())), "")

        if not (url := given(URL)):
            return cls()
        parts = urlsplit(url)
        if parts.scheme != "s3" or not parts.hostname or parts.query or parts.username:
            shown = f"{parts.scheme}://…" if "@" in url else url
            raise InvalidSetting(f"{URL}: {shown!r} (s3://documents, s3://documents/dossier)")
        endpoint = given("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL").rstrip("/")
        if endpoint and (
            urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).hostname
        ):
            raise InvalidSetting(f"AWS_ENDPOINT_URL: {endpoint!r} (https://s3.exemple.ma)")
        key_id, secret = (
            given("AWS_ACCESS_KEY_ID"),
            _secret(given(SECRET_FILE), given("AWS_SECRET_ACCESS_KEY")),
        )
        if bool(key_id) != bool(secret):
            raise InvalidSetting(_HALF_A_KEY)
        return cls(
            Bucket(
                name=parts.netloc,
                prefix=parts.path.strip("/"),
                endpoint=endpoint,
                region=given("AWS_REGION", "AWS_DEFAULT_REGION") or "us-east-1",
                key_id=key_id,
                secret=Secret(secret) if secret else None,
                session_token=Secret(given("AWS_SESSION_TOKEN")) or None,
            )
        )


def store_for(settings: ObjectsSettings, folder: Path) -> ObjectStore:
    """The store that the settings name; what no waiting would mend is told at once.

    Raises:
        ObjectsUnavailable: The bucket does not exist, or refuses the keys.
    """
    if settings.bucket is None:
        return FolderStore(folder)
    store = BucketStore(settings.bucket)
    try:
        store.check()
    except ObjectsUnavailable as error:
        if error.code == WRONG:
            raise
        log.warning("started without the object store: it does not answer yet")
    return store


def _secret(path: str, plain: str) -> str:
    if not path:
        return plain
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        name = f"{SECRET_FILE} ({path})"
        raise InvalidSetting(
            LocalizedText(
                ar=f"تعذرت قراءة {name}. تحققوا من وجود الملف ومن صلاحياته.",
                fr=f"{name} ne peut pas être lu. Vérifiez que le fichier existe et ses droits.",
            )
        ) from None


_HALF_A_KEY = LocalizedText(
    ar="يجب إعطاء AWS_ACCESS_KEY_ID وAWS_SECRET_ACCESS_KEY (أو FORMS_OBJECTS_SECRET_FILE) معا، "
    "أو تركهما معا لتؤخذ صلاحيات الجهاز نفسه.",
    fr="AWS_ACCESS_KEY_ID et AWS_SECRET_ACCESS_KEY (ou FORMS_OBJECTS_SECRET_FILE) se donnent ensemble, "
    "ou aucun des deux pour prendre les droits de la machine elle-même.",
)
