"""Papers in a bucket of any S3 service, for installations of many machines.

Objects lie under the same names as in the local folder, so either can be copied into the other.  Every
request is bounded in time and tried again a few times: an upload waits some seconds for a store that
stumbles, and is then refused in words instead of holding a thread for minutes.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from core.localized_text import LocalizedText
from forms_service.storage.objects import MISSING, MissingObject, ObjectsUnavailable, is_key, require_key

CONNECT_SECONDS = 3
REQUEST_SECONDS = 30
"""What one request may take: a paper of the largest size allowed, over a slow line."""

CHECK_SECONDS = 5
RETRIES = 3
RETRY_SECONDS = 20

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where a bucket is and who may use it; what is empty is looked for as S3 programs do.

    Attributes:
        endpoint: Address of the service; empty for Amazon's own in that region.
        secret: Shown by no message and no dump.
    """

    name: str
    prefix: str = ""
    endpoint: str = ""
    region: str = "us-east-1"
    key_id: str = ""
    secret: Secret | None = None
    session_token: Secret | None = None


class Secret(str):
    """A text that no dump of what holds it shows."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Say only that there is one."""
        return "…"


class BucketStore:
    """Objects of one bucket, each put once and never overwritten."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self._lock = threading.Lock()
        self._clients: dict[bool, Any] = {}

    def put(self, content: bytes) -> str:
        """Keep the bytes: the service answers when it has them durably; the same bytes are kept once."""
        key = hashlib.sha256(content).hexdigest()
        self.keep_as(key, content)
        return key

    def keep_as(self, key: str, content: bytes) -> None:
        """Keep the bytes durably under that key; what is there already stays."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        require_key(key)
        with _told(), suppress(AlreadyExistsError):
            obstore.put(self._client(), _place(key), content, mode="create", use_multipart=False)

    def replace(self, key: str, content: bytes, before: bytes) -> bool:
        """Exchange the object of that key, if the service still holds the version that was compared."""
        import obstore
        from obstore.exceptions import PreconditionError

        require_key(key)
        try:
            with _told():
                found = obstore.get(self._client(), _place(key))
                if bytes(found.bytes()) != before:
                    return False
                seen = found.meta["e_tag"]
                with suppress(PreconditionError):
                    obstore.put(
                        self._client(), _place(key), content, mode={"e_tag": seen}, use_multipart=False
                    )
                    return True
        except MissingObject:
            pass
        return False

    def get(self, key: str) -> bytes:
        """The bytes of that key, checked against it."""
        content = self.held_as(key)
        if hashlib.sha256(content).hexdigest() != key:
            log.error("an object is damaged", object=key)
            raise MissingObject(MISSING)
        return content

    def held_as(self, key: str) -> bytes:
        """The bytes of that key, unchecked."""
        import obstore

        require_key(key)
        with _told():
            return bytes(obstore.get(self._client(), _place(key)).bytes())

    def beginning(self, key: str, size: int) -> bytes:
        """The first bytes of that key, fetched without the rest."""
        import obstore

        require_key(key)
        with _told():
            if not (length := int(obstore.head(self._client(), _place(key))["size"])):
                return b""
            return bytes(obstore.get_range(self._client(), _place(key), start=0, end=min(size, length)))

    def has(self, key: str) -> bool:
        """Whether the bucket has that key."""
        import obstore

        require_key(key)
        try:
            with _told():
                obstore.head(self._client(), _place(key))
        except MissingObject:
            return False
        return True

    def remove(self, key: str) -> None:
        """Delete the object of that key; versions that the bucket itself keeps are its owner's to end."""
        import obstore

        require_key(key)
        with suppress(MissingObject), _told():
            obstore.delete(self._client(), _place(key))

    def keys(self) -> Iterator[str]:
        """The keys of all objects, a thousand a request."""
        import obstore

        with _told():
            for page in obstore.list(self._client()):
                names = (str(one["path"]).rpartition("/")[2] for one in page)
                yield from (name for name in names if is_key(name))

    def kept_before(self, at: datetime, part: str) -> Iterator[str]:
        """The keys of one folder that were kept before that time, a thousand a request."""
        import obstore

        with _told():
            for page in obstore.list(self._client(), prefix=part):
                names = (str(one["path"]).rpartition("/")[2] for one in page if one["last_modified"] < at)
                yield from (name for name in names if is_key(name))

    def check(self) -> None:
        """Ask for an object that cannot be: an answer, even «there is none», shows that all is well.

        Raises:
            ObjectsUnavailable: No answer came in a few seconds, or the bucket or its keys are wrong.
        """
        import obstore

        with suppress(MissingObject), _told():
            obstore.get(self._client(for_check=True), "check")

    def _client(self, *, for_check: bool = False) -> Any:
        """The connections of this process, made when first needed: none is shared with a forked child."""
        with self._lock:
            if for_check not in self._clients:
                self._clients[for_check] = _connect(self.bucket, for_check=for_check)
            return self._clients[for_check]


def _connect(bucket: Bucket, *, for_check: bool) -> Any:
    from obstore.store import S3Store

    told = {
        "endpoint": bucket.endpoint,
        "region": bucket.region,
        "access_key_id": bucket.key_id,
        "secret_access_key": str(bucket.secret or ""),
        "session_token": str(bucket.session_token or ""),
        "checksum_algorithm": "SHA256",
    }
    return S3Store(
        bucket.name,
        prefix=bucket.prefix or None,
        config={name: value for name, value in told.items() if value},  # type: ignore[arg-type]
        client_options={
            "allow_http": bucket.endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
            "timeout": timedelta(seconds=CHECK_SECONDS if for_check else REQUEST_SECONDS),
        },
        retry_config={
            "max_retries": 1 if for_check else RETRIES,
            "retry_timeout": timedelta(seconds=CHECK_SECONDS if for_check else RETRY_SECONDS),
            "backoff": {
                "init_backoff": timedelta(milliseconds=200),
                "max_backoff": timedelta(seconds=4),
                "base": 2,
            },
        },
    )


def _place(key: str) -> str:
    """Where an object lies, as in the local folder."""
    return f"{key[:2]}/{key[2:4]}/{key}"


@contextmanager
def _told() -> Iterator[None]:
    """Tell in our own words what the store answers: its own may carry addresses and keys."""
    from obstore import exceptions as s3

    try:
        yield
    except (FileNotFoundError, s3.NotFoundError) as error:
        if "NoSuchBucket" in str(error):
            raise ObjectsUnavailable(WRONG_BUCKET, code=WRONG) from None
        raise MissingObject(MISSING) from None
    except (s3.PermissionDeniedError, s3.UnauthenticatedError):
        raise ObjectsUnavailable(WRONG_KEYS, code=WRONG) from None
    except (s3.AlreadyExistsError, s3.PreconditionError):
        raise  # an answer, and not a failure
    except (s3.BaseError, OSError, ValueError) as error:
        log.warning("the object store does not answer", error=type(error).__name__)
        raise ObjectsUnavailable(NO_ANSWER) from None


WRONG = "wrong_object_store"
"""Code of what no waiting mends: somebody has to correct a setting."""

WRONG_BUCKET = LocalizedText(
    ar="الحاوية المذكورة في FORMS_OBJECTS_URL غير موجودة في مستودع الوثائق. أنشئوها أو صححوا الإعداد.",
    fr="Le compartiment nommé dans FORMS_OBJECTS_URL n'existe pas dans l'espace de stockage. "
    "Créez-le ou corrigez ce réglage.",
)
WRONG_KEYS = LocalizedText(
    ar="رفض مستودع الوثائق مفاتيح الولوج. تحققوا من AWS_ACCESS_KEY_ID وAWS_SECRET_ACCESS_KEY "
    "(أو FORMS_OBJECTS_SECRET_FILE) ومن صلاحياتها على الحاوية.",
    fr="L'espace de stockage des documents refuse les clés d'accès. "
    "Vérifiez AWS_ACCESS_KEY_ID et AWS_SECRET_ACCESS_KEY (ou FORMS_OBJECTS_SECRET_FILE) "
    "et leurs droits sur le compartiment.",
)
NO_ANSWER = LocalizedText(
    ar="مستودع الوثائق لا يجيب الآن. لم يضع شيء مما سبق قبوله. المرجو إعادة المحاولة بعد قليل.",
    fr="L'espace de stockage des documents ne répond pas en ce moment. Rien de ce qui a été accepté n'est perdu. "
    "Réessayez dans un moment.",
)
