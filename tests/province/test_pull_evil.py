"""What a bad server can do to the pull: nothing. It is named, nothing is overwritten, other venues are not held up."""

import json
import ssl
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appliance.backup.outbox import bundles
from appliance.province import ca, keys
from appliance.province.answer import Refused
from appliance.province.ca import Authority
from appliance.province.listing import ListRefused, page
from tests.province.conftest import Serve
from tests.province.pulling import alarms, grow, here, pulled, signed_anew
from tests.province.served import HASTY, Handler, Lie
from tests.province.two import Two

NOW = datetime.now(UTC)


@pytest.fixture
def other(two: Two, serve: Serve) -> Two:
    """A good venue beside the bad one: whatever happens, all of it arrives."""
    made = Two(two.root, venue="520100-04")
    made.publish()
    made.known()
    serve(made)
    return made


def refused(two: Two, other: Two, **wish: object) -> str:
    """What was said of the bad venue, whose files are not here, while the good one's are."""
    told = pulled(two, **({"patience": HASTY} | wish))
    assert not [one for one in told if one.venue == other.venue and one.kind in ("alarm", "fault")]
    assert [one.counter for one in here(other)] == [1]
    bad = alarms([one for one in told if one.venue == two.venue])
    assert bad, "it is named"
    return "\n".join(bad)


def on(suffix: str, act: Callable[[Handler], None]) -> Lie:
    """`act` answers whatever path ends so, or holds it."""

    def lie(handler: Handler, path: str) -> bool:
        if not path.endswith(suffix) and not (suffix.startswith("/") and suffix in path):
            return False
        act(handler)
        return True

    return lie


def data_of(handler: Handler) -> Path:
    return handler.server.served.two.state / "outbox" / Path(handler.path).name


def raw(text: str, *, then: bytes = b"") -> Callable[[Handler], None]:
    """An answer byte for byte; then the line ends."""

    def act(handler: Handler) -> None:
        handler.wfile.write(text.replace("\n", "\r\n").encode() + then)
        handler.close_connection = True

    return act


def test_an_expired_certificate_is_refused_by_its_name(two: Two, other: Two, serve: Serve) -> None:
    old = Authority(two.home).server(two.venue, now=NOW, ends=NOW - timedelta(days=1))
    serve(two, issued=old)
    assert "expired" in refused(two, other) and not here(two)


def test_a_revoked_certificate_is_refused(two: Two, other: Two, serve: Serve) -> None:
    served = serve(two)
    Authority(two.home).revoke([served.issued.serial], now=NOW)
    assert "revoked" in refused(two, other) and not here(two)


def test_another_authoritys_certificate_is_refused(two: Two, other: Two, serve: Serve) -> None:
    foreign = two.root / "foreign"
    keys.init(foreign)
    serve(two, issued=Authority(foreign).server(two.venue, now=NOW))
    assert "certificate is refused" in refused(two, other) and not here(two)


def test_a_venue_with_anothers_certificate_is_refused(two: Two, other: Two, serve: Serve) -> None:
    serve(two, issued=Authority(two.home).server("520100-05", now=NOW))
    assert "certificate is refused" in refused(two, other) and not here(two)


def test_the_pullers_own_certificate_makes_no_server(two: Two, other: Two, serve: Serve) -> None:
    directory = two.home / ca.DIRECTORY
    text, key = ((directory / name).read_text() for name in (ca.CLIENT_CERTIFICATE, ca.CLIENT_KEY))
    serve(two, issued=ca.Issued(certificate=text, key=key, serial=0))
    assert "certificate is refused" in refused(two, other)


def test_a_venue_that_lists_anothers_bundles_is_refused(two: Two, other: Two, serve: Serve) -> None:
    name = bundles(other.state)[0].name
    serve(two, lie=on("/manifests", lambda h: h.tell({"schema": 1, "venue": two.venue, "names": [name]})))
    assert "another venue's" in refused(two, other)


def test_a_venue_that_answers_for_another_is_refused(two: Two, other: Two, serve: Serve) -> None:
    serve(two, lie=on("/manifests", lambda h: h.tell({"schema": 1, "venue": other.venue, "names": []})))
    assert "answers for" in refused(two, other)


@pytest.mark.parametrize(
    "names",
    [
        ["../../../../etc/passwd"], ["520100-03-000001-20260905T031500Z-full/../x"], [7], [None], ["x" * 300],
        ["520100-03-000002-20260905T031500Z-full", "520100-03-000001-20260905T031500Z-full"],
        ["520100-03-000000-20260905T031500Z-full"],
    ],
)  # fmt: skip
def test_a_list_with_a_name_that_is_none_is_refused(
    two: Two, other: Two, serve: Serve, names: list[object]
) -> None:
    serve(two, lie=on("/manifests", lambda h: h.tell({"schema": 1, "venue": two.venue, "names": names})))
    assert "its list" in refused(two, other)
    assert not (two.root / "etc").exists() and not here(two)


def test_a_list_that_would_fill_the_memory_is_refused(two: Two, other: Two, serve: Serve) -> None:
    asked: list[int] = []

    def full(handler: Handler) -> None:
        asked.append(after := int(handler.path.partition("after=")[2]))
        names = [f"{two.venue}-{after + n:06d}-20260905T031500Z-full" for n in range(1, 5001)]
        handler.tell({"schema": 1, "venue": two.venue, "names": names, "more": len(asked) < 100})

    serve(two, lie=on("/manifests", full))
    assert "more than 100000 bundles" in refused(two, other) and len(asked) == 21


def test_a_list_without_an_end_is_refused(two: Two, other: Two, serve: Serve) -> None:
    def more(handler: Handler) -> None:
        after = int(handler.path.partition("after=")[2])
        name = f"{two.venue}-{after + 1:06d}-20260905T031500Z-full"
        handler.tell({"schema": 1, "venue": two.venue, "names": [name], "more": True})

    serve(two, lie=on("/manifests", more))
    assert "no end" in refused(two, other)


def test_a_manifest_that_promises_ten_gigabytes_is_refused_though_it_is_signed(
    two: Two, other: Two, serve: Serve
) -> None:
    (bundle,) = bundles(two.state)
    signed_anew(two, bundle, size=10_000_000_000)
    served = serve(two)
    assert "promises 10000000000 bytes" in refused(two, other) and not here(two)
    assert served.of(".age") == []


@pytest.mark.parametrize("suffix", [".json", ".json.sig", "/manifests"])
def test_a_small_file_that_claims_to_be_large_is_not_read(
    two: Two, other: Two, serve: Serve, suffix: str
) -> None:
    serve(two, lie=on(suffix, raw("HTTP/1.1 200 OK\nContent-Length: 10000000000\n\n", then=b"x" * 100_000)))
    assert "at most were expected" in refused(two, other) and not here(two)


def test_a_sealed_file_of_another_length_is_refused(two: Two, other: Two, serve: Serve) -> None:
    serve(two, lie=on(".age", lambda h: h.file(data_of(h), raw=data_of(h).read_bytes() + b"x")))
    assert "were promised, it sends" in refused(two, other) and not here(two)


def test_a_sealed_file_with_other_bytes_is_refused(two: Two, other: Two, serve: Serve) -> None:
    serve(two, lie=on(".age", lambda h: h.file(data_of(h), raw=bytes(data_of(h).stat().st_size))))
    assert "not the one that was published" in refused(two, other) and not here(two)


def test_a_body_without_its_length_is_refused(two: Two, other: Two, serve: Serve) -> None:
    chunked = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n"
    serve(two, lie=on(".age", raw(chunked, then=b"5\r\nhallo\r\n0\r\n\r\n")))
    assert "an unknown number" in refused(two, other) and not here(two)


def test_a_server_that_always_cuts_at_once_is_named_and_left(two: Two, other: Two, serve: Serve) -> None:
    served = serve(two, lie=on(".age", lambda h: h.cut(data_of(h), 0)))
    assert "too early" in refused(two, other) and not here(two)
    assert 2 <= len(served.of(".age")) <= 8


def resumed_by(two: Two, serve: Serve, second: Callable[[Handler], None]) -> list[str]:
    """A file that breaks off in its middle, and what the server says when it is asked for the rest."""
    grow(two)
    bundle = two.publish()

    def lie(handler: Handler, path: str) -> bool:
        if not path.endswith(bundle.name + ".tar.zst.age"):
            return False
        served.lie = on(bundle.name + ".tar.zst.age", second)
        handler.cut(data_of(handler), data_of(handler).stat().st_size // 2)
        return True

    served = serve(two, lie=lie)
    return served.of(bundle.name + ".tar.zst.age")


def resumed_with(first: str) -> Callable[[Handler], None]:
    def act(handler: Handler) -> None:
        size = data_of(handler).stat().st_size
        begin = int(handler.headers["Range"][6:-1]) if handler.headers["Range"] else 0
        told = first.format(begin=begin, last=size - 1, size=size, off=begin + 1, more=size + 1)
        handler.whole(data_of(handler).read_bytes()[begin:], 206, Content_Range=told)

    return act


@pytest.mark.parametrize(
    "told",
    [
        "bytes {off}-{last}/{size}",
        "bytes {begin}-{last}/{more}",
        "bytes 0-{last}/{size}",
        "x",
        "bytes */{size}",
    ],
)
def test_a_lie_about_the_range_is_refused_and_nothing_of_it_is_kept(
    two: Two, other: Two, serve: Serve, told: str
) -> None:
    resumed_by(two, serve, resumed_with(told))
    assert "were asked for, it sends others" in refused(two, other)
    assert [one.counter for one in here(two)] == [1]
    parts = list((two.home / "received" / two.venue / ".pulling").glob("*.part"))
    assert [part.stat().st_size for part in parts] == [0]


def test_a_file_that_changes_in_the_middle_is_fetched_anew_and_refused_where_it_is_another(
    two: Two, other: Two, serve: Serve
) -> None:
    resumed_by(two, serve, lambda h: h.whole(bytes(data_of(h).stat().st_size), ETag='"other"'))
    assert "not the one that was published" in refused(two, other)
    assert [one.counter for one in here(two)] == [1]


def test_a_file_that_changes_under_the_same_etag_is_refused(two: Two, other: Two, serve: Serve) -> None:
    resumed_by(two, serve, lambda h: h.file(data_of(h), raw=bytes(data_of(h).stat().st_size)))
    assert "not the one that was published" in refused(two, other)
    assert [one.counter for one in here(two)] == [1]


def test_a_server_that_says_there_are_fewer_bytes_is_asked_from_the_beginning(
    two: Two, other: Two, serve: Serve
) -> None:
    def beyond(handler: Handler) -> None:
        if handler.headers["Range"]:
            return handler.whole(b"", 416)
        return handler.file(data_of(handler))

    resumed_by(two, serve, beyond)
    assert "fewer bytes" in refused(two, other)
    assert [one.counter for one in here(two)] == [1, 2]


def trickled(handler: Handler, head: str) -> None:
    handler.wfile.write(head.replace("\n", "\r\n").encode())
    handler.close_connection = True
    try:
        while not handler.server.served.over.wait(0.02):
            handler.wfile.write(b"x")
    except (OSError, ssl.SSLError):
        return


def test_a_server_that_trickles_a_file_is_left(two: Two, other: Two, serve: Serve) -> None:
    grow(two)
    two.publish()

    def slow(handler: Handler) -> None:
        trickled(handler, f"HTTP/1.1 200 OK\nContent-Length: {data_of(handler).stat().st_size}\n\n")

    serve(two, lie=on("000002-20260905T031700Z-full.tar.zst.age", slow))
    assert "it trickles" in refused(two, other)


def test_a_server_that_trickles_its_list_is_left(two: Two, other: Two, serve: Serve) -> None:
    serve(two, lie=on("/manifests", lambda h: trickled(h, "HTTP/1.1 200 OK\nContent-Length: 100000\n\n")))
    assert "it trickles" in refused(two, other)


def test_a_head_that_trickles_is_left(two: Two, other: Two, serve: Serve) -> None:
    serve(two, lie=on("/manifests", lambda h: trickled(h, "HTTP/1.1 200 OK\nX: ")))
    assert "in its time" in refused(two, other)


def endless(begin: bytes, line: bytes) -> Callable[[Handler], None]:
    def act(handler: Handler) -> None:
        try:
            handler.wfile.write(begin)
            while not handler.server.served.over.is_set():
                handler.wfile.write(line * 100)
        except (OSError, ssl.SSLError):
            handler.close_connection = True

    return act


@pytest.mark.parametrize(
    ("begin", "line"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-Y: z\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"x" * 1000),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b"\r\n"),
    ],
)
def test_a_head_without_an_end_is_refused(
    two: Two, other: Two, serve: Serve, begin: bytes, line: bytes
) -> None:
    serve(two, lie=on("/manifests", endless(begin, line)))
    said = refused(two, other)
    assert "no HTTP" in said or "a head of more than" in said


@pytest.mark.parametrize("bytes_", [b"\0" * 100, b"SSH-2.0-OpenSSH\r\n", struct.pack(">I", 1 << 31) * 50])
def test_what_is_no_http_is_refused(two: Two, other: Two, serve: Serve, bytes_: bytes) -> None:
    serve(two, lie=on("/manifests", raw("", then=bytes_ + b"\r\n\r\n")))
    assert refused(two, other)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"[" * 50_000, b'{"schema": 1e999}', b'{"schema": 1, "schema": 1}']
)
def test_a_list_of_any_bytes_is_refused(two: Two, other: Two, serve: Serve, body: bytes) -> None:
    serve(two, lie=on("/manifests", lambda h: h.whole(body)))
    assert "its list" in refused(two, other)


@given(
    st.binary(max_size=300)
    | st.fixed_dictionaries(
        {},
        optional={
            "schema": st.integers(0, 2) | st.none(),
            "venue": st.sampled_from(["520100-03", "x", ""]) | st.none(),
            "names": st.lists(st.text(max_size=9) | st.integers()) | st.none(),
            "more": st.booleans() | st.integers(),
        },
    ).map(lambda value: json.dumps(value).encode())
)
@example(raw=b'{"schema": 1, "venue": " ", "names": []}')
def test_any_bytes_as_a_list_are_names_or_one_refusal(raw: bytes) -> None:
    try:
        names, more, answers = page(raw, "520100-03")
    except ListRefused as error:
        assert str(error).startswith("its list: ") and len(str(error)) < 300
    except Refused as error:
        assert str(error).startswith("it answers for ") and len(str(error)) < 300
    else:
        assert isinstance(names, list) and isinstance(more, bool) and answers is None


def test_a_redirect_is_not_followed(two: Two, other: Two, serve: Serve) -> None:
    serve(two, lie=on("/manifests", lambda h: h.whole(b"", 302, Location="http://127.0.0.1:1/")))
    assert "says 302" in refused(two, other)
