"""The walk a newcomer takes, command by command and in the browser, as the README tells it."""

import asyncio
import csv
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import numpy as np
import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import Page
from tests.browser.reader import Gatekeeper
from tests.browser.serving import launch
from tests.staging import Caller, DeviceKey, free_port

from motma.kernel.clock import SystemClock
from motma.storage import server

MOTMA: Final = Path(sys.executable).with_name("motma")
PIN: Final = "258036"


class Shell:
    """A terminal in which the newcomer types."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {**os.environ, "MOTMA_HOME": str(home), "MOTMA_WORKERS": "1"}

    def motma(self, *arguments: str) -> str:
        """Run a command that succeeds; its standard output."""
        done = subprocess.run(
            [str(MOTMA), *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"motma {' '.join(arguments[:2])}: {done.stderr}"
        return done.stdout.strip()

    def json(self, *arguments: str) -> Any:
        """The same, as JSON."""
        return json.loads(self.motma(*arguments, "--json"))


@pytest.fixture(scope="module")
def shell(open_directory: Path) -> Iterator[Shell]:
    """A fresh installation with the demo's readers and places."""
    home = open_directory / uuid4().hex
    home.mkdir(mode=0o711)
    yield Shell(home)
    server.stop(home / "postgres", force=True)


def photographed(picture: Path, to: Path) -> None:
    """As a phone sees a card: small, turned, a little blurred, noisy, saved as JPEG."""
    image = Image.open(picture).convert("L")
    canvas = Image.new("L", (image.width + 200, image.height + 200), 190)
    canvas.paste(image, (100, 100))
    turned = canvas.rotate(7, Image.Resampling.BICUBIC, fillcolor=190)
    soft = turned.resize((700, 700)).filter(ImageFilter.GaussianBlur(0.8))
    noise = np.random.default_rng(1405).normal(0, 8, (700, 700))
    shot = np.clip(np.asarray(soft, float) * 0.85 + noise, 0, 255).astype(np.uint8)
    Image.fromarray(shot).save(to, quality=60)


def test_import_draw_photograph_scan_twice_see_both_revoke_scan_again(
    shell: Shell, tmp_path: Path
) -> None:
    shell.motma("demo", "--prepare")
    people = tmp_path / "people.csv"
    with people.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["full_name", "birth_date", "sex", "cccd", "bhyt", "phone"])
        writer.writerow(
            ["Thử Thị Hành Trình", "03/02/1990", "Nữ", "001190000077", "", "0912345678"]
        )

    imported = shell.json("people", "import", str(people), "--source", "walk")
    qid = shell.motma(
        "people", "register", "Thử Thị Hành Trình", "1990-02-03", "--document", "cccd:001190000077"
    )
    assert imported["created"] == 1, imported
    assert re.fullmatch(r"[1-9][0-9]{17}", qid), "registering again finds the imported person"

    text = shell.motma("qr", "draw", qid, "-o", str(tmp_path / "card.png"))
    photographed(tmp_path / "card.png", tmp_path / "photo.jpg")
    read = json.loads(shell.motma("qr", "read", str(tmp_path / "photo.jpg")))
    assert read["text"] == text

    by_guard = shell.json("scan", read["text"], "--as", "guard@demo")
    by_nurse = shell.json("scan", read["text"], "--as", "nurse@demo")
    assert by_guard["who"] == {"masked_name": "T*** T*** H*** Trì***", "birth_year": "1990"}
    assert by_nurse["who"]["full_name"] == "Thử Thị Hành Trình"
    assert "full_name" not in by_guard["who"]

    roles = [read["role"] for read in shell.json("people", "reads", qid)]
    assert roles == ["medical", "place"]

    shell.motma("people", "revoke", qid, "--reason", "leaked")
    assert shell.json("scan", text, "--as", "guard@demo")["outcome"] == "revoked"
    shell.motma("audit", "checkpoint")
    assert "whole" in shell.motma("audit", "verify")


@pytest.fixture(scope="module")
def served(shell: Shell) -> Iterator[tuple[str, str]]:
    """`motma demo` as a newcomer starts it: its address, and what it greets with."""
    port = free_port()
    log = shell.home / "greeting.txt"
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            [str(MOTMA), "demo"],
            env={**shell.environment, "MOTMA_PORT": str(port), "COLUMNS": "120"},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1)
            break
        except OSError:
            time.sleep(0.2)
    yield f"http://127.0.0.1:{port}", log.read_text("utf-8")
    process.send_signal(2)
    assert process.wait(30) in (0, 130, -2)
    assert server.status(shell.home / "postgres") is None, "Ctrl-C stops the database too"


def test_guard_and_nurse_see_two_answers_in_the_browser(
    shell: Shell, served: tuple[str, str], tmp_path: Path
) -> None:
    origin, greeting = served
    codes = re.findall(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", greeting)
    assert len(codes) == 3, greeting
    qid = shell.motma(
        "people", "register", "Thử Văn Trình Duyệt", "1985-06-07", "--document", "cccd:001085000078"
    )
    text = shell.motma("qr", "draw", qid, "-o", str(tmp_path / "card.png"))

    with launch(tmp_path / "wall.y4m", None) as browser:
        for code, login, purpose, place, sees in (
            (codes[0], "guard@demo", "Vào cửa", "Chợ Demo · cổng 1", "Duy***"),
            (
                codes[2],
                "nurse@demo",
                "Khám chữa bệnh, tiêm chủng",
                "Trạm y tế Demo 1",
                "Trình Duyệt",
            ),
        ):
            page: Page = browser.new_context(locale="vi-VN").new_page()
            keeper = Gatekeeper(page, origin, [code].pop)
            keeper.enrol()
            keeper.sign_in(login, PIN)
            keeper.stand(purpose, place)
            assert page.get_by_text("DEMO").first.is_visible()
            keeper.wedge(text)
            keeper.answer.wait_for()
            assert sees in keeper.answer.inner_text()
            keeper.check_promises()

    code = shell.json("people", "activate", qid)["code"]
    reads = asyncio.run(reads_on_a_wallet(origin, code))
    assert [read["role"] for read in reads] == ["medical", "place"]


async def reads_on_a_wallet(origin: str, code: str) -> list[dict[str, Any]]:
    """As the person: activate a wallet with the printed code, then ask who read me."""
    key, clock = DeviceKey(), SystemClock()
    async with httpx.AsyncClient(base_url=origin) as client:
        body = {"code": code, "public_jwk": key.jwk, "label": "wallet"}
        device = (await client.post("/v1/devices", json=body)).json()["device_id"]
        wallet = Caller(client, key, clock, device_id=device)
        signed_in = (await wallet.post("/v1/sessions", {"device_id": device})).json()
        wallet.token = signed_in["token"]
        reads: list[dict[str, Any]] = (await wallet.send("GET", "/v1/me/reads")).json()
    return reads
