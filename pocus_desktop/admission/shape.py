"""What this room's models of documents share: bytes in base64, public keys, and where a document does not fit."""

from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, ValidationError

from pocus_desktop.crypto.encoding import BadEncodingError, from_base64, to_base64
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel.errors import PocusError


def _read_key(value: object) -> object:
    if isinstance(value, PublicKey):
        return value
    try:
        return PublicKey.from_json(value)
    except PocusError as problem:
        raise ValueError(problem.code) from problem


def _read_bytes(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return from_base64(value, field="sealed")
    except BadEncodingError as problem:
        raise ValueError(problem.code) from problem


Key = Annotated[PublicKey, BeforeValidator(_read_key), PlainSerializer(lambda key: key.as_json())]
Base64 = Annotated[bytes, BeforeValidator(_read_bytes), PlainSerializer(to_base64)]


def first_fault(problem: ValidationError) -> str:
    """Place and kind of the first fault (`window.not_after_ms: int_type`); never the value, which may be an answer."""
    first = problem.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['type']}"
