"""Whatever a name or a text says is data: it stands on the page as itself and is never run."""

import unicodedata
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests import documents, printed

from motma.printing import lettering, model
from motma.printing.model import Layout, Slip

#: Everything that means something to typst, whole and in pieces.
SIGNS: Final = (
    "#", "$", "*", "_", "`", "```", "@", "<", ">", "\\", "//", "/*", "*/", "~", "[", "]", "{",
    "}", "(", ")", '"', "'", "-", "--", "---", "...", "=", "==", "+", "1.", ":", ";", "&", "^",
    "%", "|", "!", "?", "\\u{41}", "#panic()", "#sys.inputs", '#image("a.png")', "$x^2$",
    "#let a = 1", "<label>", "@label", "https://a.example", "#[", "#{", "*/*", "\\#", "\\",
    '#read("/etc/passwd")', "#pagebreak()", "#text(0pt)[", "{{x}}", "%s", "\\n",
)  # fmt: skip
#: What else breaks programs that set text.
STRANGE: Final = (
    "\u202e", "\u2067", "\u200f", "\u200b", "\u00ad", "\ufeff", "\x00", "\x1b", "\n", "\t",
    "e\u0301", "O\u0302\u0301", "a\u0323\u0302", "😀", "👨👩", "李", "א", "ب", "ก็", "\ud7ff",
    "\U0010ffff", "\u2028", "ﬁ", "ffi", "ǅ", "Ễ", "ự", "ặ", "ỡ", "Ð", "ß", "İ",
)  # fmt: skip

pieces = st.one_of(
    st.sampled_from(SIGNS + STRANGE),
    st.text(alphabet="NguyễnThịHồng Ặ", max_size=12),
    st.text(st.characters(exclude_categories=["Cs", "Mn", "Mc", "Me"]), max_size=8),
)
texts = st.lists(pieces, min_size=1, max_size=12).map("".join).filter(lambda text: text.strip())

POSTER: Final = "https://qr.example.vn/p/1." + "a" * 120
#: A viewer reads a hyphen at the end of a line as one that divides a word.
_HYPHENS: Final = {"-", "\u00ad", "\u2010", "\u2011", "\ufffe"}


def seen(text: str) -> str:
    """The text as it is compared: composed, without spaces and hyphens."""
    composed = unicodedata.normalize("NFKC", text)
    return "".join(c for c in composed if not (c.isspace() or c in _HYPHENS))


@given(text=texts)
@example(text="".join(SIGNS))
@example(text="".join(STRANGE))
@settings(max_examples=60, deadline=None)  # a page takes as long as the machine lets it
def test_a_text_on_slip_poster_and_card_appears_as_itself(text: str) -> None:
    shown = lettering.printable(text)
    poster = model.poster(text, kind="office", origin="https://qr.example.vn", text=POSTER)
    pdf = documents.pdf(
        [
            model.slips_part([Slip(name=shown, code="ABCD-EFGH-JKLM", until="1/1/2027")]),
            model.poster_part(poster),
            model.cards_part(Layout.CARD, [documents.card(shown)]),
        ],
        title=text,
    )
    assert len(printed.sizes_mm(pdf)) == 4
    for page in printed.pages_of_words(pdf):
        assert seen(shown) in seen(page), "as itself, on each page"


@pytest.mark.parametrize("mark", ["\u0301", "\u0302\u0301", "\u0323" * 6, "\u20dd"])
def test_marks_without_a_letter_are_set_somehow(mark: str) -> None:
    slip = Slip(name=lettering.printable(f" {mark} An"), code="A", until="B")
    assert "An" in printed.words(documents.pdf([model.slips_part([slip])]))


@pytest.mark.parametrize("text", SIGNS)
def test_no_sign_of_typst_changes_a_name(text: str) -> None:
    name = f"Lê {text} Hân"
    slip = Slip(name=name, code=text, until=text)
    words = seen(printed.words(documents.pdf([model.slips_part([slip])])))
    assert words.count(seen(text)) >= 3
    assert seen(name) in words
