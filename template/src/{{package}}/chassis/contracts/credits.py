"""What operators and billing see of credits: accounts, and the entries that tell of every movement."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field


class CreditAccount(BaseModel):
    """One account as it is now, in whole credits: granted = balance + held + spent."""

    model_config = ConfigDict(frozen=True)

    granted: int = Field(description="All that was ever given.")
    balance: int = Field(description="What is free; below 0 only where tasks allow an overdraft.")
    held: int = Field(description="What unfinished executions and direct calls keep.")
    spent: int = Field(description="All that was ever charged.")
    uncharged: int = Field(default=0, description="What was used beyond what could be charged.")


class CreditEntryKind(StrEnum):
    """What moved credits. ``late`` is a charge whose hold had expired."""

    GRANT = "grant"
    HOLD = "hold"
    COMMIT = "commit"
    LATE = "late"
    FAILURE_PRICE = "failure_price"
    RELEASE = "release"
    EXPIRE = "expire"


class CreditEntry(BaseModel):
    """One movement, with the account's numbers behind it."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(description="In the order of their writing within one account.")
    at: datetime
    kind: CreditEntryKind
    amount: int
    reference: str = Field(description="Id of the grant, the execution or the direct call's hold.")
    balance: int
    held: int
    spent: int
    uncharged: int = Field(description="What of this charge could not be charged.")


_ENTRY_ID: Final = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")


def is_entry_id(text: str) -> bool:
    """Whether entries of accounts are numbered like this; only then may a page begin behind it."""
    return _ENTRY_ID.fullmatch(text) is not None
