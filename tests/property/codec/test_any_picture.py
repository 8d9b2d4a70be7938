"""A damaged picture is refused with a code or read; it never stops the reader."""

import contextlib
import io

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from motma.codec import symbols
from motma.codec.picture_worker import Refused, texts


def pictures() -> list[bytes]:
    """A code as PNG, JPEG and PDF."""
    code = Image.open(io.BytesIO(symbols.draw_png("hello", 3))).convert("L")
    found = []
    for form in ("PNG", "JPEG", "PDF"):
        out = io.BytesIO()
        code.save(out, form)
        found.append(out.getvalue())
    return found


EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 20), st.binary(max_size=8)), min_size=1, max_size=8
)


@settings(deadline=None)
@given(st.sampled_from(pictures()), EDITS)
def test_bytes_cut_and_put_in_are_refused_or_read(
    picture: bytes, edits: list[tuple[float, int, bytes]]
) -> None:
    for place, cut, put in edits:
        at = int(place * len(picture))
        picture = picture[:at] + put + picture[at + cut :]
    found: list[str] = []
    with contextlib.suppress(Refused):
        found = texts(picture)
    assert found in ([], ["hello"])
