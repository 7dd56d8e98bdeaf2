"""Credits of direct calls: held under an id of the caller's, then charged or given back, once."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from ..contracts import (
    CreditHoldEnded,
    CreditHoldNotFound,
    CreditsExhausted,
    IdempotencyMismatch,
    RequestImpossible,
)
from .arguments import milliseconds, to_json
from .calls import Call, Reply, load_script
from .keys import Keys

# How long a hold outlives its time: nothing is lost to a commit that comes a little late.
HOLD_GRACE: Final = timedelta(minutes=1)

# How long it is remembered how a hold ended, for those who ask again or commit very late.
HOLD_MEMORY: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class CreditHold:
    """Whose hold it is; the caller makes the id, and keeps it for resends."""

    tenant: str
    user: str
    credit_type: str
    hold_id: str


@dataclass(frozen=True, slots=True)
class CreditCharge:
    """What a commit has charged of what was used; late is one whose hold had expired."""

    used: int
    charged: int
    is_late: bool


class CreditHolds:
    """Makes the calls. Each may be sent again and is done once."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys

    def hold(
        self, hold: CreditHold, amount: int, hold_for: timedelta, *, overdraft: int = 0
    ) -> Call[None]:
        """Set credits aside. Running it raises CreditsExhausted, and nothing is held.

        Raises IdempotencyMismatch when the id holds another amount, and CreditHoldEnded when it was
        committed or released before.
        """
        if amount < 1 or hold_for <= timedelta(0):
            message = f"hold {hold.hold_id!r} of {amount} for {hold_for} is refused: both above 0"
            raise ValueError(message)

        def parse(reply: Reply) -> None:
            found = json.loads(reply)
            match found["verdict"]:
                case "insufficient":
                    raise CreditsExhausted(_lacking(hold, amount, found["balance"], found["holds"]))
                case "mismatch":
                    raise IdempotencyMismatch(_other(hold, "holds", found["amount"], amount))
            _require_open(hold, found["verdict"])

        request = {
            "amount": amount,
            "overdraft": overdraft,
            "keep_ms": milliseconds(hold_for + HOLD_GRACE),
        }
        return Call(load_script("hold_credits"), self._keys(hold), _json(hold, request), parse)

    def extend(self, hold: CreditHold, hold_for: timedelta) -> Call[None]:
        """Keep it for so long from now. Running it raises CreditHoldEnded, or CreditHoldNotFound."""
        names = self.keys.tenant(hold.tenant)
        account = (hold.credit_type, hold.user)
        keys = (names.hold_ends(*account), names.hold(*account, hold.hold_id))
        request = {"keep_ms": milliseconds(hold_for + HOLD_GRACE)}
        return Call(
            load_script("extend_hold"),
            keys,
            _json(hold, request),
            lambda reply: _require_open(hold, json.loads(reply)["verdict"]),
        )

    def commit(
        self, hold: CreditHold, used: int | None = None, *, is_strict: bool = False
    ) -> Call[CreditCharge]:
        """Charge what was used (None: all that is held), and give the rest back.

        More than is held is charged as far as the balance goes; a strict commit of it raises
        RequestImpossible and changes nothing. A hold that has expired is charged late. Raises
        CreditHoldEnded, CreditHoldNotFound, and IdempotencyMismatch after another commit.
        """
        if used is not None and used < 0:
            message = f"hold {hold.hold_id!r} cannot have used {used} credits: say 0 or more"
            raise ValueError(message)

        def parse(reply: Reply) -> CreditCharge:
            found = json.loads(reply)
            match found["verdict"]:
                case "committed":
                    return CreditCharge(found["used"], found["charged"], found["late"])
                case "mismatch":
                    raise IdempotencyMismatch(_other(hold, "was charged", found["used"], used))
                case "excessive":
                    raise RequestImpossible(_other(hold, "holds", found["amount"], used))
            raise _ended(hold, found["verdict"])

        request = {"strict": is_strict, **({} if used is None else {"used": used})}
        return Call(load_script("commit_hold"), self._keys(hold), _json(hold, request), parse)

    def release(self, hold: CreditHold) -> Call[None]:
        """Give it back. Running it raises CreditHoldEnded when it was committed, or is unknown."""

        def parse(reply: Reply) -> None:
            verdict = json.loads(reply)["verdict"]
            if verdict != "released":
                raise _ended(hold, verdict)

        return Call(load_script("release_hold"), self._keys(hold), _json(hold, {}), parse)

    def _keys(self, hold: CreditHold) -> tuple[str, ...]:
        names = self.keys.tenant(hold.tenant)
        account = (hold.credit_type, hold.user)
        return (*names.account_keys(*account), names.hold(*account, hold.hold_id))


def _json(hold: CreditHold, request: dict[str, Any]) -> tuple[str]:
    memory_ms = milliseconds(HOLD_MEMORY)
    return (to_json({"hold": hold.hold_id, "memory_ms": memory_ms, **request}),)


def _require_open(hold: CreditHold, verdict: str) -> None:
    if verdict != "open":
        raise _ended(hold, verdict)


def _ended(hold: CreditHold, verdict: str) -> CreditHoldEnded | CreditHoldNotFound:
    if verdict == "missing":
        message = (
            f"no hold {hold.hold_id!r} of {hold.credit_type!r} credits of {hold.user!r} is known: "
            f"it never was, or it ended more than {HOLD_MEMORY.days} days ago"
        )
        return CreditHoldNotFound(message)
    message = (
        f"hold {hold.hold_id!r} of {hold.credit_type!r} credits of {hold.user!r} has ended: "
        f"{verdict}; take a new hold for new work"
    )
    return CreditHoldEnded(message)


def _other(hold: CreditHold, what: str, known: int, told: int | None) -> str:
    return f"hold {hold.hold_id!r} {what} {known} {hold.credit_type!r} credits, not {told}"


def _lacking(hold: CreditHold, needed: int, free: int, holds: int) -> str:
    return (
        f"{needed} {hold.credit_type!r} credits are needed and {hold.user!r} has {free} free; "
        f"others are held by {holds} calls under way"
    )
