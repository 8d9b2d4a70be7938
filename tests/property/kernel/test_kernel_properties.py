"""Whatever is typed: the kernel answers or says `Malformed`; answering twice changes nothing."""

import unicodedata
from contextlib import suppress
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from motma.kernel import birth, documents, names, phones
from motma.kernel.birth import Birth
from motma.kernel.documents import DocumentKind
from motma.kernel.errors import Malformed

TODAY = date(2022, 1, 5)
LETTERS = st.characters(categories=["L"])
NAMES = st.text(LETTERS | st.sampled_from(" '-."), min_size=1, max_size=60)
KINDS = st.sampled_from([kind.value for kind in DocumentKind])
BIRTHS = st.dates(date(1880, 1, 1), TODAY).flatmap(
    lambda d: st.sampled_from(
        [Birth(d.year), Birth(d.year, d.month), Birth(d.year, d.month, d.day)]
    )
)


@given(st.text())
def test_any_text_is_a_clean_name_or_malformed(text: str) -> None:
    with suppress(Malformed):
        name = names.clean(text)
        assert names.clean(name) == name
        assert "  " not in name
        assert not any(unicodedata.category(c)[0] == "C" for c in name)


@given(NAMES)
def test_hoten_is_upper_case_latin_and_never_empty(text: str) -> None:
    with suppress(Malformed):
        printed = names.hoten(names.clean(text))
        assert printed
        assert all("A" <= c <= "Z" for c in printed.replace(" ", ""))
        assert names.hoten(printed) == printed


@given(NAMES)
def test_a_mask_shows_at_most_half_of_the_given_name(text: str) -> None:
    with suppress(Malformed):
        shown = names.masked(names.clean(text))
        assert all(word.endswith("***") for word in shown.split())


@given(st.text(alphabet="aăâđêôơưáàảãạ ", min_size=1))
def test_folding_forgets_diacritics_and_case(text: str) -> None:
    assert names.fold(text) == names.fold(unicodedata.normalize("NFD", text)).upper()
    assert names.fold(names.hoten(text)) == names.fold(text)


@given(BIRTHS)
def test_a_birth_date_reads_back_what_it_writes(born: Birth) -> None:
    assert birth.parse(str(born), today=TODAY) == born


@given(BIRTHS, BIRTHS)
def test_agreement_is_mutual_and_with_oneself(one: Birth, another: Birth) -> None:
    assert one.agrees(one)
    assert one.agrees(another) == another.agrees(one)


@given(st.text())
def test_any_text_is_a_birth_date_or_malformed(text: str) -> None:
    with suppress(Malformed):
        assert birth.parse_as_written(text, today=TODAY).latest().year >= birth.EARLIEST_YEAR


@given(KINDS, st.text())
def test_any_text_is_a_document_or_malformed(kind: str, text: str) -> None:
    with suppress(Malformed):
        document = documents.normalise(kind, text)
        assert documents.normalise(kind, document.number) == document


@given(st.text())
def test_any_text_is_a_phone_or_malformed(text: str) -> None:
    with suppress(Malformed):
        number = phones.normalise(text)
        assert phones.normalise(number) == number


@given(st.text(alphabet="0123456789+ .()-x", max_size=18))
def test_phone_like_text_is_a_phone_or_malformed(text: str) -> None:
    with suppress(Malformed):
        number = phones.normalise(text)
        assert number.startswith("+")
        assert phones.normalise(number) == number
