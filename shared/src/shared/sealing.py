"""Sealed fields: encrypted per record, openable only by services that hold the class key.

A sealed value is a JWE in compact form (RFC 7516): a fresh 256-bit content key per record
(A256GCM), wrapped by the key of its data class (A256GCMKW, RFC 7518 section 4.7). The protected
header carries the record's id, so a sealed value cannot be moved to another record.
"""

import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_core import from_json, to_json


class DataClass(StrEnum):
    """What a field is, hence who may read it."""

    PUBLIC = "public"  # public justice record
    IDENTITY = "identity"  # says who somebody is
    CARE = "care"  # health and case-management content
    PROGRAM = "program"  # participation itself; inside the program only


SEALED = (DataClass.IDENTITY, DataClass.CARE)

T = TypeVar("T")
Public = Annotated[T, DataClass.PUBLIC]
Identity = Annotated[T, DataClass.IDENTITY]
Care = Annotated[T, DataClass.CARE]
Program = Annotated[T, DataClass.PROGRAM]


class CannotOpen(Exception):
    """The value is damaged, belongs to another record, or its class key is not on this ring."""


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    """Strict (RFC 7515 section 2): one value has one form, so any changed letter is noticed."""
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _b64(data) != text:
        raise ValueError("not base64url without padding")
    return data


class KeyRing:
    """The class keys one service holds, and the key for its one-way digests.

    Read from a JWK set: each key has `kid`, `k`, `data_class` (`identity`, `care` or `digest`). The
    last key of a class seals; all of them open, so a rotation is an appended key.
    """

    def __init__(self, keys: list[dict[str, Any]]) -> None:
        self._wrapping: dict[str, AESGCM] = {}
        self._class_of: dict[str, str] = {}
        self._current: dict[str, str] = {}
        self._digest_key = b""
        for key in keys:
            self._add(key)
        if not self._digest_key:
            raise ValueError("the key ring has no key of data_class 'digest'")

    def _add(self, key: dict[str, Any]) -> None:
        secret, kid, data_class = _unb64(key["k"]), key["kid"], key["data_class"]
        if len(secret) != 32:
            raise ValueError(f"key {kid} of the key ring is not 256 bits long")
        if data_class == "digest":
            self._digest_key = secret
            return
        self._wrapping[kid] = AESGCM(secret)
        self._class_of[kid] = DataClass(data_class)
        self._current[data_class] = kid

    @classmethod
    def from_file(cls, path: Path) -> "KeyRing":
        """Raises OSError or ValueError when the file is missing or not such a JWK set."""
        return cls(json.loads(path.read_text())["keys"])

    def holds(self, data_class: DataClass) -> bool:
        return data_class in self._current

    def seal(self, data_class: DataClass, record: str, plain: bytes) -> str:
        """Encrypt `plain` for one record. Returns a compact JWE."""
        kid = self._current.get(data_class)
        if kid is None:
            raise CannotOpen(f"no {data_class} key on this ring")
        content_key, wrap_iv, iv = os.urandom(32), os.urandom(12), os.urandom(12)
        wrapped = self._wrapping[kid].encrypt(wrap_iv, content_key, None)
        header = {
            "alg": "A256GCMKW",
            "enc": "A256GCM",
            "kid": kid,
            "iv": _b64(wrap_iv),
            "tag": _b64(wrapped[32:]),
            "record": record,
        }
        protected = _b64(to_json(header))
        sealed = AESGCM(content_key).encrypt(iv, plain, protected.encode())
        parts = (protected, _b64(wrapped[:32]), _b64(iv), _b64(sealed[:-16]), _b64(sealed[-16:]))
        return ".".join(parts)

    def open(self, record: str, sealed: str, data_class: DataClass | None = None) -> bytes:
        """Decrypt what `seal` made for this record. Raises CannotOpen."""
        try:
            protected, wrapped, iv, cipher, tag = sealed.split(".")
            header = from_json(_unb64(protected))
            kid = header["kid"]
            if header["record"] != record:
                raise CannotOpen("the sealed value belongs to another record")
            if data_class is not None and self._class_of.get(kid) not in (data_class, None):
                raise CannotOpen("the sealed value is of another data class")
            wrapping = self._wrapping.get(kid)
            if wrapping is None:
                raise CannotOpen("its class key is not on this ring")
            wrap = _unb64(wrapped) + _unb64(header["tag"])
            content_key = wrapping.decrypt(_unb64(header["iv"]), wrap, None)
            return AESGCM(content_key).decrypt(
                _unb64(iv), _unb64(cipher) + _unb64(tag), protected.encode()
            )
        except (InvalidTag, ValueError, KeyError, TypeError, AttributeError):
            raise CannotOpen("the sealed value is damaged") from None

    def digest(self, *parts: str) -> bytes:
        """A keyed one-way hash (HMAC-SHA-256) that recognizes a value without keeping it."""
        message = "\x1f".join(parts).encode()
        return hmac.new(self._digest_key, message, hashlib.sha256).digest()


def generate_key_ring(classes: tuple[str, ...]) -> dict[str, Any]:
    """A fresh JWK set with one key per class, plus the digest key: for `lead keys` and tests."""
    return {
        "keys": [
            {"kty": "oct", "kid": f"{name}-1", "k": _b64(os.urandom(32)), "data_class": name}
            for name in (*classes, "digest")
        ]
    }
