"""Answers that any cache may keep: the tag of their bytes, and 304 for whoever has them."""

import hashlib
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes and their name for caches."""

    data: bytes
    tag: str

    @classmethod
    def of(cls, data: bytes) -> "Kept":
        """The bytes and their tag."""
        return cls(data, f'"{hashlib.sha256(data).hexdigest()[:32]}"')

    def answer(self, request: Request, *, media_type: str, max_age_s: int) -> Response:
        """The bytes, or 304 when `If-None-Match` names them."""
        headers = {"Cache-Control": f"public, max-age={max_age_s}", "ETag": self.tag}
        if self.tag in _tags(request.headers.get("If-None-Match", "")):
            return Response(status_code=304, headers=headers)
        return Response(self.data, headers=headers, media_type=media_type)


def _tags(header: str) -> set[str]:
    """The tags that a cache has (RFC 9110 §13.1.2); a weak one will do for a whole file."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
