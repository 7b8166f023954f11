"""The venue file: what the province writes the box reads, and what is wrong in it is named."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from appliance.enrolment.certificates import server_name
from appliance.enrolment.venue_file import LIMIT_BYTES, VenueFileFault, encode, fingerprint, read
from tests.fakes.authority import CALLING, Authority, venue_file

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PROVINCE = Authority()
FILE = venue_file(PROVINCE, crl=PROVINCE.revoke())


def test_what_the_province_writes_is_what_the_box_reads() -> None:
    assert read(encode(FILE), now=NOW) == FILE
    plain = replace(FILE, dial_out=None, crl="", addresses=("198.51.100.10:443",))
    assert read(encode(plain), now=NOW) == plain


def test_the_fingerprint_is_six_groups_of_five_digits_of_the_very_bytes() -> None:
    raw = encode(FILE)
    groups = fingerprint(raw).split(" ")
    assert [len(each) for each in groups] == [5] * 6
    assert "".join(groups).isdigit()
    assert fingerprint(raw + b" ") != fingerprint(raw)
    assert fingerprint(b"") == "19803 49933 79397 00111 56650 86549"  # of e3b0c442…, the SHA-256 of nothing


def _with(**given: Any) -> bytes:
    return json.dumps(json.loads(encode(FILE)) | given).encode()


def _certified(pair: tuple[str, str]) -> bytes:
    return _with(certificate=pair[0], key=pair[1])


OWN = server_name(FILE.code)
LATER, EARLIER = datetime(2030, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
FAULTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "no json": (lambda: b"\xff{", "no JSON"),
    "too long": (lambda: b" " * (LIMIT_BYTES + 1), "longer than"),
    "a field twice": (lambda: b'{"schema": 1, "schema": 1}', "twice"),
    "another schema": (lambda: _with(schema=2), "schema 2"),
    "serial zero": (lambda: _with(serial=0), "serial"),
    "a code with a way out": (lambda: _with(code="../520100"), "code"),
    "a name with a direction mark": (lambda: _with(name="中学\u202e"), "name"),
    "no such zone": (lambda: _with(timezone="Asia/Nowhere"), "timezone"),
    "a zone that is a path": (lambda: _with(timezone="../../etc/passwd"), "timezone"),
    "a timetable that is none": (lambda: _with(timetable="[[sitting]]"), "timetable"),
    "a timetable with half a character": (lambda: _with(timetable="# \ud800"), "timetable"),
    "no recipient": (lambda: _with(recipients=[]), "recipients"),
    "a secret key": (
        lambda: _with(recipients=[{"key": "AGE-SECRET-KEY-1QQ", "name": "", "expires": ""}]),
        "secret key",
    ),
    "a day that is none": (
        lambda: _with(recipients=[{"key": FILE.recipients[0].key, "name": "", "expires": "2027-13-01"}]),
        "expires",
    ),
    "another kind of receipt key": (lambda: _with(receipt_keys=["ssh-rsa AAAA"]), "receipt_keys"),
    "a contact that is a list": (lambda: _with(contacts={"a": []}), "contacts"),
    "too many contacts": (lambda: _with(contacts={str(n): "1" for n in range(17)}), "contacts"),
    "an address without a port": (lambda: _with(addresses=["198.51.100.10"]), "addresses"),
    "the box itself": (lambda: _with(addresses=["127.0.0.1:443"]), "127.0.0.1 is no machine"),
    "a user with an option": (
        lambda: _with(dial_out={"to": "-oProxyCommand=x@198.51.100.11:22", "host_key": "", "port": 20003}),
        "dial_out",
    ),
    "a tunnel on a system's port": (
        lambda: _with(dial_out={"to": "pull@198.51.100.11:22", "host_key": "", "port": 22}),
        "port",
    ),
    "no certificate": (lambda: _with(certificate="-----BEGIN X"), "certificate: no certificate"),
    "two certificates": (lambda: _with(certificate=FILE.certificate * 2), "one PEM block"),
    "an expired one": (lambda: _certified(PROVINCE.issue(OWN, ends=EARLIER)), "expired on 2024-01-01"),
    "one of later": (lambda: _certified(PROVINCE.issue(OWN, begins=LATER)), "holds from 2030-01-01"),
    "another province's": (lambda: _certified(Authority().issue(OWN)), "not issued by"),
    "another venue's": (lambda: _certified(PROVINCE.issue(server_name("520100-04"))), "not for 520100-03.venue"),
    "one for two venues": (
        lambda: _certified(PROVINCE.issue(OWN, names=(OWN, server_name("520100-04")))),
        "alone",
    ),
    "one for calling": (lambda: _certified(PROVINCE.issue(OWN, CALLING)), "not for serving"),
    "another's key": (lambda: _with(key=PROVINCE.issue(OWN)[1]), "key: not the key"),
    "no key": (lambda: _with(key="hello"), "key: no private key"),
    "a ca that is none": (lambda: _with(ca=FILE.certificate), "ca:"),
    "an expired ca": (
        lambda: encode(venue_file(Authority(ends=EARLIER))),
        "ca: expired",
    ),
    "another's crl": (lambda: _with(crl=Authority().revoke()), "crl: not signed"),
    "a crl that ends": (lambda: _with(crl=PROVINCE.revoke(ends=LATER)), "crl: ends before"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_one_line_that_names_the_field(fault: str) -> None:
    make, told = FAULTS[fault]
    with pytest.raises(VenueFileFault) as refused:
        read(make(), now=NOW)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "AGE-SECRET" not in str(refused.value)


def test_whatever_stands_in_it_is_read_or_refused() -> None:
    raw, chance = bytearray(encode(FILE)), random.Random(9)
    for _ in range(400):
        other = bytearray(raw)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(other))
            match chance.randrange(3):
                case 0:
                    other[place] = chance.randrange(256)
                case 1:
                    del other[place : place + chance.randint(1, 60)]
                case _:
                    other[place:place] = bytes(chance.randrange(256) for _ in range(4))
        try:
            read(bytes(other), now=NOW)
        except VenueFileFault as fault:
            assert len(str(fault)) < 1000
