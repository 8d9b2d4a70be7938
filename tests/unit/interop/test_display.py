"""The profile *display*: a right app passes, and each way to be wrong fails its own check alone."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from PIL import Image, ImageDraw, ImageOps

from motma.access.tokens import b64
from motma.codec import issued, symbols
from motma.codec.issued import Assurance, Form, Issue
from motma.interop.conformance import evidence, model, profiles
from motma.interop.conformance.display import CHECKS
from motma.interop.conformance.model import Outcome, Report

AT = datetime(2021, 11, 25, 8, 0, tzinfo=UTC)
SCREEN = (390, 844)
SIDE = 340
#: Fixed, and it signs alike each time: every run sees the same symbols.
KEY = ec.derive_private_key(7, ec.SECP256R1())


def sign(message: bytes) -> tuple[str, bytes]:
    """A raw signature of the tests' key."""
    r, s = decode_dss_signature(
        KEY.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    )
    return "000001", r.to_bytes(32, "big") + s.to_bytes(32, "big")


def signed(qid: str, *, full: bool = False, name: str = "THU THI AN") -> str:
    """A signed string as the platform gives it to apps."""
    day = AT.date()
    issue = Issue(
        name=name, born="1989-05-17" if full else "1989-**-**", qid=qid, form=Form.PHONE, number=1,
        assurance=Assurance.SEEN, issued_on=day, expires_on=day + timedelta(days=30),
        installation=7, document="001189000017" if full else issued.MASK,
    )  # fmt: skip
    return issued.compose(issue, kid="000001", sign=sign)


NUMBERS = KEY.public_key().public_numbers()
X, Y = (b64(value.to_bytes(32, "big")) for value in (NUMBERS.x, NUMBERS.y))
JWKS = {"keys": [{"kid": "000001", "kty": "EC", "crv": "P-256", "x": X, "y": Y}]}
QID, NEW_QID, OTHER_QID = "124996520391105369", "162979388586171100", "100000000000000007"
MASKED, FULL = signed(QID), signed(QID, full=True)
NEW_MASKED, NEW_FULL = signed(NEW_QID), signed(NEW_QID, full=True)


def screen(text: str, **draw: Any) -> Image.Image:
    """A phone's screen with a code on it."""
    code = Image.open(io.BytesIO(symbols.draw_png(text))).convert("L")
    code = code.resize((SIDE, SIDE), Image.Resampling.NEAREST)
    if change := draw.get("code"):
        code = change(code)
    shown = Image.new("L", SCREEN, draw.get("ground", 255))
    shown.paste(code, ((SCREEN[0] - code.width) // 2, 120))
    return shown


def living(text: str) -> str:
    """The string with a living code, as the screen shows it."""
    return text + "<t=00000007123456"


class App:
    """A right app's evidence, to be made wrong."""

    def __init__(self) -> None:
        self.pictures: dict[str, Image.Image] = {}
        self.shots: list[dict[str, Any]] = []
        self.people: dict[str, dict[str, Any]] = {
            "an": {"code": {"qid": QID}},
            "binh": {
                "code": {"qid": NEW_QID}, "former": [{"qid": QID}],
                "changed_at": AT.isoformat(), "promised_s": 60,
            },
        }  # fmt: skip
        for person, masked, full in (("an", MASKED, FULL), ("binh", NEW_MASKED, NEW_FULL)):
            self.add(person, "masked", living(masked), first=True)
            self.add(person, "masked", living(masked))
            self.add(person, "full", living(full))

    def add(self, person: str, mode: str, text: str, *, seconds: int = 30, first: bool = False,
            **draw: Any) -> str:  # fmt: skip
        """One more shot."""
        name = f"{len(self.shots)}.png"
        self.pictures[name] = screen(text, **draw)
        at = (AT + timedelta(seconds=seconds)).isoformat()
        self.shots.append(
            {"file": name, "person": person, "mode": mode, "at": at, "scale": 1.0, "first": first}
        )
        return name

    def redraw(self, at: int, text: str, **draw: Any) -> None:
        """Another picture in place of a shot's."""
        self.pictures[self.shots[at]["file"]] = screen(text, **draw)

    def report(self, folder: Path) -> Report:
        """What the kit says of it."""
        for name, picture in self.pictures.items():
            picture.save(folder / name)
        (folder / "evidence.json").write_text(json.dumps({"app": "Thử", "shots": self.shots}))
        (folder / "expected.json").write_text(json.dumps({"people": self.people, "jwks": JWKS}))
        found = evidence.read(folder, folder / "expected.json")
        return model.run("display", found.app, CHECKS, found)


def _unreadable(app: App) -> None:
    app.shots[0]["file"] = "../0.png"


def _uncovered(app: App) -> None:
    app.people["chi"] = {"code": {"qid": OTHER_QID}}
    app.add("chi", "masked", living(signed(OTHER_QID)), first=True)


def _no_first(app: App) -> None:
    app.shots[0]["first"] = False


def _blank(app: App) -> None:
    app.pictures["0.png"] = Image.new("L", SCREEN, 255)


def _two(app: App) -> None:
    picture = app.pictures["0.png"]
    second = Image.open(io.BytesIO(symbols.draw_png("https://app.example/"))).convert("L")
    picture.paste(second.resize((200, 200)), (95, 560))


def _not_personal(app: App) -> None:
    app.redraw(1, "https://app.example/person/1")


def _of_another(app: App) -> None:
    app.redraw(1, living(signed(OTHER_QID)))


def _full_first(app: App) -> None:
    app.redraw(0, living(FULL))


def _wrong_mode(app: App) -> None:
    app.redraw(2, living(MASKED))


def _masked_changed(app: App) -> None:
    app.redraw(1, living(MASKED.replace("THU THI AN", "THU THI ANH")))


def _full_changed(app: App) -> None:
    app.redraw(2, living(FULL.replace("THU THI AN", "THU THI ANH")))


def _copied(app: App) -> None:
    app.redraw(1, MASKED)


def _still_former(app: App) -> None:
    app.add("binh", "masked", living(MASKED), seconds=90)


def _too_late(app: App) -> None:
    for shot in app.shots:
        if shot["person"] == "binh":
            shot["at"] = (AT + timedelta(seconds=90)).isoformat()


def _small(app: App) -> None:
    app.shots[1]["scale"] = 2.0


def _stretched(app: App) -> None:
    app.redraw(1, living(MASKED), code=lambda c: c.resize((c.width, round(c.height * 0.9))))


def rotated(code: Image.Image) -> Image.Image:
    """Turned by four degrees on white."""
    return code.rotate(4, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def _tilted(app: App) -> None:
    app.redraw(1, living(MASKED), code=rotated)


def _inverted(app: App) -> None:
    app.redraw(1, living(MASKED), code=ImageOps.invert, ground=0)


def _pale(app: App) -> None:
    app.redraw(1, living(MASKED), code=lambda c: c.point(lambda v: 140 + v * 115 // 255))


def _no_margin(app: App) -> None:
    def cut(code: Image.Image) -> Image.Image:
        box = ImageOps.invert(code).getbbox()
        assert box
        return ImageOps.expand(code.crop((box[0] - 4, box[1] - 4, box[2] + 4, box[3] + 4)), 40, 0)

    app.redraw(1, living(MASKED), code=cut)


def _logo(app: App) -> None:
    def over(code: Image.Image) -> Image.Image:
        ImageDraw.Draw(code).ellipse((140, 140, 200, 200), fill=255)
        return code

    app.redraw(1, living(MASKED), code=over)


def _weak(app: App) -> None:
    made = zxingcpp.create_barcode(living(MASKED), zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    code = Image.fromarray(made.to_image(scale=4, add_quiet_zones=True)).convert("L")
    app.pictures["1.png"] = Image.new("L", SCREEN, 255)
    app.pictures["1.png"].paste(code.resize((SIDE, SIDE), Image.Resampling.NEAREST), (25, 120))


MUTANTS: dict[str, Callable[[App], None]] = {
    "display.pictures-whole": _unreadable,
    "display.people-covered": _uncovered,
    "display.first-screen-covered": _no_first,
    "display.decodes": _blank,
    "display.one-code": _two,
    "display.personal-code": _not_personal,
    "display.own-person": _of_another,
    "display.masked-by-default": _full_first,
    "display.mode-shown": _wrong_mode,
    "display.same-masked-string": _masked_changed,
    "display.same-full-string": _full_changed,
    "display.living": _copied,
    "display.former-gone": _still_former,
    "display.follows-in-time": _too_late,
    "display.size": _small,
    "display.even-sides": _stretched,
    "display.upright": _tilted,
    "display.dark-on-light": _inverted,
    "display.contrast": _pale,
    "display.quiet-zone": _no_margin,
    "display.nothing-over-it": _logo,
    "display.correction-level": _weak,
}


def test_a_right_app_conforms(tmp_path: Path) -> None:
    report = App().report(tmp_path)
    assert [one for one in report.results if one.outcome is not Outcome.PASSED] == []
    assert report.conforms


def test_each_check_has_a_mutant_and_words() -> None:
    codes = [check.code for check in CHECKS]
    assert codes == list(MUTANTS) == list(profiles.texts("display"))


@pytest.mark.parametrize("code", MUTANTS)
def test_a_mutant_fails_its_own_check_blocks_those_that_need_it_and_nothing_else(
    code: str, tmp_path: Path
) -> None:
    app = App()
    MUTANTS[code](app)
    report = app.report(tmp_path)
    outcomes = {one.code: one.outcome for one in report.results}
    failed = {name for name, outcome in outcomes.items() if outcome is Outcome.FAILED}
    blocked = {name for name, outcome in outcomes.items() if outcome is Outcome.BLOCKED}
    assert (failed, blocked) == ({code}, model.dependants(CHECKS, code))
    assert not report.conforms
