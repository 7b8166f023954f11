"""Configuration, timetable and seat list together: one plan, or the faults of all three."""

from pathlib import Path

import pytest

from appliance.backup.age_keys import new_identity
from appliance.config import ConfigError
from appliance.daemon.seat_list import MAX_SEATS
from appliance.daemon.settings import Settings, read, warnings

VENUE = (
    '[venue]\ncode = "520100-03"\nname = "实验中学考点"\ntimetable = "timetable.toml"\nseats = "seats.csv"\n'
)
TIMETABLE = """
[[sitting]]
id = "am"
batch = "1"
subject = "会计"
start = 2026-09-05T09:00:00
end = 2026-09-05T11:30:00
"""
HEAD = "room,seat,mac,ip,port,spare\n"
SEATS = HEAD + "1,01,,,,\n1,02,,,,no\n1,03,02-50-00-00-00-03,10.0.0.3,,spare\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write(tmp_path)
    return tmp_path


def write(place: Path, *, config: str = VENUE, timetable: str = TIMETABLE, seats: str = SEATS) -> Path:
    (place / "appliance.toml").write_text(config, encoding="utf-8")
    (place / "timetable.toml").write_text(timetable, encoding="utf-8")
    (place / "seats.csv").write_text(seats, encoding="utf-8", newline="")
    return place / "appliance.toml"


def settings(place: Path, **files: str) -> Settings:
    return read(write(place, **files))


def faults(place: Path, **files: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        settings(place, **files)
    assert all("\n" not in fault for fault in caught.value.faults)
    return caught.value.faults


def ups(driver: str = "nut", **keys: object) -> str:
    lines = "".join(f"{key} = {value!r}\n".replace("'", '"') for key, value in keys.items())
    return f'[[ups]]\nname = "ups1"\ndriver = "{driver}"\n{lines}'


def test_three_files_that_hold_become_one_plan(place: Path) -> None:
    made = settings(place, config=VENUE + "[rules]\nmajor_after_minutes = 20\n[backup]\nevery_minutes = 7\n")
    assert [s.id for s in made.plan.sittings] == ["am"]
    assert [(s.id, s.room, s.spare) for s in made.plan.seats] == [
        ("1-01", "1", False),
        ("1-02", "1", False),
        ("1-03", "1", True),
    ]
    assert (made.plan.rules.major_after_minutes, made.plan.rules.backup_every_minutes) == (20, 7)
    assert made.plan.backup is False and made.plan.usb is False
    assert made.plan.seats_watched is False, "this version sees seats in a simulation only"
    assert made.control_socket == Path("/run/venue-appliance/control.sock")


def test_the_timetable_stands_in_the_venues_own_time(place: Path) -> None:
    made = settings(place, config=VENUE + 'timezone = "Asia/Urumqi"\n')
    assert made.plan.sittings[0].start.isoformat() == "2026-09-05T03:00:00+00:00"


def test_the_faults_of_all_files_are_told_at_once(place: Path) -> None:
    found = faults(
        place,
        config=VENUE + 'colour = "red"\n',
        timetable=TIMETABLE.replace('batch = "1"', ""),
        seats=HEAD + "1,01,,,,maybe\n",
    )
    assert found[0] == "appliance.toml: venue.colour: unknown key"
    assert "timetable.toml: sitting[0].batch: missing" in found
    assert any(fault.startswith("seats.csv: line 2: spare: 'maybe'") for fault in found)


def test_files_that_are_named_and_not_there_are_told(place: Path) -> None:
    config = write(place)
    for name in ("timetable.toml", "seats.csv"):
        (place / name).unlink()
    with pytest.raises(ConfigError) as caught:
        read(config)
    assert len(caught.value.faults) == 2
    assert all("No such file" in fault for fault in caught.value.faults)


def test_a_venue_without_timetable_and_seats_is_one(place: Path) -> None:
    made = settings(place, config='[venue]\ncode = "1"\nname = "x"\n')
    assert made.plan.sittings == () and made.plan.seats == ()


# Seats


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("1,01,,,\n", "line 2: 6 columns were expected"),
        ("1,01,,,,,\n", "line 2: 6 columns were expected"),
        ("1,01,,,,\n1,01,,,,\n", "line 3: seat 01 of room 1 stands twice"),
        (",01,,,,\n", "line 2: room and seat:"),
        ("1-2,01,,,,\n", "line 2: room and seat:"),
        ("1,a b,,,,\n", "line 2: room and seat:"),
        ("1," + "x" * 17 + ",,,,\n", "line 2: room and seat:"),
        ("1,01,,,,perhaps\n", "line 2: spare: 'perhaps'"),
    ],
)
def test_a_row_that_is_no_seat_is_told_with_its_line(place: Path, rows: str, says: str) -> None:
    (fault,) = faults(place, seats=HEAD + rows)
    assert fault.startswith(f"seats.csv: {says}")


def test_every_bad_row_is_told(place: Path) -> None:
    found = faults(place, seats=HEAD + "1,01,,,\n1,02,,,,\n1,02,,,,\n1,03,,,,x\n")
    assert [fault.split(":")[1] for fault in found] == [" line 2", " line 4", " line 5"]


@pytest.mark.parametrize(
    "head", ["", "seat,room\n", "room,seat,mac,ip,port\n", "room;seat;mac;ip;port;spare\n", "\n"]
)
def test_other_columns_are_refused(place: Path, head: str) -> None:
    (fault,) = faults(place, seats=head + "1,01,,,,\n")
    assert fault == "seats.csv: line 1: the columns room,seat,mac,ip,port,spare were expected"


def test_a_list_saved_by_a_spreadsheet_is_read(place: Path) -> None:
    made = settings(place, seats="\ufeff" + SEATS.replace("\n", "\r\n"))
    assert len(made.plan.seats) == 3


@pytest.mark.parametrize(
    "seats",
    [
        HEAD + "1,01,\r,,,\n",
        HEAD + "1,01," + "x" * 200_000 + ",,,\n",
        HEAD + '1,"01,,,,\n',
        HEAD + "\0,1,,,,\n",
    ],
)
def test_what_is_no_list_is_a_fault_and_no_traceback(place: Path, seats: str) -> None:
    assert all(fault.startswith("seats.csv: ") for fault in faults(place, seats=seats))


def test_a_list_that_is_no_utf8_is_told(place: Path) -> None:
    config = write(place)
    (place / "seats.csv").write_bytes("room,考场".encode("gb18030"))
    with pytest.raises(ConfigError, match=r"seats\.csv: not UTF-8"):
        read(config)


def test_more_seats_than_any_venue_has_are_refused(place: Path) -> None:
    rows = "".join(f"{n // 100},{n % 100},,,,\n" for n in range(MAX_SEATS + 1))
    (fault,) = faults(place, seats=HEAD + rows)
    assert fault == f"seats.csv: {MAX_SEATS + 1} seats, at most {MAX_SEATS} were expected"


# UPS, sources, keys


def test_an_unknown_driver_is_told_with_the_known_ones(place: Path) -> None:
    source = '[[backup.source]]\nname = "x"\ndriver = "tape"\n'
    found = faults(place, config=VENUE + ups("crystal") + source)
    assert any(f.startswith("appliance.toml: ups[0].driver: 'crystal': one of") and "nut" in f for f in found)
    assert any(
        f.startswith("appliance.toml: backup.source[0].driver: 'tape'") and "directory" in f for f in found
    )


def test_a_drivers_own_faults_stand_at_their_place(place: Path) -> None:
    found = faults(place, config=VENUE + ups(port="x", colour="red", ups="exam"))
    assert any(fault.startswith("appliance.toml: ups[0].colour: unknown key") for fault in found)
    found = faults(place, config=VENUE + ups(port="x", ups="exam"))
    assert any(fault.startswith("appliance.toml: ups[0].port: ") for fault in found)


def test_a_ups_can_only_feed_a_room_there_is(place: Path) -> None:
    config = VENUE + ups(ups="exam", feeds=["exam-server", "room:1", "room:9"])
    assert faults(place, config=config) == (
        "appliance.toml: ups[0].feeds: 'room:9': no such room in the seat list",
    )


SOURCE = '[[backup.source]]\nname = "answers"\ndriver = "directory"\npath = "/srv/answers"\n'


def test_backups_need_a_key_to_seal_to(place: Path) -> None:
    (fault,) = faults(place, config=VENUE + SOURCE)
    assert fault.startswith("appliance.toml: backup.recipients: missing")
    made = settings(place, config=f'{VENUE}[backup]\nrecipients = ["{new_identity()[1]}"]\n{SOURCE}')
    assert made.plan.backup is True


def test_every_fault_of_a_source_is_told_at_its_place(place: Path) -> None:
    section = '[[backup.source]]\nname = "{0}"\ndriver = "{0}"\n{1}\n'
    config = f'{VENUE}[backup]\nrecipients = ["{new_identity()[1]}"]\n'
    config += section.format("command", 'argv = ["mysqldump"]\nfile = "a/b"')
    config += section.format("sqlite", 'path = "records.db"\nbusy_seconds = 0')
    config += section.format("postgresql", 'database = "password=x"')
    config += section.format("directory", 'colour = "red"')
    told = [fault.split(":")[1].strip() for fault in faults(place, config=config)]
    assert told == [
        "backup.source[0].argv",
        "backup.source[0].file",
        "backup.source[1].path",
        "backup.source[1].busy_seconds",
        "backup.source[2].database",
        "backup.source[3].colour",
    ]


@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_a_private_key_is_refused_with_a_clear_word_and_never_shown(place: Path, case: object) -> None:
    private = new_identity()[0]
    shown = case(private)  # type: ignore[operator]
    (fault,) = faults(place, config=f'{VENUE}[backup]\nrecipients = ["{shown}"]\n{SOURCE}')
    assert fault.startswith("appliance.toml: backup.recipients[0]: this is a private key")
    assert shown[20:40].lower() not in fault.lower()


@pytest.mark.parametrize("key", ["", "age1", "age1qqqq", "ssh-ed25519 AAAA", "x" * 10_000])
def test_what_is_no_key_is_told_at_its_place(place: Path, key: str) -> None:
    (fault,) = faults(
        place, config=f'{VENUE}[backup]\nrecipients = ["{new_identity()[1]}", "{key}"]\n{SOURCE}'
    )
    assert fault.startswith("appliance.toml: backup.recipients[1]: ") and len(fault) < 300


def test_a_key_with_one_wrong_letter_is_refused(place: Path) -> None:
    good = new_identity()[1]
    typo = good[:-1] + ("q" if good[-1] != "q" else "p")
    assert len(faults(place, config=f'{VENUE}[backup]\nrecipients = ["{typo}"]\n{SOURCE}')) == 1


def test_a_state_directory_that_is_relative_is_refused(place: Path) -> None:
    assert (
        "venue.state_dir: 'state': an absolute path was expected"
        in faults(place, config=VENUE + 'state_dir = "state"\n')[0]
    )


# Warnings


def test_what_this_version_does_not_do_is_said_aloud(place: Path) -> None:
    section = 'mode = "bridge"\nexam_ports = ["eth1"]\nuplink = "eth0"\naddress = "10.0.0.1/24"\n'
    config = VENUE + f"[network]\n{section}[panel]\nlamp_red = 17\n"
    said = warnings(settings(place, config=config))
    assert [line.split(":")[0] for line in said] == [
        "venue.seats",
        "network.province",
        "network.exam_server",
        "venue.seats",
        "ups",
    ]


def test_a_configuration_that_asks_for_nothing_more_has_no_warnings(place: Path) -> None:
    feeds = 'feeds = ["exam-server"]\n'
    made = settings(place, config='[venue]\ncode = "1"\nname = "x"\n' + ups(ups="exam") + feeds)
    assert warnings(made) == []


def test_seats_are_seen_on_the_network_where_each_can_be_told(place: Path) -> None:
    section = '[network]\nmode = "watch"\nexam_ports = ["eth1"]\naddress = "10.50.0.1/24"\n'
    told = "1,01,02:50:00:00:01:01,,,\n1,02,,10.50.0.102,,\n"
    for rows, seen in ((told, True), (told + "1,03,,,,\n", False)):
        made = settings(place, config=VENUE + section, seats="room,seat,mac,ip,port,spare\n" + rows)
        assert made.plan.seats_watched is seen
        assert any("neither mac nor ip" in line for line in warnings(made)) is not seen
