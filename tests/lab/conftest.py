"""The lab's own tests have its fixtures, also where no other directory asks for them."""

import pytest

PLUGIN = "tests.lab.vm_plugin"


def pytest_configure(config: pytest.Config) -> None:
    """Register the machine's fixtures, once."""
    if not config.pluginmanager.has_plugin(PLUGIN):
        config.pluginmanager.import_plugin(PLUGIN)
