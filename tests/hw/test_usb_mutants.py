"""Descriptors that lie: never an exception, never a class hidden, never taken for another device."""

import random

import pytest

from hw.usb_device import told_by
from tests.lab.umockdev_devices import DEVICES
from tests.lab.umockdev_mutants import as_the_kernel_reads, mutant, try_by_hypothesis, violation

PLAIN = 2_000  # of each device; scripts/bench usb_descriptors takes a million
BY_HYPOTHESIS = 2_000  # 20,000 there


@pytest.mark.parametrize("name", DEVICES)
def test_no_mutation_hides_a_class_or_passes_for_the_original(name: str) -> None:
    dice = random.Random(name)
    others = list(DEVICES.values())
    for _ in range(PLAIN):
        changed, untouched = mutant(DEVICES[name], dice.choice(others), dice)
        assert violation(DEVICES[name], changed, untouched) == "", changed.hex()


@pytest.mark.parametrize("name", DEVICES)
def test_a_device_cut_anywhere_has_no_interfaces_and_keeps_what_it_showed(name: str) -> None:
    content = DEVICES[name]
    for cut in range(len(content)):
        assert violation(content, content[:cut], cut) == ""
        assert told_by(content[:cut]).interfaces == ()
        assert "unknown" in told_by(content[:cut]).kinds


def test_no_change_that_hypothesis_finds_does_either() -> None:
    try_by_hypothesis(BY_HYPOTHESIS)


@pytest.mark.parametrize("name", DEVICES)
def test_the_kernels_way_and_ours_agree_on_honest_devices(name: str) -> None:
    """Else the property above would be about nothing."""
    seen = {triple for _, triple in as_the_kernel_reads(DEVICES[name])}
    assert seen == set(told_by(DEVICES[name]).interfaces) != set()
