"""Measures `<ma-qr>` in Chromium: from the text given to the symbol in the page, cold and warm.

`python bench/widget.py`; the processor is slowed down six times, as a cheap phone's is slower.
"""

import shutil
import sys
from pathlib import Path
from statistics import median
from typing import Final

from playwright.sync_api import Browser, Route, sync_playwright

MODULE: Final = Path(__file__).parents[1] / "src/motma/web/static/widget/ma-qr.js"
#: The longest text of a phone: card and living code, a name of twenty letters.
TEXT: Final = (
    "******|NGUYEN THI HONG NHUN|1989-**-**|0|162979388586171104|<<<<0132043976721951732397853257"
    "473375539624642932935831584708216176644729770530215810227106064943379626040331666862361514677"
    "5672906491256870918629627979411463<v=1<m=9876541100001202110052022100512345678"
    "<c=12341202110200304"
)
STEPS: Final = 20
ROUNDS: Final = 5

_PROGRAM: Final = """async ([text, steps]) => {
  const qr = document.createElement("ma-qr");
  const drawn = (act) => new Promise((resolve) => {
    qr.addEventListener("ma-qr-shown", () => resolve(performance.now() - since), {once: true});
    const since = performance.now();
    act();
  });
  await import("/ma-qr.js");
  const times = [await drawn(() => { qr.signed = text; document.body.append(qr); })];
  for (let at = 0; at < steps; at++) {
    // Another name each time: the same text is not drawn twice.
    const name = `NGUYEN THI HONG ${String.fromCharCode(65 + at)}`;
    times.push(await drawn(() => { qr.signed = text.replace(/NGUYEN[A-Z ]*/, name); }));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return times;
}"""


def measure(browser: Browser, slower: int) -> list[float]:
    """Milliseconds of the first symbol in a fresh page, then of those after it."""
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*", _answer)
    page.goto("http://localhost/")
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    times: list[float] = page.evaluate(_PROGRAM, [TEXT, STEPS])
    context.close()
    return times


def _answer(route: Route) -> None:
    if route.request.url.endswith(".js"):
        route.fulfill(body=MODULE.read_bytes(), content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><title>bench</title>", content_type="text/html")


def main() -> int:
    """Print one row for each speed of the processor."""
    program = shutil.which("chromium")
    if program is None or not MODULE.is_file():
        print("needs chromium, and the pages: python tools/build_ui.py", file=sys.stderr)
        return 1
    print("| processor | first symbol, ms | later ones, ms |\n|---|---:|---:|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for slower, name in ((1, "this one"), (6, "six times slower")):
            rounds = [measure(browser, slower) for _ in range(ROUNDS)]
            first = median(times[0] for times in rounds)
            later = median(time for times in rounds for time in times[1:])
            print(f"| {name} | {first:.0f} | {later:.1f} |")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
