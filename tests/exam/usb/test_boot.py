"""lockdown.conf beside the list: what differs is a row, once, and so is its end."""

from appliance.events.bodies import UsbBootRead
from appliance.events.plan import UsbAllowed
from appliance.events.readings import BootReading
from appliance.exam.usb.boot import MOST_TOLD, boot_devices
from appliance.words import event_sentence, usb_boot_lines
from tests.exam.ledger import Ledger, plan

HUB, UPS = "1-1 0424:9514", '1-1.4 051d:0002 serial="A"'
BOTH = (HUB, UPS)


def told(day: Ledger) -> list[UsbBootRead]:
    return [event.body for event in day.events if isinstance(event.body, UsbBootRead)]


def test_what_the_board_carries_and_the_list_names_stands_once_and_in_the_order_of_ports() -> None:
    board = (UsbAllowed(id="0424:9514", port="1-1"), UsbAllowed(id="0424:ec00", port="1-1.1"))
    listed = (UsbAllowed(id="051d:0002", port="1-1.10"), UsbAllowed(id="1d6b:0104", port="1-1.2"), board[0])
    laid_down = plan(usb_board=board, usb_allow=listed)
    assert [device.port for device in boot_devices(laid_down)] == ["1-1", "1-1.1", "1-1.2", "1-1.10"]


def test_a_file_that_agrees_is_one_row_and_no_line() -> None:
    day = Ledger(plan(usb_boot=BOTH)).all_read()
    for _ in range(3):
        day.read(BootReading(grants=(UPS, HUB)))
        day.advance(10)
    assert told(day) == [UsbBootRead(agrees=True)]
    assert usb_boot_lines("en", day.snapshot) == []


def test_what_differs_is_told_each_way_and_so_is_its_end() -> None:
    day = Ledger(plan(usb_boot=BOTH)).all_read()
    assert usb_boot_lines("en", day.snapshot) == [], "nobody has looked yet"
    for _ in range(3):
        day.read(BootReading(grants=(HUB, "1-9 1234:5678"), faults=("nonsense",)))
    day.read(BootReading(grants=BOTH))
    differs = UsbBootRead(agrees=False, missing=(UPS,), extra=("1-9 1234:5678",), faults=("nonsense",))
    assert told(day) == [differs, UsbBootRead(agrees=True)]


def test_the_list_of_devices_says_what_the_next_boot_would_do() -> None:
    day = Ledger(plan(usb_boot=BOTH)).all_read()
    day.read(BootReading(grants=("1-9 1234:5678",), faults=("nonsense",)))
    lines = usb_boot_lines("en", day.snapshot)
    assert [line.partition(",")[0] for line in lines[:2]] == [
        "The next boot lets in too much",
        lines[1].partition(",")[0],
    ]
    assert "1-9 1234:5678" in lines[0] and HUB in lines[1] and "nonsense" in lines[2]
    day.read(BootReading(unreadable="Permission denied"))
    assert usb_boot_lines("zh_CN", day.snapshot)[-1] == "lockdown.conf 读不到：Permission denied"


def test_a_file_of_hundreds_of_lines_is_a_row_with_an_end() -> None:
    day = Ledger(plan(usb_boot=())).all_read()
    day.read(BootReading(grants=tuple(f"1-{n} 1234:5678" for n in range(500))))
    assert len(told(day)[0].extra) == MOST_TOLD


def test_a_changed_list_is_judged_anew_against_the_same_file() -> None:
    day = Ledger(plan(usb_boot=(HUB,))).all_read()
    day.read(BootReading(grants=(HUB,)))
    after = Ledger(plan(usb_boot=BOTH)).all_read()
    after.read(BootReading(grants=(HUB,)))
    assert [row.agrees for row in (*told(day), *told(after))] == [True, False]


def test_its_sentence_says_what_to_do() -> None:
    said = event_sentence("zh_CN", "usb.boot", {"agrees": False, "extra": ["1-9 1234:5678"]})
    assert said.endswith("多出 1-9 1234:5678：请技术人员执行 venue config apply")
    assert "agrees" in event_sentence("en", "usb.boot", {"agrees": True})
