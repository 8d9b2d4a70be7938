"""What is true of every page: tagged, in a language, with its fonts, the same again, to scale."""

import numpy as np
import pytest
from PIL import Image
from tests import documents, printed

from motma.printing import model
from motma.printing.model import Layout

NAMES = ("Nguyễn Thị Hồng Nhưn", "H'Hen Niê", "Фёдор Достоевский")
SLIP = model.Slip(name="Lê Hân", code="ABCD-EFGH-JKLM", until="25/12/2026 11:36")
POSTER = model.poster(
    "Chợ Thử", kind="public-place", origin="https://qr.example.vn",
    text="https://qr.example.vn/p/1." + "a" * 120,
)  # fmt: skip
#: A millimetre at 150 dpi, pixels.
MM = printed.DPI / printed.MM_AN_INCH


def every_layout() -> bytes:
    people = [documents.card(name, i) for i, name in enumerate(NAMES, 1)]
    return documents.pdf(
        [
            *(model.cards_part(layout, people, foot="phần 1/1") for layout in Layout),
            model.slips_part([SLIP]),
            model.poster_part(POSTER),
        ]
    )


@pytest.fixture(scope="module")
def pages() -> bytes:
    return every_layout()


def test_the_same_document_gives_the_same_bytes(pages: bytes) -> None:
    assert every_layout() == pages


def test_pages_are_tagged_as_pdf_ua_and_say_their_language_and_title(pages: bytes) -> None:
    assert printed.tagged(pages)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pages
    assert printed.language(pages) == "vi-VN"
    assert printed.title(pages) == "Thử"


def test_english_is_marked_as_english_and_vietnamese_is_not(pages: bytes) -> None:
    said = printed.english(pages)
    assert "Scan this code" in said
    assert "Give it to nobody" in said
    assert "Quét mã này" not in said


def test_every_code_has_words_for_those_who_do_not_see_it(pages: bytes) -> None:
    said = printed.alternatives(pages)
    assert len(said) == len(NAMES) * len(Layout) + 2
    others = {"Mã QR của Chợ Thử", "Mã QR mở ví với mã kích hoạt này"}
    assert set(said) == {documents.card(name).alt for name in NAMES} | others


def test_a_slip_opens_the_wallet_by_its_code_where_one_can_be_reached() -> None:
    (page,) = printed.pictures(documents.pdf([model.slips_part([SLIP])]))
    (code,) = printed.read(printed.noisy(page))
    assert code.text == "https://qr.example.vn/wallet/#/join/ABCD-EFGH-JKLM"
    alone = model.document("Thử", [model.slips_part([SLIP])], host="", demo=True)
    assert alone["parts"][0]["slips"][0]["link"] == ""


def test_all_fonts_are_embedded_and_ours(pages: bytes) -> None:
    fonts = printed.fonts(pages)
    assert {embedded for _, embedded in fonts} == {True}
    assert {name.rpartition("+")[2] for name, _ in fonts} == {"NotoSans-Regular", "NotoSans-Bold"}


@pytest.mark.parametrize("layout", list(Layout))
def test_a_code_is_fifty_millimetres_of_ink_whatever_the_layout(layout: Layout) -> None:
    pdf = documents.cards(layout, NAMES[:1])
    (side,) = printed.codes_mm(pdf)
    assert side == pytest.approx((50, 50), abs=0.05)


def test_a_poster_is_a_hundred_and_fifty_millimetres_of_ink() -> None:
    (side,) = printed.codes_mm(documents.pdf([model.poster_part(POSTER)]))
    assert side == pytest.approx((150, 150), abs=0.05)


def on_a_table(picture: Image.Image, shade: int) -> Image.Image:
    """A card that lies on a table, as a camera above sees both."""
    table = Image.new("L", (picture.width + 240, picture.height + 240), shade)
    table.paste(picture, (120, 120))
    return table


@pytest.mark.parametrize("shade", [0, 60, 128, 255])
@pytest.mark.parametrize("cut_mm", [0.0, 0.5])
def test_a_card_reads_on_dark_ground_also_when_it_was_cut_crookedly(
    shade: int, cut_mm: float
) -> None:
    front, back = printed.pictures(documents.cards(Layout.CARD, NAMES[:1]))
    assert printed.read(on_a_table(front, shade)) == []
    off = round(cut_mm * MM)
    cut = back.crop((off, off, back.width - off, back.height - off))
    for seed in range(3):
        (seen,) = printed.read(printed.noisy(on_a_table(cut, shade), seed=seed))
        assert seen.text == documents.card(NAMES[0]).text


@pytest.mark.parametrize("degrees", [0, 8, 45, 90])
def test_a_turned_card_reads_on_black_ground(degrees: int) -> None:
    _, back = printed.pictures(documents.cards(Layout.CARD, NAMES[:1]))
    table = on_a_table(back, 0)
    turned = table.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=0)
    (seen,) = printed.read(printed.noisy(turned))
    assert seen.text == documents.card(NAMES[0]).text


def test_around_the_code_is_white_to_the_edge_of_the_card() -> None:
    _, back = printed.pictures(documents.cards(Layout.CARD, NAMES[:1]))
    grey = np.asarray(back)
    code = slice(round(4 * MM), round(54 * MM))
    quiet = round(1.9 * MM)
    assert grey[:quiet, code].min() == grey[-quiet:, code].min() == 255
    assert grey[:, : round(3.9 * MM)].min() == 255
    assert grey[:, round(54.3 * MM) : round(57.9 * MM)].min() == 255


@pytest.mark.parametrize(
    "name",
    [
        "A" * 100, "W" * 60 + " " + "Ư" * 39, "Ễ" * 100,
        "WWWWWW WWWWW WWWWW WWWWW WWWWW", "WWWWWWW WWWWWWW WWWWWWW WWWWW",
        "WWWWWWWW WWWWWWWW", "Ộ Ộ Ộ Ộ Ộ Ộ Ộ Ộ Ộ Ộ Ộ Ộ Ộ Ộ Ộ Ộ Ộ Ộ Ộ Ộ",
    ],
    ids=["one-word", "wide", "tall", "five", "sevens", "eights", "letters"],
)  # fmt: skip
@pytest.mark.parametrize("layout", [Layout.CARD, Layout.ONE])
def test_a_name_of_any_length_stays_on_the_card_and_never_moves_the_code(
    name: str, layout: Layout
) -> None:
    pdf = documents.cards(layout, [name])
    inside = "".join(printed.words_inside(pdf).split())
    assert inside.count(name.replace(" ", "")) == 2, "whole on the front and on the back"
    (side,) = printed.codes_mm(pdf)
    assert side == pytest.approx((50, 50), abs=0.05)
