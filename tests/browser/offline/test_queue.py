"""The queue of a gate in a real browser: many scans, sealed, nothing twice, a full disk told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.offline.node import bundle
from tests.browser.serving import Site

#: What a gate must be able to keep. Source: QR reader guide of 2022: at least 10,000 scans.
MANY: Final = 10_000

_FILL: Final = """async (count) => {
    const scan = (at) => ({
        kind: "scan", role: "place", code: "SECRET-CODE-" + "x".repeat(280),
        request: { scan_id: String(at).padStart(12, "0"), checkpoint: "c", purpose: "p", at: "" },
    });
    for (let at = 0; at < count; at += 1000)
        await Promise.all(Array.from({ length: Math.min(count, 1000) },
                                     (_, more) => queue.add(scan(at + more))));
    return queue.count();
}"""

#: A platform that loses the answer of its third batch, after keeping what came.
_SYNC: Final = """async () => {
    const kept = new Map();
    let calls = 0;
    const sender = {
        handle: async () => {},
        ask: async (_method, _path, { scans }) => {
            calls += 1;
            const results = scans.map(({ scan_id }) => {
                const status = kept.has(scan_id) ? "duplicate" : "accepted";
                kept.set(scan_id, (kept.get(scan_id) ?? 0) + 1);
                return { scan_id, status, code: null };
            });
            if (calls === 3) throw new Error("the answer was lost");
            return { results };
        },
    };
    const first = await queue.sync(sender, "place").then(() => "sent", () => "lost");
    const between = await queue.count();
    const other = await queue.sync(sender, "medical");
    const second = await queue.sync(sender, "place");
    const twice = [...kept.values()].filter((times) => times > 1).length;
    return { first, between, others: other.others, left: await queue.count(),
             kept: kept.size, twice, second: second.sent };
}"""

_RAW: Final = """() => new Promise((resolve) => {
    indexedDB.open("motma-gate").onsuccess = ({ target }) => {
        const transaction = target.result.transaction(["queue", "kept"]);
        const row = transaction.objectStore("queue").getAll(null, 1);
        const key = transaction.objectStore("kept").get("queue-key");
        transaction.oncomplete = () => resolve({
            bytes: new TextDecoder("latin1").decode(row.result[0].data),
            names: Object.keys(row.result[0]).sort(),
            extractable: key.result.extractable,
        });
    };
})"""

_FULL: Final = """async () => {
    const scan = { kind: "scan", role: "place", code: "x".repeat(40_000_000),
                   request: { scan_id: "z", checkpoint: "c", purpose: "entry", at: "" } };
    return queue.add(scan).then(() => "kept", (error) => error instanceof queue.DiskFull);
}"""


@pytest.fixture
def page(site: Site, chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    """A page of the platform's own origin with the queue in it."""
    source = Path(__file__).parent / "queueing.ts"
    script = bundle(source, tmp_path / "queue.js", form="iife")
    context = chromium.new_context()
    opened = context.new_page()
    opened.add_init_script(path=script)
    opened.goto(f"{site.origin}/healthz")
    yield opened
    context.close()


def test_ten_thousand_scans_wait_and_are_sent_once_though_an_answer_is_lost(page: Page) -> None:
    assert page.evaluate(_FILL, MANY) == MANY
    page.reload()
    done: dict[str, Any] = page.evaluate(_SYNC)
    assert done["first"] == "lost"
    assert (done["between"], done["others"]) == (MANY - 500, MANY - 500)
    assert (done["left"], done["kept"]) == (0, MANY)
    assert done["twice"] == 250  # of the lost answer: the platform knew them, so they count once
    assert done["second"] == MANY - 500


def test_what_waits_can_be_read_by_nobody_who_copies_the_disk(page: Page) -> None:
    page.evaluate(_FILL, 500)
    raw = page.evaluate(_RAW)
    assert "SECRET" not in raw["bytes"]
    assert raw["names"] == ["data", "id", "iv"]
    assert raw["extractable"] is False


def test_a_full_disk_is_told_and_what_waits_stays(page: Page, site: Site) -> None:
    # before the first scan: Chromium remembers for a while how much room there was
    devtools = page.context.new_cdp_session(page)
    quota = {"origin": site.origin, "quotaSize": 20_000_000}
    devtools.send("Storage.overrideQuotaForOrigin", quota)
    assert page.evaluate(_FILL, 500) == 500
    assert page.evaluate(_FULL) is True
    assert page.evaluate("queue.count()") == 500
