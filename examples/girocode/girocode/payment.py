"""Write a payment as the text of a QR code, by the rules of the European Payments Council (EPC069-12)."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Annotated

import segno
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from segno.helpers import make_epc_qr


def _without_blanks(value: object) -> object:
    return "".join(value.split()).upper() if isinstance(value, str) else value


def _check_digits(iban: str) -> str:
    # ISO 13616: the first four characters go to the end, A is 10 and Z is 35, and 1 is left of it all
    if int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 != 1:
        raise ValueError("the check digits do not fit the account: a digit is wrong")
    return iban


Line = Annotated[str, Field(min_length=1, pattern=r"^[^\x00-\x1f\x7f]*$")]  # a line feed would begin the next field
Iban = Annotated[
    str,
    BeforeValidator(_without_blanks),
    Field(pattern=r"^[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}$"),
    AfterValidator(_check_digits),
]


class Payment(BaseModel):
    """One credit transfer in euros."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Line = Field(max_length=70)
    iban: Iban
    amount: Decimal = Field(ge=Decimal("0.01"), le=Decimal("999999999.99"), decimal_places=2)
    text: Line = Field(max_length=140)

    @cached_property
    def code(self) -> segno.QRCode:
        return make_epc_qr(self.name, self.iban, self.amount, text=self.text)

    @model_validator(mode="after")
    def _fits(self) -> Payment:
        self.code  # noqa: B018 - it raises a ValueError for what is longer than a code may be, in bytes
        return self
