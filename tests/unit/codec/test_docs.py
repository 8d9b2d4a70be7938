"""docs/qr-format.md names every code and holds the example it shows."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
DOCS = (ROOT / "docs" / "qr-format.md").read_text(encoding="utf-8")
SOURCES = [*(ROOT / "src/motma/codec").glob("*.py"), ROOT / "src/motma/cli/qr.py"]
CODE = re.compile(r"\"((?:qr|cccd|bhyt|place|jwks)\.[a-z0-9-]+)\"")
MADE_OF_PARTS = {
    "qr.declarant", "qr.sex", "qr.bhyt", "qr.phone",
    "hcert.form", "shc.form", "nzcp.form", "vds-nc.form", "url.form",
}  # fmt: skip


def test_every_code_is_documented_and_every_documented_code_exists() -> None:
    written = {code for file in SOURCES for code in CODE.findall(file.read_text(encoding="utf-8"))}
    tables = DOCS.partition("## Codes")[2]
    documented = set(re.findall(r"`([a-z-]+\.[a-z0-9-]+)`", tables))
    assert documented == written | MADE_OF_PARTS


def test_the_example_is_the_vector_with_card_and_living_code() -> None:
    vectors = json.loads((ROOT / "vectors" / "qr-issued.json").read_text(encoding="utf-8"))
    example = DOCS.partition("```\n")[2].partition("\n")[0]
    assert example == vectors["cases"][1]["input"]


def test_the_steps_of_verification_are_fifteen() -> None:
    steps = DOCS.partition("### How to verify")[2].partition("\n\n`s` in")[0]
    assert len(re.findall(r"^\d+\. ", steps, flags=re.MULTILINE)) == 15
