"""Our issued form: composed, read, verified."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from motma.codec import es256, issued, living, personal, symbols
from motma.codec.issued import (
    Assurance,
    Colour,
    FindKey,
    Form,
    Issue,
    Sign,
    Signature,
    compose,
    parse,
    verify,
)
from motma.codec.reading import read
from motma.kernel.errors import Malformed

TODAY = date(2021, 10, 6)

#: The id of the fixture's key.
KID = "987654"


def find_nothing(_kid: str) -> None:
    """A key set without keys."""


@pytest.fixture
def text(issue: Issue, sign: Sign) -> str:
    return compose(issue, kid=KID, sign=sign)


def test_what_is_composed_is_read_back(issue: Issue, text: str) -> None:
    value = parse(text)
    assert value.issue == issue
    assert (value.kid, value.living, value.is_masked) == (KID, None, True)


def test_the_masked_form_tells_no_document_sex_insurance_phone_or_declarant(text: str) -> None:
    fields = text.split("|")
    assert (fields[0], fields[2]) == ("******", "1989-**-**")
    assert fields[5].startswith("<<<<")


def test_the_official_grammar_reads_it(text: str) -> None:
    value = personal.parse(text, today=TODAY)
    assert (value.name, value.qid) == ("NGUYEN THI HONG NHUN", "162979388586171104")
    assert personal.serialise(value) == text


def test_a_valid_signature_is_valid_with_and_without_living_code(text: str, find: FindKey) -> None:
    now = datetime(2021, 10, 6, tzinfo=UTC)
    alive = living.attach(text, name=12345678, secret=b"s" * 32, at=now)
    assert verify(text, find) is Signature.VALID
    assert verify(alive, find) is Signature.VALID
    assert living.strip_living(alive) == text


@pytest.mark.parametrize(
    "change",
    [
        ("NHUN", "NHUM"), ("1989", "1990"), ("|0|", "|1|"), ("171104", "171105"),
        ("<v=1<", "<v=2<"), ("20221005", "20231005"), ("2021102", "2021112"),
        ("<c=1234", "<c=1235"),
    ],
)  # fmt: skip
def test_any_change_to_what_is_signed_is_forged(
    text: str, change: tuple[str, str], find: FindKey
) -> None:
    assert verify(text.replace(*change), find) is Signature.FORGED


def test_a_card_that_was_cut_off_is_forged(text: str, find: FindKey) -> None:
    assert verify(text.partition("<c=")[0], find) is Signature.FORGED


def test_the_other_root_of_a_signature_is_forged(text: str, find: FindKey) -> None:
    digits = parse(text).signature
    r, s = divmod(int(digits), 1 << 256)
    other = f"{(r << 256) | (es256.ORDER - s):0155d}"
    assert verify(text.replace(digits, other), find) is Signature.FORGED


@pytest.mark.parametrize("digits", ["0" * 155, "9" * 155])
def test_numbers_that_can_be_no_signature_are_forged(text: str, digits: str, find: FindKey) -> None:
    assert verify(text.replace(parse(text).signature, digits), find) is Signature.FORGED


def test_an_unknown_key_an_empty_slot_and_another_text_are_told_apart(text: str) -> None:
    stripped = text.replace(parse(text).signature, "")
    assert verify(text, find_nothing) is Signature.UNKNOWN_KEY
    assert verify(stripped, find_nothing) is Signature.UNSIGNED
    assert verify("1|A|1990-01-01|0|1|<<<<x", find_nothing) is Signature.NONE


def test_a_signature_of_another_context_is_forged(issue: Issue, sign: Sign, find: FindKey) -> None:
    def sign_elsewhere(message: bytes) -> tuple[str, bytes]:
        return sign(message.removeprefix(issued.CONTEXT))

    text = compose(issue, kid=KID, sign=sign_elsewhere)
    assert verify(text, find) is Signature.FORGED


def test_a_key_that_turned_meanwhile_signs_under_its_own_id(
    issue: Issue, sign: Sign, find: FindKey
) -> None:
    text = compose(issue, kid="000001", sign=sign)
    assert parse(text).kid == KID
    assert verify(text, find) is Signature.VALID


def test_the_expiry_of_a_card_is_rounded_down_to_the_minute(issue: Issue, sign: Sign) -> None:
    assert issue.card is not None
    late = replace(issue.card, until=issue.card.until + timedelta(seconds=59))
    text = compose(issue.with_card(late), kid=KID, sign=sign)
    assert parse(text).issue.card == issue.card


def test_the_minute_of_a_card_is_kept_whatever_its_zone(issue: Issue, sign: Sign) -> None:
    local = datetime(2021, 12, 31, 23, 45, tzinfo=timezone(timedelta(hours=7)))
    card = issued.Card(scheme=0, colour=Colour.YELLOW, until=local)
    text = compose(issue.with_card(card), kid=KID, sign=sign)
    assert "<c=00002202112311645" in text
    assert parse(text).issue.card == card


def test_a_card_stands_until_its_minute_and_no_longer(issue: Issue) -> None:
    assert issue.card is not None
    assert issue.card.stands(at=issue.card.until - timedelta(seconds=1))
    assert not issue.card.stands(at=issue.card.until)


def test_a_code_is_good_through_its_last_civil_day(text: str) -> None:
    value = parse(text)
    assert not value.expired(on=date(2022, 10, 5))
    assert value.expired(on=date(2022, 10, 6))


def test_there_is_no_red_to_publish() -> None:
    assert {colour.name for colour in Colour} == {"GREEN", "YELLOW"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"form": Form.PAPER}, "qr.paper-colour"),
        ({"sex": "1"}, "qr.half-masked"),
        ({"bhyt": "HS4010120878821"}, "qr.half-masked"),
        ({"phone": "0944713700"}, "qr.half-masked"),
        ({"declarant": "162979388586171100"}, "qr.half-masked"),
        ({"born": "1989-01-18"}, "qr.half-masked"),
        ({"born": "1989-02-30", "document": "C1234567"}, "qr.birth-date"),
        ({"name": "N" * 41}, "qr.name-too-long"),
        ({"name": "NGUYỄN"}, "qr.layout"),
        ({"number": 0}, "qr.issue-number"),
        ({"number": 100_000}, "qr.layout"),
        ({"expires_on": date(2021, 10, 4)}, "qr.expiry-day"),
        ({"qid": "062979388586171104"}, "qr.layout"),
    ],
)
def test_what_may_not_stand_in_a_code_is_not_signed_into_one(
    issue: Issue, changes: dict[str, object], code: str, sign: Sign
) -> None:
    with pytest.raises(Malformed) as caught:
        compose(replace(issue, **changes), kid=KID, sign=sign)  # type: ignore[arg-type]
    assert caught.value.reason == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("<m=", "<x=1<m="), "qr.layout"),
        (("<c=", "<d="), "qr.layout"),
        (("20211005", "20211305"), "qr.issue-day"),
        (("202110200304", "202110202404"), "qr.card-expiry"),
        (("******|", "******029317|"), "qr.layout"),
    ],
)
def test_a_text_that_only_looks_like_ours_is_malformed(
    text: str, change: tuple[str, str], code: str
) -> None:
    reading = read(text.replace(*change), today=TODAY)
    assert [problem.code for problem in reading.problems] == [code]
    assert reading.fields is None


def test_a_later_layout_is_read_as_v11_and_its_signature_still_checked(
    sign: Sign, find: FindKey
) -> None:
    unsigned = f"******|A|1989-**-**|0|1|<<<<<v=2<m={KID}7<z=new"
    _, signature = sign(issued.CONTEXT + unsigned.encode())
    text = unsigned.replace("<<<<<", f"<<<<{es256.to_digits(signature)}<")
    reading = read(text, today=TODAY)
    assert [warning.code for warning in reading.warnings] == ["qr.layout-unknown"]
    assert isinstance(reading.fields, personal.Personal)
    assert verify(text, find) is Signature.VALID


def test_paper_has_no_living_code(issue: Issue, sign: Sign) -> None:
    paper = replace(issue, form=Form.PAPER, card=None, installation=None)
    text = compose(paper, kid=KID, sign=sign)
    now = datetime(2021, 10, 6, tzinfo=UTC)
    with pytest.raises(Malformed, match=r"qr\.paper-lives"):
        parse(living.attach(text, name=1, secret=b"s" * 32, at=now))


def test_the_full_form_is_signed_too_for_services_that_require_it(
    issue: Issue, sign: Sign, find: FindKey
) -> None:
    full = replace(issue, document="001093029317", born="1993-01-18", sex="1", phone="0944713700")
    text = compose(full, kid=KID, sign=sign)
    assert parse(text).issue == full
    assert not parse(text).is_masked
    assert verify(text, find) is Signature.VALID


@pytest.mark.parametrize(
    ("hoten", "printed"),
    [
        ("PLATO", "PLATO"),
        ("A" * 60, "A" * 40),
        ("NGUYEN HOANG THIEN PHUC BAO MINH CHAU ANH THU", "NGUYEN H T PHUC BAO MINH CHAU ANH THU"),
        ("B" * 30 + " " + "C" * 30, "B" * 30 + " " + "C" * 9),
        ("X", "X"),
        ("A" * 18 + " " + "B" * 20 + " " + "C" * 18, "A" * 18 + " B " + "C" * 18),
        ("A" * 18 + " BB " + "C" * 18, "A" * 18 + " BB " + "C" * 18),  # forty: nothing is lost
    ],
)
def test_long_names_lose_middle_letters_first(hoten: str, printed: str) -> None:
    assert issued.fitted_name(hoten) == printed


LONGEST = "W" * 19 + " " + "M" * 20


@pytest.mark.parametrize(
    ("changes", "secret", "largest"),
    [
        ({}, b"s" * 32, 9),
        ({"name": LONGEST, "number": 99_999}, b"s" * 32, 10),
        ({"form": Form.PAPER, "card": None, "installation": None}, None, 8),
        (
            {
                "name": LONGEST, "document": "C" * 20, "born": "1993-01-18", "sex": "1",
                "bhyt": "HS4010120878821", "phone": "0944713700", "declarant": "9" * 18,
            },
            b"s" * 32,
            11,
        ),
    ],
)  # fmt: skip
def test_no_text_we_issue_needs_a_larger_symbol(
    issue: Issue, changes: dict[str, object], secret: bytes | None, largest: int, sign: Sign
) -> None:
    text = compose(replace(issue, **changes), kid=KID, sign=sign)  # type: ignore[arg-type]
    if secret is not None:
        now = datetime(2021, 10, 6, tzinfo=UTC)
        text = living.attach(text, name=12345678, secret=secret, at=now)
    assert symbols.version(text) == largest


def test_assurance_says_how_well_the_person_is_known(issue: Issue, sign: Sign) -> None:
    digits = ""
    for assurance in Assurance:
        text = compose(replace(issue, assurance=assurance), kid=KID, sign=sign)
        assert parse(text).issue.assurance is assurance
        digits += text.partition(f"<m={KID}1")[2][0]
    assert digits == "012"


@pytest.mark.parametrize(
    "text", ["", "hello", "1|A|1990-01-01|0|1|<<<<x", "1|A|1990-01-01|0|1|v=1"]
)
def test_a_text_of_another_form_is_not_issued(text: str) -> None:
    with pytest.raises(Malformed, match=r"qr\.not-issued"):
        parse(text)


def test_an_issue_may_be_given_to_no_installation_and_end_on_its_first_day(
    issue: Issue, sign: Sign
) -> None:
    short = replace(issue, installation=None, expires_on=issue.issued_on)
    text = compose(short, kid=KID, sign=sign)
    assert "<m=9876541100001202110052021100500000000<" in text
    assert parse(text).issue == short


def test_a_key_that_turns_again_and_again_is_a_defect(issue: Issue, sign: Sign) -> None:
    kids = iter(["000001", "000002"])
    with pytest.raises(RuntimeError):
        compose(issue, kid="000000", sign=lambda message: (next(kids), sign(message)[1]))
