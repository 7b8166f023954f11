"""Events and their texts: every body round-trips, later ones are understood, bad ones are only CodecError."""

import json
import string
import typing
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.events import BODIES, Event, Moment, from_text, to_text
from appliance.events import bodies as all_bodies
from appliance.events.bodies import IncidentOpened, PowerRead, SeatsRead, VenueConfigured
from appliance.events.body import Body, Unrecognised
from appliance.events.codec import CodecError, canonical, from_plain, to_plain
from appliance.events.envelope import MAX_TEXT_BYTES

NOW = datetime(2026, 9, 5, 1, 12, 30, 250000, tzinfo=UTC)


def event(body: Body, seq: int = 7) -> Event:
    return Event(seq=seq, at=NOW, mono_s=1234.567, boot_id="boot-1", body=body)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TIMES = st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1))  # noqa: DTZ001 - hypothesis wants them naive
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(float, NUMBERS)
st.register_type_strategy(datetime, TIMES)


def built(kind: Any) -> st.SearchStrategy[Any]:
    """A strategy for a field's type, nested dataclasses included."""
    if kind is object:
        return PLAIN
    if typing.get_origin(kind) is dict:
        return st.dictionaries(TEXT, built(typing.get_args(kind)[1]), max_size=3)
    if typing.get_origin(kind) is tuple:
        return st.lists(built(typing.get_args(kind)[0]), max_size=3).map(tuple)
    if hasattr(kind, "__dataclass_fields__"):
        hints = typing.get_type_hints(kind)
        return st.builds(kind, **{field.name: built(hints[field.name]) for field in fields(kind)})
    return st.from_type(kind)


@pytest.mark.parametrize("kind", BODIES)
@settings(max_examples=15)
@given(data=st.data())
def test_every_body_comes_back_from_its_text_as_it_was(kind: str, data: st.DataObject) -> None:
    before = event(data.draw(built(BODIES[kind])))
    text = to_text(before)
    assert from_text(text) == before
    assert to_text(from_text(text)) == text


@pytest.mark.parametrize("kind", BODIES)
def test_a_field_of_a_later_version_is_ignored(kind: str) -> None:
    plain = json.loads(to_text(event(example(kind))))
    plain["body"]["colour_of_a_later_version"] = {"x": [1]}
    assert from_text(canonical(plain)) == event(example(kind))


@pytest.mark.parametrize("kind", BODIES)
def test_a_missing_field_takes_its_default_or_is_named(kind: str) -> None:
    plain = json.loads(to_text(event(example(kind))))
    for field in fields(BODIES[kind]):
        rest = {k: v for k, v in plain["body"].items() if k != field.name}
        text = canonical(plain | {"body": rest})
        if field.default is MISSING and field.default_factory is MISSING:
            with pytest.raises(CodecError, match=f"{field.name}: missing"):
                from_text(text)
        else:
            default = field.default if field.default is not MISSING else field.default_factory()  # type: ignore[misc]
            assert getattr(from_text(text).body, field.name) == default


def example(kind: str) -> Body:
    """The plainest body of a kind."""
    return typing.cast(Body, from_plain(BODIES[kind], plainest(BODIES[kind])))


def plainest(cls: type[Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    required = [f for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING]
    return {field.name: simple(hints[field.name]) for field in required}


def simple(kind: Any) -> Any:
    if hasattr(kind, "__dataclass_fields__"):
        return plainest(kind)
    origin = typing.get_origin(kind) or kind
    return {str: "x", int: 3, float: 1.5, bool: True, tuple: [], dict: {}, datetime: NOW.isoformat()}[origin]


def test_kinds_are_unique_written_out_and_every_body_stands_in_the_table() -> None:
    classes = {c for c in vars(all_bodies).values() if isinstance(c, type) and issubclass(c, Body)}
    assert classes - {Body, Unrecognised} == set(BODIES.values())
    assert len({cls.kind for cls in BODIES.values()}) == len(BODIES)
    for kind, cls in BODIES.items():
        assert cls.kind == kind and "kind" in vars(cls)
        area, _, what = kind.partition(".")
        assert area.islower() and set(what) <= set(string.ascii_lowercase + "_") and what


def test_the_text_of_an_event_is_this_to_the_byte() -> None:
    body = PowerRead(ups="机房", status=("OB", "LB"), charge_percent=80, runtime_s=None)
    assert to_text(event(body)) == (
        '{"at":"2026-09-05T01:12:30.250000+00:00","body":{"absurd":[],"battery_v":null,"charge_percent":80,"input_v":null,'
        '"load_percent":null,"runtime_s":null,'
        '"status":["OB","LB"],"testing":false,"ups":"机房"},"boot_id":"boot-1","kind":"power.read","mono_s":1234.567,"seq":7}'
    )


@given(plain=PLAIN)
def test_the_canonical_text_does_not_hang_on_the_order_of_keys(plain: Any) -> None:
    assert canonical(json.loads(canonical(plain))) == canonical(plain)


def test_half_a_character_never_keeps_a_row_from_being_written() -> None:
    text = to_text(event(PowerRead(ups="a\ud800b", status=("OL",))))
    assert text.encode("utf-8")
    body = from_text(text).body
    assert isinstance(body, PowerRead) and body.ups == "a\ufffdb"


# Unknown kinds


def test_an_unknown_kind_is_kept_and_written_again_under_its_own_name() -> None:
    text = to_text(event(SeatsRead(arrived=("1-01",)))).replace("seats.read", "lamp.melted")
    kept = from_text(text)
    assert isinstance(kept.body, Unrecognised)
    assert kept.kind == kept.body.original_kind == "lamp.melted"
    assert json.loads(kept.body.text) == {"arrived": ["1-01"], "gone": []}
    again = from_text(to_text(kept))
    assert again.kind == "lamp.melted" and again.seq == kept.seq


# Bad texts


GOOD = to_text(event(IncidentOpened(number=1, cause_kind="mains", cause="")))


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "null", "[]", "7", '"x"', "{}", '{"kind":"power.read"}', "\ufeff{}", "[" * 100_000,
        GOOD.replace("+00:00", ""),
        GOOD.replace("2026-09-05T01:12:30.250000+00:00", "yesterday"),
        GOOD.replace('"seq":7', '"seq":"x"'),
        GOOD.replace('"seq":7', '"seq":Infinity'),
        GOOD.replace('"seq":7', '"seq":NaN'),
        GOOD.replace('"seq":7', '"seq":null'),
        GOOD.replace('"seq":7', '"seq":7.5'),
        GOOD.replace('"seq":7', '"seq":true'),
        GOOD.replace('"mono_s":1234.567', '"mono_s":NaN'),
        GOOD.replace('"mono_s":1234.567', '"mono_s":"1"'),
        GOOD.replace('"mono_s":1234.567', '"mono_s":1' + "0" * 400),
        GOOD.replace('"kind":"incident.opened"', '"kind":["x"]'),
        GOOD.replace('"number":1', '"number":true'),
        GOOD.replace('"number":1', '"number":"1"'),
        GOOD.replace('"members":[]', '"members":"1-01"'),
        GOOD.replace('"members":[]', '"members":[1]'),
        GOOD.replace('"began":null', '"began":5'),
        GOOD.replace('"began":null', '"began":"noon"'),
        GOOD.replace('"body":{', '"body":[{').replace('},"boot_id"', '}],"boot_id"'),
        GOOD.replace('"cause":""', '"cause":"\\ud800"'),
    ],
)  # fmt: skip
def test_a_text_that_is_no_event_is_a_codec_error(text: str) -> None:
    assert text != GOOD
    with pytest.raises(CodecError):
        from_text(text)


def test_a_float_field_takes_no_number_beyond_floats() -> None:
    text = to_text(event(PowerRead(ups="a", status=(), charge_percent=5)))
    for number in ("1" + "0" * 400, "1e999", "NaN", "-Infinity", "true"):
        with pytest.raises(CodecError):
            from_text(text.replace('"charge_percent":5', f'"charge_percent":{number}'))


def test_a_text_of_more_than_four_million_characters_is_refused_unread() -> None:
    with pytest.raises(CodecError, match="at most"):
        from_text(" " * (MAX_TEXT_BYTES + 1))


@given(text=st.text(max_size=200))
def test_any_text_is_an_event_or_a_codec_error(text: str) -> None:
    with pytest.raises(CodecError):
        from_text(text)


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300)
@given(data=st.data())
def test_an_event_with_one_place_spoilt_is_an_event_or_a_codec_error(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(BODIES)))
    plain = json.loads(to_text(event(example(kind))))
    target = data.draw(st.sampled_from([plain, plain["body"]] if plain["body"] else [plain]))
    target[data.draw(st.sampled_from(sorted(target)))] = data.draw(JSONISH)
    try:
        read = from_text(json.dumps(plain))
    except CodecError:
        return
    assert read.at.tzinfo is not None
    to_text(read).encode()


def test_a_wrong_type_is_named_by_its_path() -> None:
    plain = to_plain(example("venue.configured"))
    plain["plan"]["rules"]["flap_s"] = "long"
    with pytest.raises(CodecError, match=r"plan\.rules\.flap_s: int was expected"):
        from_plain(VenueConfigured, plain)


def test_what_is_no_plain_value_can_not_be_written_down() -> None:
    for value in ({1, 2}, b"raw", object()):
        with pytest.raises(CodecError):
            to_plain(value)


# Moments


def moment(mono_s: float, boot_id: str = "a", *, wall_s: float = 0.0, trusted: bool = True) -> Moment:
    return Moment(wall=NOW + timedelta(seconds=wall_s), mono_s=mono_s, boot_id=boot_id, trusted=trusted)


def test_within_one_boot_only_monotonic_time_counts() -> None:
    assert moment(70, wall_s=-9999, trusted=False).since(moment(10)) == 60
    assert moment(70, wall_s=9999).since(moment(10, trusted=False)) == 60


def test_across_boots_trusted_wall_time_counts() -> None:
    assert moment(5, "b", wall_s=100).since(moment(4000, "a")) == 100


@pytest.mark.parametrize(("now", "then"), [(False, True), (True, False), (False, False)])
def test_across_boots_an_untrusted_wall_clock_counts_as_nothing(now: bool, then: bool) -> None:
    later, earlier = moment(5, "b", wall_s=100, trusted=now), moment(4000, "a", trusted=then)
    assert later.since(earlier) == 0
    assert not later.comparable(earlier) and not earlier.comparable(later)


def test_time_never_runs_backwards() -> None:
    assert moment(10).since(moment(70)) == 0
    assert moment(5, "b", wall_s=-100).since(moment(4000, "a")) == 0


def test_two_moments_of_one_boot_or_of_trusted_clocks_can_be_compared() -> None:
    assert moment(1, trusted=False).comparable(moment(2, trusted=False))
    assert moment(1, "a").comparable(moment(2, "b"))


def test_another_zone_of_the_same_instant_is_the_same_instant() -> None:
    shanghai = NOW.astimezone(timezone(timedelta(hours=8)))
    assert Moment(wall=shanghai, mono_s=0, boot_id="b").since(moment(0, "a")) == 0
