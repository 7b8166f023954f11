"""Folders on other disks, as the configuration names them."""

from typing import Annotated

from pydantic import AfterValidator

from appliance.finding import unfit


def _checked(value: tuple[str, ...]) -> tuple[str, ...]:
    if any(not place.startswith("/") or not place.isprintable() for place in value):
        raise unfit("not_absolute_paths", "absolute paths were expected, as /mnt/ssd")
    if len(set(value)) != len(value):
        raise unfit("place_twice", "a place stands twice")
    return value


Places = Annotated[tuple[str, ...], AfterValidator(_checked)]
