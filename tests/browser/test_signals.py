"""A guard who looks at the person hears and feels the answer."""

from tests.browser.reader import Gatekeeper
from tests.browser.seeding import GUARD, MARKET
from tests.browser.serving import Site

ENTRY = "Vào cửa"

#: Writes down what the page plays and how it shakes; both still happen.
_LISTEN = """
    window.heard = { notes: [], shakes: [] };
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) {
        window.heard.notes.push(this.frequency.value);
        return start.apply(this, at);
    };
    const vibrate = Navigator.prototype.vibrate;
    Navigator.prototype.vibrate = function (pattern) {
        window.heard.shakes.push(pattern.length);
        return vibrate.call(this, pattern);
    };
"""

#: Writes down which side's camera the page asks for.
_WISHES = """
    window.wished = [];
    const open = navigator.mediaDevices.getUserMedia;
    navigator.mediaDevices.getUserMedia = function (wish) {
        wished.push(wish.video.facingMode);
        return open.call(this, wish);
    };
"""


def test_each_tone_has_its_own_tune_and_vibration(gatekeeper: Gatekeeper, site: Site) -> None:
    gatekeeper.page.add_init_script(_LISTEN)
    gatekeeper.work(GUARD, ENTRY, MARKET)
    patterns = []
    for text, heading in (
        (site.seeded.paper, "Hợp lệ"),
        (site.seeded.revoked, "Đã thu hồi"),
        ("https://example.org/menu", "Không phải mã người"),
    ):
        gatekeeper.page.evaluate("heard.notes = []; heard.shakes = []")
        gatekeeper.wedge(text)
        gatekeeper.heading(heading)
        gatekeeper.page.wait_for_function("heard.shakes.length > 0")
        patterns.append(gatekeeper.page.evaluate("[heard.notes, heard.shakes[0]]"))
    notes = [tuple(played) for played, _ in patterns]
    assert all(notes)
    assert len(set(notes)) == len(notes)
    assert [shakes for _, shakes in patterns] == [1, 5, 1]


def test_sound_can_be_switched_off_for_good(gatekeeper: Gatekeeper, site: Site) -> None:
    page = gatekeeper.page
    page.add_init_script(_LISTEN)
    gatekeeper.work(GUARD, ENTRY, MARKET)
    page.get_by_role("button", name="Âm thanh").click()
    page.reload()
    page.get_by_role("heading", name="Quét mã").wait_for()
    gatekeeper.wedge(site.seeded.revoked)
    gatekeeper.heading("Đã thu hồi")
    page.wait_for_function("heard.shakes.length > 0")
    assert page.evaluate("heard.notes") == []


def test_hands_free_answers_a_handheld_reader_and_gives_way_to_the_next(
    gatekeeper: Gatekeeper, site: Site
) -> None:
    page = gatekeeper.page
    page.clock.install()
    page.add_init_script(_WISHES)
    gatekeeper.work(GUARD, ENTRY, MARKET)
    page.get_by_role("button", name="Chế độ rảnh tay").click()
    page.wait_for_function("() => wished.at(-1) === 'user'")
    assert page.evaluate("wished[0]") == "environment"
    gatekeeper.wedge(site.seeded.revoked)
    gatekeeper.heading("Đã thu hồi")
    assert page.get_by_role("button", name="Cho qua").count() == 0
    assert gatekeeper.violations() == []
    page.clock.fast_forward(7_000)
    page.get_by_text("Sẵn sàng quét").wait_for()


def test_the_voice_says_outcome_and_what_to_do_in_the_page_s_language_and_never_a_name(
    gatekeeper: Gatekeeper, site: Site
) -> None:
    page = gatekeeper.page
    page.add_init_script(
        """
        window.said = [];
        speechSynthesis.speak = ({ text, lang }) => said.push([lang, text]);
        """
    )
    gatekeeper.work(GUARD, ENTRY, MARKET)
    page.get_by_role("button", name="Giọng nói").click()
    gatekeeper.wedge(site.seeded.paper)
    gatekeeper.heading("Hợp lệ")
    page.get_by_role("button", name="English").click()
    gatekeeper.wedge(site.seeded.revoked)
    gatekeeper.heading("Revoked")
    page.wait_for_function("() => said.length === 2")
    assert page.evaluate("said") == [
        ["vi-VN", "Hợp lệ. Đối chiếu tên với người trước mặt."],
        ["en-GB", "Revoked. This code was revoked. Ask for a document and point to a registrar."],
    ]
