"""Printing over HTTP: cards, sheets, slips, posters; each code reads again and is genuine."""

from collections.abc import Callable
from typing import Final

import pytest
from tests import printed
from tests.staging import Caller, Stage

from motma.access import service as access
from motma.codec import issued, place
from motma.codec.es256 import PublicKey
from motma.codec.issued import Form, Signature
from motma.codec.jwks import parse as parse_keys
from motma.identity import guardianship
from motma.identity.service import Registered
from motma.keys.model import Purpose
from motma.printing import export

A4: Final = (210.0, 297.0)
ID1: Final = (85.6, 54.0)


def keys(on: Stage, purpose: Purpose = Purpose.QR) -> Callable[[str], PublicKey | None]:
    """What the platform publishes."""
    return parse_keys(on.platform.keyring.jwks(purpose)).find


def genuine(on: Stage, pdf: bytes) -> list[issued.Issue]:
    """The codes on all pages, each read from a noisy page and found signed, and of paper."""
    found = []
    for picture in printed.pictures(pdf):
        for seen in printed.read(printed.noisy(picture)):
            assert issued.verify(seen.text, keys(on)) is Signature.VALID
            assert seen.side_mm == pytest.approx(50, abs=0.6)
            found.append(issued.parse(seen.text).issue)
    assert {one.form for one in found} <= {Form.PAPER}
    assert {one.card for one in found} <= {None}
    return found


async def wallet_of(on: Stage, **changes: object) -> tuple[Caller, str]:
    """A person's wallet and QID."""
    person = await on.person(**changes)
    return await on.wallet(person.person_id), person.qid


@pytest.mark.parametrize(
    ("layout", "pages"),
    [("card", [ID1, ID1]), ("a4-1", [A4]), ("a4-8", [A4, A4]), ("a4-10", [A4, A4])],
)
async def test_my_card_is_printed_in_each_layout(
    on_stage: Stage, layout: str, pages: list[tuple[float, float]]
) -> None:
    wallet, qid = await wallet_of(on_stage)
    answer = await wallet.post("/v1/me/print", {"layout": layout})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert printed.sizes_mm(answer.content) == pages
    assert [one.qid for one in genuine(on_stage, answer.content)] == [qid]


async def test_a_guardian_prints_the_family_and_nobody_elses_child(on_stage: Stage) -> None:
    mother, child = (
        await on_stage.person(),
        await on_stage.person(full_name="Thử Con", birth="2020", documents=(), phones=()),
    )
    stranger = await on_stage.person(
        full_name="Con Người Khác", birth="2021", documents=(), phones=()
    )
    means = on_stage.platform.means
    async with on_stage.platform.transaction() as db:
        for dependant in (child, stranger):
            await guardianship.add_guardian(
                db, means, dependant_id=dependant.person_id, guardian_id=mother.person_id,
                evidence="birth certificate",
            )  # fmt: skip
        await guardianship.confirm_guardian(
            db, means, dependant_id=child.person_id, guardian_id=mother.person_id
        )
    wallet = await on_stage.wallet(mother.person_id)
    answer = await wallet.post("/v1/me/print", {"layout": "a4-8", "dependants": True})
    assert {one.qid for one in genuine(on_stage, answer.content)} == {mother.qid, child.qid}


async def test_every_card_of_a_family_is_read_by_the_platform_from_the_noisy_page(
    on_stage: Stage,
) -> None:
    mother, children = await family(on_stage)
    wallet = await on_stage.wallet(mother.person_id)
    guard = await on_stage.sign_in("guard@stage")
    for layout in ("a4-8", "a4-10"):
        answer = await wallet.post("/v1/me/print", {"layout": layout, "dependants": True})
        fronts, backs = printed.pictures(answer.content)
        assert printed.read(printed.noisy(fronts)) == []
        codes = printed.read(printed.noisy(backs))
        assert len(codes) == 1 + len(children)
        born = set()
        for seen in codes:
            scanned = (await guard.scan(seen.text)).json()
            assert scanned["outcome"] == "known", scanned
            born.add(scanned["who"]["birth_year"])
        assert born == {"1990", "2020", "2022"}


async def family(on: Stage) -> tuple[Registered, list[Registered]]:
    """A mother and the two children whose guardian she confirmed to be."""
    mother, means = await on.person(), on.platform.means
    children = []
    for name, year in (("Thử Con Một", "2020"), ("Thử Con Hai", "2022")):
        child = await on.person(full_name=name, birth=year, documents=(), phones=())
        async with on.platform.transaction() as db:
            await guardianship.add_guardian(
                db, means, dependant_id=child.person_id, guardian_id=mother.person_id,
                evidence="birth certificate",
            )  # fmt: skip
            await guardianship.confirm_guardian(
                db, means, dependant_id=child.person_id, guardian_id=mother.person_id
            )
        children.append(child)
    return mother, children


async def test_all_that_is_held_about_me_is_printed_to_read(on_stage: Stage) -> None:
    person = await on_stage.person()
    wallet = await on_stage.wallet(person.person_id)
    held = (await wallet.send("GET", "/v1/me/export")).json()["sections"]
    answer = await wallet.post("/v1/me/print", {"layout": "export"})
    assert answer.status_code == 200, answer.text
    words = " ".join(printed.words(answer.content).split())
    assert printed.tagged(answer.content)
    for said in ("Dữ liệu của tôi / My data", "Thử Thị Nghiệm", person.qid, "001190000001",
                 "+84912345678", "Ai đã đọc tôi / Who read me", "03/02/1990"):  # fmt: skip
        assert said in words, said
    assert words.count(" / ") > len(held)
    notices = (await wallet.send("GET", "/v1/me/notices")).json()
    assert [one["kind"] for one in notices].count("access.exported") == 2


async def test_no_section_and_no_item_of_an_export_is_missing_on_paper(on_stage: Stage) -> None:
    person = await on_stage.person()
    wallet = await on_stage.wallet(person.person_id)
    held = (await wallet.send("GET", "/v1/me/export")).json()["sections"]
    pages = export.part(held, made_at=on_stage.platform.clock.now())["export"]["sections"]
    assert [len(one["items"]) for one in pages] == [len(rows) for rows in held.values()]
    assert all(any(one["heading"]) for one in pages)


async def test_what_was_printed_stands_among_my_notices(on_stage: Stage) -> None:
    wallet, _ = await wallet_of(on_stage)
    await wallet.post("/v1/me/print", {"layout": "card"})
    notices = (await wallet.send("GET", "/v1/me/notices")).json()
    assert [each["kind"] for each in notices if each["kind"] == "identity.printed"] == [
        "identity.printed"
    ]


async def test_the_desk_prints_cards_and_slips_that_activate(on_stage: Stage) -> None:
    registrar = await on_stage.sign_in("registrar@stage")
    first = await on_stage.person()
    second = await on_stage.person(number="001190000002", full_name="Trần Thị Thử", phones=())
    body = {"qids": [first.qid, second.qid, first.qid], "layout": "a4-10", "activation": True}
    answer = await registrar.post("/v1/people:print", body)
    assert answer.status_code == 200, answer.text
    assert [one.qid for one in genuine(on_stage, answer.content)] == [second.qid, first.qid]
    text = printed.words(answer.content)
    code = next(word for word in text.split() if word.count("-") == 2 and len(word) == 14)
    enrolled = await on_stage.enrolled(code)
    assert enrolled.device_id


async def test_only_a_registrar_prints_cards_of_others(on_stage: Stage) -> None:
    person = await on_stage.person()
    for login in ("guard@stage", "nurse@stage", "operator@stage"):
        caller = await on_stage.sign_in(login)
        answer = await caller.post("/v1/people:print", {"qids": [person.qid]})
        assert (answer.status_code, answer.json()["code"]) == (403, "access.forbidden")


async def test_a_list_of_nobody_or_of_too_many_is_malformed(on_stage: Stage) -> None:
    registrar = await on_stage.sign_in("registrar@stage")
    for qids in ([], ["1"] * 101):
        answer = await registrar.post("/v1/people:print", {"qids": qids})
        assert (answer.status_code, answer.json()["code"]) == (400, "printing.people-count")


async def test_a_poster_carries_the_signed_code_of_its_place_at_15_cm(on_stage: Stage) -> None:
    guard = await on_stage.sign_in("guard@stage")
    assert guard.place is not None
    answer = await guard.post("/v1/places:print", {"place_id": str(guard.place.place_id)})
    assert answer.status_code == 200, answer.text
    (picture,) = printed.pictures(answer.content)
    (seen,) = printed.read(printed.noisy(picture))
    assert place.verify(seen.text, keys(on_stage, Purpose.PLACE)) is Signature.VALID
    assert place.parse(seen.text).place_id == guard.place.place_id
    assert seen.side_mm == pytest.approx(150, abs=1)
    assert "Stage public-place" in printed.words(answer.content)


async def test_a_place_of_another_organisation_looks_like_none(on_stage: Stage) -> None:
    guard = await on_stage.sign_in("guard@stage")
    async with on_stage.platform.transaction() as db:
        means = on_stage.platform.means
        others = await access.add_organisation(db, means, "Others")
        foreign = await access.add_place(
            db, means, organisation_id=others, kind="office", name="Elsewhere"
        )
    for place_id in (str(foreign.place_id), "00000000-0000-4000-8000-000000000000"):
        answer = await guard.post("/v1/places:print", {"place_id": place_id})
        assert (answer.status_code, answer.json()["code"]) == (404, "printing.place-unknown")
