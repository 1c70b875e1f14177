"""A place in a bucket of any service that speaks the S3 API.

What is put carries its SHA-256, which the service checks before it takes it; it is created only where nothing is, so
that two processes do not write over each other, and read back and compared before it counts as kept. The service's
address, region and keys come from the environment or the files that the S3 client always reads (`AWS_ENDPOINT_URL_S3`,
`AWS_REGION`, `AWS_ACCESS_KEY_ID`, …); none of them is logged.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pocus_desktop.hub.errors import BadPlaceError, PlaceDamagedError, StoreUnavailableError
from pocus_desktop.hub.storage.places import is_name, require_name

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_T = TypeVar("_T")
_REGION: Final = "us-east-1"
"""What the protocol signs for where nothing else is said."""

_CONFIG: Final = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=32,
)
SIDE_BY_SIDE: Final = 8
_MISSING: Final = frozenset({"NoSuchKey", "404", "NotFound"})
_THERE: Final = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict"})


def open_bucket(address: str) -> "S3Place":
    """The place that `s3://bucket/prefix` names.

    Raises:
        BadPlaceError: The address is not understood.
        StoreUnavailableError: The service does not answer, or does not let us in.
    """
    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    prefix = prefix.strip("/")
    try:
        for part in (bucket, prefix) if prefix else (bucket,):
            require_name(part)
    except ValueError as problem:
        raise BadPlaceError(address="s3://…") from problem
    try:
        session = boto3.session.Session()
        client = session.client("s3", region_name=session.region_name or _REGION, config=_CONFIG)
    except (BotoCoreError, ValueError) as problem:
        raise StoreUnavailableError(reason=type(problem).__name__) from problem
    place = S3Place(client, bucket, f"{prefix}/" if prefix else "")
    place.require_bucket()
    return place


class S3Place:
    """The keys of a bucket that begin with a prefix."""

    def __init__(self, client: "S3Client", bucket: str, prefix: str) -> None:
        """Name it.

        Args:
            client: Of the service; any thread may use it.
            bucket: There already.
            prefix: Empty, or ends in `/`.
        """
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def require_bucket(self) -> None:
        """The service answers and has the bucket.

        Raises:
            StoreUnavailableError: It does not.
        """
        _asked(lambda: self._client.head_bucket(Bucket=self._bucket))

    def put(self, name: str, data: bytes) -> None:
        """As `Place.put`."""
        key = self._key(name)
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data, ChecksumSHA256=checksum, IfNoneMatch="*")
        except (ClientError, BotoCoreError) as problem:
            if _code(problem) not in _THERE:
                raise _unavailable(problem) from problem
            if self.get(name) == data:
                return
            _asked(lambda: self._client.put_object(Bucket=self._bucket, Key=key, Body=data, ChecksumSHA256=checksum))
        if self.get(name) != data:
            raise StoreUnavailableError(reason="what was put is not what is there")

    def put_all(self, several: Mapping[str, bytes]) -> None:
        """As `Place.put_all`: side by side, for the service is far away."""
        if len(several) == 1:
            ((name, data),) = several.items()
            self.put(name, data)
            return
        with ThreadPoolExecutor(min(len(several), SIDE_BY_SIDE)) as threads:
            for done in [threads.submit(self.put, name, data) for name, data in several.items()]:
                done.result()

    def get(self, name: str) -> bytes | None:
        """As `Place.get`."""
        key = self._key(name)
        try:
            body: bytes = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as problem:
            if _code(problem) in _MISSING:
                return None
            if _code(problem) == "InvalidObjectState":
                raise PlaceDamagedError(reason="InvalidObjectState") from problem
            raise _unavailable(problem) from problem
        except BotoCoreError as problem:
            raise _unavailable(problem) from problem
        return body

    def may_have(self, name: str) -> bool:
        """As `Place.may_have`; asking the service costs more than whatever is spared."""
        require_name(name)
        return True

    def remove(self, name: str) -> None:
        """As `Place.remove`."""
        key = self._key(name)
        _asked(lambda: self._client.delete_object(Bucket=self._bucket, Key=key))

    def names(self) -> Iterator[str]:
        """As `Place.names`."""
        pages = self._client.get_paginator("list_objects_v2")
        try:
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
                for found in page.get("Contents", ()):
                    name = found["Key"].removeprefix(self._prefix)
                    if is_name(name):  # a folder's marker is none
                        yield name
        except (ClientError, BotoCoreError) as problem:
            raise _unavailable(problem) from problem

    def at(self, part: str) -> "S3Place":
        """As `Place.at`."""
        require_name(part)
        return S3Place(self._client, self._bucket, f"{self._prefix}{part}/")

    def free_bytes(self) -> None:
        """As `Place.free_bytes`: a service has no such figure."""

    def _key(self, name: str) -> str:
        require_name(name)
        return self._prefix + name


def _asked(work: Callable[[], _T]) -> _T:
    try:
        return work()
    except (ClientError, BotoCoreError) as problem:
        raise _unavailable(problem) from problem


def _code(problem: Exception) -> str:
    return str(problem.response.get("Error", {}).get("Code", "")) if isinstance(problem, ClientError) else ""


def _unavailable(problem: Exception) -> StoreUnavailableError:
    """By the code of the answer or the kind of the fault; the text could carry an address or a key's name."""
    return StoreUnavailableError(reason=_code(problem) or type(problem).__name__)
