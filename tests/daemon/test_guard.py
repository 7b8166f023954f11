"""The guard as a process: what it refuses, how it stops, what it tells systemd, what a SIGKILL leaves."""

import signal
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from appliance.words import status_line
from tests.fakes.place import Place, free_port, get, names
from tests.fakes.wait import wait_for

WRONG = """\
[venue]
code = "no spaces please"
state_dir = "{state}"
run_dir = "run"
timetable = "timetable.toml"
[[ups]]
name = "a"
driver = "nut"
port = "three"
[[ups]]
name = "b"
driver = "telepathy"
[backup]
every_minutes = 0
[colour]
red = 1
"""
OVERLAPPING = """\
[[sitting]]
id = "am"
batch = "1"
subject = "x"
start = 2098-09-05T09:00:00
end = 2098-09-05T11:30:00
[[sitting]]
id = "noon"
batch = "1"
subject = "y"
start = 2098-09-05T11:00:00
end = 2098-09-05T12:00:00
[[sitting]]
id = "empty"
batch = "1"
subject = "z"
start = 2098-09-06T09:00:00
end = 2098-09-06T09:00:00
"""


def run(place: Place) -> tuple[int, str]:
    done = place.venue("run", "--config", str(place.config))
    return done.returncode, done.stderr


def test_a_wrong_configuration_starts_nothing_makes_nothing_and_names_every_fault(place: Place) -> None:
    place.config.write_text(WRONG.format(state=place.state), encoding="utf-8")
    (place.directory / "timetable.toml").write_text(OVERLAPPING, encoding="utf-8")
    before = names(place.directory.iterdir())
    code, said = run(place)
    assert code == 78
    for fault in (
        "venue.code",
        "venue.name",
        "venue.run_dir",
        "backup.every_minutes",
        "colour",
        "sitting noon",
        "sitting[2].end",
    ):
        assert fault in said, fault
    assert "Traceback" not in said
    assert names(place.directory.iterdir()) == before


def test_wrong_drivers_and_a_wrong_timetable_are_named_together(place: Place) -> None:
    place.write('[[ups]]\nname = "a"\ndriver = "nut"\nport = "three"', '[[ups]]\nname = "b"\ndriver = "telepathy"',
                timetable=OVERLAPPING)  # fmt: skip
    code, said = run(place)
    assert code == 78
    for fault in ("ups[0].port", "ups[0].ups", "ups[1].driver", "sitting noon", "sitting[2].end"):
        assert fault in said, fault
    assert not place.state.exists()


@pytest.mark.parametrize("damage", ["missing", "no-toml", "not-utf-8", "no-timetable", "directory"])
def test_a_file_that_cannot_be_read_is_78_with_its_name(damage: str, place: Place) -> None:
    place.write()
    match damage:
        case "missing":
            place.config.unlink()
        case "no-toml":
            place.config.write_text("[venue\n")
        case "not-utf-8":
            place.config.write_bytes(b"\xff\xfe[venue]")
        case "no-timetable":
            (place.directory / "timetable.toml").unlink()
        case _:
            place.config.unlink()
            place.config.mkdir()
    code, said = run(place)
    assert code == 78 and "Traceback" not in said
    assert ("timetable.toml" if damage == "no-timetable" else "appliance.toml") in said
    assert not place.state.exists()


def test_a_second_guard_on_the_same_state_is_sent_away_and_the_first_goes_on(place: Place) -> None:
    place.write()
    first = place.guard()
    code, said = run(place)
    assert code == 75 and str(place.state) in said
    assert first.poll() is None and place.answers_now()
    assert len(place.events("guard.started")) == 1, "the second one wrote nothing"


def test_a_record_of_a_newer_version_is_78_in_one_line_and_left_as_it_is(place: Place) -> None:
    place.write()
    place.kill(place.guard(), signal.SIGTERM)
    path = place.log / "events-1.sqlite"
    with closing(sqlite3.connect(path)) as log:
        log.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    code, said = run(place)
    assert code == 78 and "format 99 is newer" in said and "install the version" in said and "Traceback" not in said
    assert path.read_bytes() == before


def test_a_guard_told_to_stop_says_so_in_the_record_and_leaves_with_0(place: Place) -> None:
    place.write()
    for number in (signal.SIGTERM, signal.SIGINT):
        guard = place.guard()
        assert place.kill(guard, number) == 0, place.said(guard)
        assert not place.client.path.exists()
    place.guard()
    assert [event["body"]["reason"] for event in place.events("guard.stopped")] == ["SIGTERM", "SIGINT"]
    assert place.verified()["problem"] == ""


def test_a_guard_without_any_sitting_runs(place: Place) -> None:
    place.write()
    text = place.config.read_text(encoding="utf-8")
    place.config.write_text(text.replace('timetable = "timetable.toml"', ""), encoding="utf-8")
    place.guard()
    status = place.status()
    assert status["phase"]["name"] == "open" and status["sitting"] is None


def test_kills_at_any_moment_leave_a_log_that_verifies_and_a_seal_that_stands(place: Place) -> None:
    place.write()
    guard = place.guard()
    for role, pin in (("chief", "1234"), ("technician", "5678")):
        place.client.call("pin.set", role=role, pin=pin)
    place.client.call("seal", pins={"chief": "1234", "technician": "5678"}, chief="王", technician="张")
    seal = place.status()["seal"]
    for number in range(6):
        place.client.call("drill", mode="drill", by=f"{number}")
        (seq,) = place.client.call("drill", mode="end", by=f"{number}")["seqs"]
        place.kill(guard)
        found = place.verified()
        assert found["problem"] == "" and found["head_seq"] >= seq, "what was answered is there"
        guard = place.guard()
        assert place.status()["seal"] == seal and place.status()["phase"]["name"] == "sealed"
    assert len(place.events("guard.started")) == 7 and "guard.stopped" not in place.kinds()


def test_systemd_is_told_ready_the_verdict_and_that_the_guard_lives(place: Place) -> None:
    place.write("[page]", 'language = "en"')
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.settimeout(30)
        listener.bind(str(place.directory / "notify"))
        guard = place.guard(NOTIFY_SOCKET=str(place.directory / "notify"))
        first = listener.recv(4096).decode().splitlines()
        assert first[0] == "READY=1" and first[1].startswith("STATUS=") and len(first[1]) > len("STATUS=")
        told = [listener.recv(4096).decode() for _ in range(4)]
        assert "WATCHDOG=1" in told
        wanted = f"STATUS={status_line('en', place.status()['verdict'])}"
        while wanted not in told:
            told.append(listener.recv(4096).decode())
        place.kill(guard, signal.SIGTERM)
        while "STOPPING=1" not in told:
            told.append(listener.recv(4096).decode())


@pytest.mark.parametrize("fault", ["configuration", "record"])
def test_what_a_guard_that_does_not_start_says_is_its_units_status_in_one_line(fault: str, place: Place) -> None:
    place.write()
    if fault == "configuration":
        place.config.write_text(WRONG.format(state=place.state), encoding="utf-8")
    else:
        place.kill(place.guard(), signal.SIGTERM)
        with closing(sqlite3.connect(place.log / "events-1.sqlite")) as log:
            log.execute("PRAGMA user_version = 99")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.settimeout(30)
        listener.bind(str(place.directory / "notify"))
        done = place.venue("run", "--config", str(place.config), NOTIFY_SOCKET=str(place.directory / "notify"))
        (told,) = listener.recv(4096).decode().splitlines()
    first = done.stderr.splitlines()[0 if fault == "configuration" else -1]
    assert told.startswith(f"STATUS={first}") and done.returncode == 78
    assert ("more: venue config check)" in told) == (fault == "configuration"), "the first of many"


@pytest.mark.slow
def test_the_page_says_503_while_the_guard_is_dead_or_hangs_and_200_once_it_is_back(place: Place) -> None:
    port = free_port()
    place.write("[page]", f'listen = "127.0.0.1:{port}"')
    url = f"http://127.0.0.1:{port}/healthz"
    place.start("page", "--config", str(place.config))
    assert wait_for(lambda: get(url)[0]) == 503, "no guard yet"
    guard = place.guard()
    wait_for(lambda: get(url)[0] == 200)
    guard.send_signal(signal.SIGSTOP)
    wait_for(lambda: get(url)[0] == 503)
    guard.send_signal(signal.SIGCONT)
    wait_for(lambda: get(url)[0] == 200)
    place.kill(guard)
    wait_for(lambda: get(url)[0] == 503)
    wait_for(lambda: "× 监控盒无回应" in get(f"http://127.0.0.1:{port}/")[1])
    place.guard()
    wait_for(lambda: get(url)[0] == 200)


def test_a_socket_path_that_is_too_long_is_69_in_one_line(place: Place) -> None:
    place.write()
    text = place.config.read_text(encoding="utf-8")
    long = Path(place.directory) / ("x" * 100)
    place.config.write_text(
        text.replace(f'run_dir = "{place.directory}/run"', f'run_dir = "{long}"'), encoding="utf-8"
    )
    code, said = run(place)
    assert code == 69 and "Traceback" not in said and str(long) in said
