"""The configuration file: every fault at once with its place, and nothing but ConfigError."""

import re
import subprocess
import sys
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.backup.sources import SOURCES
from appliance.config import MAX_BYTES, ConfigError, sections
from appliance.config.glance import glance
from appliance.config.load import Config, driver_options, load
from appliance.config.sections import SourceSection

SMALLEST = '[venue]\ncode = "520100-03"\nname = "实验中学考点"\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "appliance.toml"


def faults(path: Path, text: str) -> tuple[str, ...]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path)
    return caught.value.faults


def test_only_the_venue_is_needed_and_everything_else_has_its_default(path: Path) -> None:
    path.write_text(SMALLEST, encoding="utf-8")
    config = load(path)
    assert config.venue.timezone == "Asia/Shanghai"
    assert config.rules.major_after_minutes == 30
    assert config.ups == () and config.backup.source == () and config.usb.enforce is False
    assert config.network.mode == "off" and config.simulation is None


def test_the_sample_that_is_shipped_is_a_configuration() -> None:
    with resources.as_file(resources.files("appliance") / "sample.toml") as sample:
        config = load(sample)
        assert config.venue.code == "520100-03"
        assert config.clock.source == "rtc"


def test_the_sample_holds_with_every_line_that_is_commented_out_taken_in(path: Path) -> None:
    lines = (resources.files("appliance") / "sample.toml").read_text(encoding="utf-8").splitlines()
    taken_in = [
        line.removeprefix("#") if line.startswith("#") and not line.startswith("# ") else line
        for line in lines
    ]
    assert taken_in != lines
    path.write_text("\n".join(taken_in), encoding="utf-8")
    config = load(path)
    assert len(config.ups) == 1 and len(config.backup.source) == 6 and config.usb.allow


def test_every_fault_is_told_at_once_with_file_and_place(path: Path) -> None:
    found = faults(
        path,
        """
        colour = "red"
        [venue]
        code = "bad code"
        state_dir = "relative/state"
        run_dir = "run"
        timezone = "Mars/Olympus"
        [rules]
        major_after_minutes = 0
        flap = 3
        [[ups]]
        name = "a"
        [[ups]]
        name = "bad name!"
        driver = "nut"
        [usb]
        allow = [{ id = "051D:0002", port = "one" }]
        [clock]
        source = "sundial"
        [panel]
        lamp_red = 99
        [backup]
        every_minutes = "five"
        [page]
        language = "fr"
        """,
    )
    for place in (
        "colour: unknown key",
        "venue.name: missing",
        "venue.code: 'bad code': letters, digits and '-' were expected",
        "venue.state_dir: 'relative/state': an absolute path was expected",
        "venue.run_dir: 'run': an absolute path was expected",
        "venue.timezone: 'Mars/Olympus': no such time zone",
        "rules.major_after_minutes: 0: ",
        "rules.flap: unknown key",
        "ups[0].driver: missing",
        "ups[1].name: 'bad name!': ",
        "usb.allow[0].id: ",
        "usb.allow[0].port: ",
        "usb.allow[0].why: missing",
        "clock.source: 'sundial': ",
        "panel.lamp_red: 99: ",
        "backup.every_minutes: 'five': ",
        "page.language: 'fr': ",
    ):
        assert any(fault.startswith(f"appliance.toml: {place}") for fault in found), place
    assert all("\n" not in fault for fault in found)


def test_a_name_that_stands_twice_is_told(path: Path) -> None:
    two = (
        '[[ups]]\nname = "a"\ndriver = "nut"\n' * 2
        + '[[backup.source]]\nname = "x"\ndriver = "directory"\n' * 2
    )
    assert faults(path, SMALLEST + two) == (
        "appliance.toml: ups: 'a' stands twice",
        "appliance.toml: backup.source: 'x' stands twice",
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "venue: missing"),
        ("[venue", "appliance.toml: "),
        ("a = 1\na = 2", "appliance.toml: "),
        ("venue = 7", "venue: "),
    ],
)
def test_a_file_that_is_no_configuration_is_told(path: Path, text: str, says: str) -> None:
    assert any(says in fault for fault in faults(path, text))


def test_a_file_that_is_not_there_no_text_too_large_or_too_deep_is_told(path: Path) -> None:
    for content in (None, b"\xff\xfe", b"#" * (MAX_BYTES + 1), b"a = " + b"[" * 100_000):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ConfigError) as caught:
            load(path)
        assert len(caught.value.faults) == 1 and "appliance.toml" in caught.value.faults[0]
    with pytest.raises(ConfigError):
        load(path.parent)


@pytest.mark.parametrize(
    "zone", ["", "Asia", "../etc/passwd", "/etc/passwd", "Asia/Shanghai\\u0000", "Ünbekannt/北京", "x" * 5000]
)
def test_a_zone_that_is_none_is_a_fault(path: Path, zone: str) -> None:
    (fault,) = faults(path, f'{SMALLEST}timezone = "{zone}"\n')
    assert fault.startswith("appliance.toml: venue.timezone: ") and "no such time zone" in fault


def test_a_value_of_any_length_is_shown_short(path: Path) -> None:
    (fault,) = faults(path, SMALLEST.replace("520100-03", "x" * 100_000))
    assert len(fault) < 300


def test_a_number_without_end_is_a_fault_like_any_other(path: Path) -> None:
    (fault,) = faults(path, f"{SMALLEST}[rules]\nspare_percent = 0x1{'0' * 8000}\n")
    assert fault.startswith("appliance.toml: rules.spare_percent: ")


@pytest.mark.parametrize(
    "where", ['recipients = "{}"', 'recipients = ["{}", 7]', 'quota_gb = "{}"', 'source = ["{}"]']
)
def test_a_private_key_in_a_wrong_place_is_never_shown(path: Path, where: str) -> None:
    secret = "AGE-SECRET-KEY-1" + "Q" * 58
    for key in (secret, secret.lower()):
        found = faults(path, f"{SMALLEST}[backup]\n{where.format(key)}\n")
        assert not any("qqqq" in fault.lower() for fault in found), found


def test_the_keys_of_a_driver_are_handed_on_as_they_are(path: Path) -> None:
    path.write_text(
        f'{SMALLEST}[[ups]]\nname = "a"\ndriver = "nut"\nhost = "10.0.0.1"\nport = 3493\n', encoding="utf-8"
    )
    assert load(path).ups[0].options == {"host": "10.0.0.1", "port": 3493}


VALUES = st.recursive(
    st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.datetimes()
    | st.dates()
    | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = sorted(
    {
        name
        for model in vars(sections).values()
        if hasattr(model, "model_fields")
        for name in model.model_fields
    }
)
SECTIONS = st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), VALUES, max_size=5)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(
    document=st.dictionaries(
        st.sampled_from(sorted(Config.model_fields)),
        SECTIONS | VALUES | st.lists(SECTIONS, max_size=2),
        max_size=6,
    )
)
def test_whatever_toml_holds_only_config_error_is_raised(
    document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(as_toml(document), encoding="utf-8")
    try:
        load(path)
    except ConfigError as error:
        assert error.faults and all(fault.startswith("any.toml: ") for fault in error.faults)


def as_toml(document: dict[str, Any]) -> str:
    return "".join(f"{quoted(key)} = {value_of(value)}\n" for key, value in document.items())


def quoted(text: str) -> str:
    return '"' + "".join(f"\\U{ord(c):08x}" for c in text) + '"'


def value_of(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return quoted(value)
        case list():
            return "[" + ", ".join(value_of(item) for item in value) + "]"
        case dict():
            return "{" + ", ".join(f"{quoted(k)} = {value_of(v)}" for k, v in value.items()) + "}"
    return value.isoformat()  # type: ignore[attr-defined]  # dates and times


def test_a_glance_takes_what_the_whole_configuration_says(path: Path) -> None:
    for text in (
        SMALLEST,
        f'{SMALLEST}state_dir = "/srv/state"\nrun_dir = "/run/x"\n[page]\nlisten = "127.0.0.1:1"\nlanguage = "en"\n',
    ):
        path.write_text(text, encoding="utf-8")
        whole, found = load(path), glance(path)
        assert (found.state_dir, found.run_dir) == (whole.venue.state_dir, whole.venue.run_dir)
        assert (found.listen, found.language) == (whole.page.listen, whole.page.language)


def test_a_glance_does_not_stumble_over_what_it_does_not_take(path: Path) -> None:
    path.write_text(
        f'{SMALLEST}run_dir = "/run/x"\ntimezone = "nowhere"\n[usb]\nenforce = 7\n', encoding="utf-8"
    )
    assert glance(path).run_dir == Path("/run/x")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('venue = "x"', "venue: a table"),
        ('[venue]\nrun_dir = "run"', "venue.run_dir: an absolute path"),
        ("[venue]\nstate_dir = 7", "venue.state_dir: an absolute path"),
        ("[page]\nlisten = 80", "page.listen: unix:PATH"),
        ('[page]\nlanguage = "fr"', "page.language: one of zh_CN, en"),
        ("[page]\nlanguage = []", "page.language: one of zh_CN, en"),
        ("[page", "appliance.toml: "),
    ],
)
def test_a_glance_says_what_is_wrong_with_what_it_takes(path: Path, text: str, place: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        glance(path)
    assert len(caught.value.faults) == 1 and place in caught.value.faults[0]


@pytest.mark.parametrize("module", ["page", "status", "events", "usb", "power", "day"])
def test_a_verb_that_only_asks_the_guard_starts_without_the_models(module: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, appliance.cli.{module}; print('pydantic' in sys.modules)"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert told.stdout == "False\n"


def test_the_sample_shows_each_kind_of_source_with_keys_that_it_takes() -> None:
    text = (resources.files("appliance") / "sample.toml").read_text(encoding="utf-8")
    backup = text.partition("\n#[[backup.source]]")[2].partition("\n[contacts]")[0]
    lines = (line.removeprefix("#") for line in backup.splitlines() if re.match(r"#?(\[\[|[a-z_]+ = )", line))
    found = tomllib.loads("[[source]]\n" + "\n".join(lines).replace("[[backup.source]]", "[[source]]"))["source"]
    assert {source["driver"] for source in found} == set(SOURCES)
    for source in found:
        section = SourceSection.model_validate(source)
        assert driver_options(SOURCES[section.driver], section.options)
