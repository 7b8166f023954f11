"""A recipient of the backups: the province's public key, and until when it is to be used."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Recipient(BaseModel):
    """A public key of the province, `key = "age1…"`; `expires` is the last day on which it is used, as 2027-01-01.

    In place of the table the key alone may stand, as a text: it has no last day then.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    expires: date | None = None
    name: str = Field("", max_length=40)

    @model_validator(mode="before")
    @classmethod
    def _key_alone(cls, value: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
        return {"key": value} if isinstance(value, str) else value
