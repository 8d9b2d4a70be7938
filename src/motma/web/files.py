"""Serves built files as small as the browser can take them; the build compressed them already."""

import os
from collections.abc import MutableMapping
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, PathLike, StaticFiles

#: Where the build puts each page, in a folder of its name.
STATIC: Final = Path(__file__).parent / "static"

#: Content codings and the endings that the build gives them, the smallest first.
_CODINGS: Final = {"br": ".br", "gzip": ".gz"}
#: Names in assets/ carry a hash of their content: they never change.
_FOR_EVER: Final = "public, max-age=31536000, immutable"
#: Everything else is kept too, but asked for its tag each time.
_ASK_AGAIN: Final = "no-cache"


class BuiltFiles(StaticFiles):
    """A folder of `ui/`'s build: of each file whichever form is smallest and accepted."""

    def file_response(
        self,
        full_path: PathLike,
        stat_result: os.stat_result,
        scope: MutableMapping[str, Any],
        status_code: int = 200,
    ) -> Response:
        """The file or its compressed form; 304 to who has it. Each form has a tag of its own."""
        asked = Headers(scope=scope)
        whole = Path(full_path)
        coding, path = _smallest(whole, asked.get("accept-encoding", ""))
        headers = {
            "vary": "Accept-Encoding",
            "cache-control": _FOR_EVER if whole.parent.name == "assets" else _ASK_AGAIN,
        }
        if coding:
            headers["content-encoding"] = coding
            stat_result = path.stat()
        response = FileResponse(
            path,
            status_code=status_code,
            headers=headers,
            media_type=guess_type(whole)[0],
            stat_result=stat_result,
        )
        if self.is_not_modified(response.headers, asked):
            return NotModifiedResponse(response.headers)
        return response


def _smallest(path: Path, accepted: str) -> tuple[str, Path]:
    """The coding and the file of the smallest form that stands on the disk and is accepted."""
    for coding in accepted_codings(accepted):
        compressed = path.with_name(path.name + _CODINGS[coding])
        if compressed.is_file():
            return coding, compressed
    return "", path


def accepted_codings(header: str) -> list[str]:
    """Which of our codings an `Accept-Encoding` takes, the smallest first (RFC 9110 §12.5.3).

    A browser's preference among them does not matter: what is smaller is sooner there.

    >>> accepted_codings("gzip, deflate, br, zstd")
    ['br', 'gzip']
    >>> accepted_codings("br;q=0, *;q=0.5")
    ['gzip']
    >>> accepted_codings("identity")
    []
    """
    weights: dict[str, bool] = {}
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        weights[name.strip()] = weight.replace(" ", "").strip("0.") != "q="
    rest = weights.get("*", False)
    return [coding for coding in _CODINGS if weights.get(coding, rest)]
