"""Which item a text speaks of, and in which version, though it may be unreadable otherwise."""

from typing import Final

import msgspec

#: The longest id of an item that is kept.
LONGEST_ID: Final = 128
LARGEST_VERSION: Final = (1 << 63) - 1


class _Named(msgspec.Struct):
    id: str = ""


class _Numbered(msgspec.Struct):
    version: int = 1


def id_of(text: bytes) -> str:
    """The id of an item, empty where there is none.

    >>> id_of(b'{"id": "T1", "birth": 7}'), id_of(b"no item")
    ('T1', '')
    """
    try:
        return msgspec.json.decode(text, type=_Named).id[:LONGEST_ID]
    except (msgspec.DecodeError, ValueError):
        return ""


def version_of(text: bytes) -> int | None:
    """The version of an item; None where it can't be told.

    >>> version_of(b'{"id": "T1"}'), version_of(b'{"version": "two"}')
    (1, None)
    """
    try:
        version = msgspec.json.decode(text, type=_Numbered).version
    except (msgspec.DecodeError, ValueError):
        return None
    return version if 0 <= version <= LARGEST_VERSION else None
