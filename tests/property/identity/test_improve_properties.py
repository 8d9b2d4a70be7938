"""What is known only gets surer: whatever news come, in whatever order."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from motma.identity import model
from motma.identity.model import Attribute, Held, Profile

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SURE = st.integers(0, 2)
MOMENTS = st.integers(0, 1000).map(lambda n: NOW + timedelta(minutes=n))


def attributes(*values: str) -> st.SearchStrategy[Attribute]:
    return st.builds(
        Attribute,
        value=st.sampled_from(values),
        assurance=SURE,
        known_at=MOMENTS,
        source=st.sampled_from(["self", "registrar:1", "source"]),
    )


HELD = st.builds(
    Held,
    kind=st.just("cccd"),
    number=st.sampled_from(["001190000001", "001190000002"]),
    assurance=SURE,
    known_at=MOMENTS,
    source=st.just("x"),
)
PROFILES = st.builds(
    Profile,
    full_name=attributes("Thử A", "Thử B"),
    birth=attributes("1990", "1990-02", "1990-02-03", "1991"),
    sex=st.none() | attributes("male", "female"),
    nationality=st.none() | attributes("VNM", "LAO"),
    commune=st.none() | attributes("00004@", "00004@2025-07-01"),
    address=st.none() | attributes("1", "2"),
    phones=st.lists(
        attributes(*(f"+8490000000{n}" for n in range(10))), max_size=8, unique_by=lambda a: a.value
    ).map(tuple),
    documents=st.lists(HELD, max_size=2, unique_by=lambda d: d.number).map(tuple),
)
NAMED = ("full_name", "birth", "sex", "nationality", "commune", "address")


@given(PROFILES, PROFILES)
def test_a_lower_assurance_never_takes_the_place_of_a_higher(known: Profile, news: Profile) -> None:
    better = model.improve(known, news)
    for name in NAMED:
        before, after = getattr(known, name), getattr(better, name)
        if before is not None:
            assert after.assurance >= before.assurance
            if after != before:
                assert after == getattr(news, name)
                assert after.assurance >= before.assurance


@given(PROFILES, PROFILES)
def test_no_document_is_forgotten_or_gets_less_sure(known: Profile, news: Profile) -> None:
    after = {d.document.key: d.assurance for d in model.improve(known, news).documents}
    for held in (*known.documents, *news.documents):
        assert after[held.document.key] >= held.assurance


@given(PROFILES, PROFILES)
def test_the_same_news_again_change_nothing(known: Profile, news: Profile) -> None:
    once = model.improve(known, news)
    assert model.improve(once, news) == once
    assert model.improve(once, once) == once


@given(PROFILES)
def test_a_profile_comes_back_from_its_json(profile: Profile) -> None:
    assert model.read(model.write(profile)) == profile


@given(PROFILES, PROFILES)
def test_agreement_does_not_depend_on_who_is_asked(one: Profile, other: Profile) -> None:
    assert model.agree(one, other) == model.agree(other, one)
    assert model.agree(one, one)


@given(st.lists(PROFILES, min_size=1, max_size=5))
def test_the_person_is_as_sure_as_the_best_document_ever_shown(shown: list[Profile]) -> None:
    known = shown[0]
    for news in shown[1:]:
        known = model.improve(known, news)
    assert known.assurance == max(profile.assurance for profile in shown)
