"""Makes the pictures of what is printed: `python tools/print_pictures.py` → docs/pictures.

Nobody's card: the people are made up, and nobody signed these codes.
"""

import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import documents, printed  # noqa: E402 - after the path to tests/

from motma.printing import model  # noqa: E402 - the same
from motma.printing.model import Layout, Slip  # noqa: E402 - the same

PICTURES: Final = ROOT / "docs/pictures"

_NAMES: Final = (
    "Nguyễn Thị Hồng Nhưn", "Lê Hân", "Công Tằng Tôn Nữ Hỷ Khương", "Y Krông-Niê",
    "Đỗ Ỷ Vỹ", "H'Hen Niê", "Trần Ngọc Quỳnh Anh", "Nguyễn Hoàng Thiên Phúc Bảo Minh Châu",
)  # fmt: skip
_ADDRESS: Final = "https://qr.example.vn"


def main() -> int:
    """Print each layout and photograph its first pages."""
    cards = [documents.card(name, number) for number, name in enumerate(_NAMES, 1)]
    slips = [Slip(name=name, code="ABCD-EFGH-JKLM", until="25/12/2026 11:36") for name in _NAMES]
    place = model.poster(
        "Chợ Thử – cổng số 2", kind="public-place", origin=_ADDRESS,
        text=f"{_ADDRESS}/p/1.{'a' * 120}",
    )  # fmt: skip
    _take("card", model.cards_part(Layout.CARD, cards[:1]), dpi=150)
    _take("fold", model.cards_part(Layout.ONE, cards[:1]), dpi=60)
    _take("sheet", model.cards_part(Layout.EIGHT, cards), dpi=60)
    _take("slips", model.slips_part(slips[:3]), dpi=60)
    _take("poster", model.poster_part(place), dpi=60)
    return 0


def _take(name: str, part: dict[str, Any], *, dpi: int) -> None:
    for number, picture in enumerate(printed.pictures(documents.pdf([part]), dpi), 1):
        path = PICTURES / f"print-{name}-{number}.png"
        picture.quantize(8).save(path, optimize=True)
        sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    sys.exit(main())
