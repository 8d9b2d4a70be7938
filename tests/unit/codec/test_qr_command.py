"""`motma qr parse` and `motma qr read`."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from motma.cli.qr import app
from motma.codec import symbols

EXAMPLE = (
    "001093029317|NGUYEN LE KHA HAN|1987-01-18|0|162979388586171100|<1<HS4010120878821<0944713700"
)
VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[3] / "vectors" / "qr-issued.json").read_text(encoding="utf-8")
)
ISSUED: str = VECTORS["cases"][0]["input"]


def run(*arguments: str, given: str | bytes | None = None, code: int = 0) -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, list(arguments), input=given)
    assert result.exit_code == code, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def keys(tmp_path: Path) -> str:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps(VECTORS["jwks"]))
    return str(path)


def test_a_text_gives_one_object_with_everything_that_is_known() -> None:
    [line] = run("parse", EXAMPLE)
    assert line == {
        "text": EXAMPLE,
        "family": "personal",
        "well_formed": True,
        "fields": {
            "document": "001093029317",
            "name": "NGUYEN LE KHA HAN",
            "born": "1987-01-18",
            "identity_kind": "0",
            "qid": "162979388586171100",
            "ext": {
                "declarant": "",
                "sex": "1",
                "bhyt": "HS4010120878821",
                "phone": "0944713700",
                "signature": None,
                "extra": [],
            },
        },
        "problems": [],
        "warnings": [{"code": "qr.id-says-other-birth-year", "field": "document"}],
    }


def test_standard_input_gives_one_object_a_line_whatever_the_line() -> None:
    lines = run("parse", given=EXAMPLE.encode() + b"\n\n\xff\r\nhello")
    assert [line["well_formed"] for line in lines] == [True, False, False, False]
    assert [line["problems"][0]["code"] for line in lines[1:]] == [
        "qr.empty", "qr.not-utf8", "qr.not-recognised",
    ]  # fmt: skip


def test_our_own_form_says_what_its_signature_is_worth(keys: str) -> None:
    forged, unsigned = ISSUED.replace("NHUN", "NHUM"), VECTORS["cases"][14]["input"]
    lines = run("parse", "--keys", keys, ISSUED, forged, unsigned, EXAMPLE)
    assert [line.get("signature") for line in lines] == ["valid", "forged", "none", None]
    assert run("parse", ISSUED)[0]["signature"] == "unknown-key"
    assert lines[0]["fields"]["card"]["colour"] == "green"


def test_a_card_is_told_with_plain_dates() -> None:
    [line] = run("parse", "001193029317||Nguyễn Thị Mẫu|18011993|Nữ|Thôn 1|01022022")
    assert (line["fields"]["birth"], line["fields"]["issued_on"]) == ("1993-01-18", "2022-02-01")


def test_nothing_hidden_reaches_the_terminal() -> None:
    result = CliRunner().invoke(app, ["parse", "a\x1b[2J\u009b\u202e\u200bé"])
    assert result.stdout.isprintable() is False  # the line feed
    assert result.stdout.removesuffix("\n").isprintable()
    assert json.loads(result.stdout)["text"] == "a\x1b[2J\u009b\u202e\u200bé"


@pytest.mark.parametrize("content", ["{", "[]", '{"keys": 1}', "[" * 100_000])
def test_a_key_set_that_is_none_is_a_mistake_of_use(tmp_path: Path, content: str) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(content)
    result = CliRunner().invoke(app, ["parse", "--keys", str(path), "x"])
    assert result.exit_code == 2
    assert "jwks.form" in result.output


def test_pictures_are_read_and_failures_told(tmp_path: Path, keys: str) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    good.write_bytes(symbols.draw_png(ISSUED))
    bad.write_bytes(b"no picture")
    lines = run("read", "--keys", keys, str(bad), str(tmp_path / "none.png"), str(good), code=1)
    assert [line["picture"] for line in lines] == ["bad.png", "none.png", "good.png"]
    assert [line["problems"] for line in lines] == [
        [{"code": "qr.picture-format"}], [{"code": "qr.picture-not-there"}], [],
    ]  # fmt: skip
    assert lines[2]["signature"] == "valid"


def test_help_shows_examples() -> None:
    assert "motma qr parse" in CliRunner().invoke(app, ["parse", "--help"]).output
    assert "motma qr read" in CliRunner().invoke(app, ["read", "--help"]).output
