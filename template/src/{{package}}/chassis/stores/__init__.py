"""Valkey: connections, key names, scripts, the execution ledger and the credit ledger."""

from .admitting import admit_here, ask
from .answers import SharedAnswer, forget_answer, keep_shared_answer, shared_answer
from .api_keys import ApiKey, ApiKeys, Credential, judge_api_key, make_api_key, read_credential
from .arguments import milliseconds, settlement_json
from .calls import Call, Reply, parsed
from .circuit_news import CircuitNews, Override, override_circuit, read_circuit, report_circuit
from .connect import connect, connect_async, connect_subscriber
from .credit_holds import HOLD_GRACE, CreditCharge, CreditHold, CreditHolds
from .credit_ledger import (
    ENTRIES_MAXIMUM,
    GRANT_MAXIMUM,
    AccountAudit,
    AccountsPage,
    CreditLedger,
)
from .dead_events import (
    DeadEvent,
    count_dead_events,
    dead_event,
    dead_events,
    forget_dead_events,
    replay_event,
)
from .dead_executions import DeadEntry, DeadExecution, DeadExecutions
from .dead_messages import (
    DEAD_MESSAGE_BYTES,
    DEAD_MESSAGES_MAXIMUM,
    DeadMessage,
    DeadMessages,
)
from .event_stream import (
    REMOVED_MAXIMUM,
    EventStream,
    StreamCounts,
    StreamEntry,
    StreamOptions,
    StreamPage,
    Taken,
    broadcast_events,
    publish_events,
)
from .failures import is_outage
from .gathering import GatheringStore
from .keys import Keys, TenantKeys, digest
from .last_good import last_good_result
from .leases import Lease, give_up_lease, take_lease
from .ledger import Ledger
from .pipelined import AsyncPipelinedRequests, PipelinedRequests
from .postponing import postpone, retake
from .replies import read_settlement
from .slots import SCHEDULER, keep_slots, last_slots
from .stepping import take, take_async
from .store import AsyncStore, Store
from .tenants import each_tenant, register_tenant, tenants_by_page, tenants_page
from .transitions import (
    Ack,
    Admission,
    Beat,
    Begun,
    CancelRequest,
    LedgerOptions,
    Overdue,
    Postponement,
    Push,
    Recalled,
    Republished,
    Settlement,
    Step,
    Submission,
)
from .valkey_config import ValkeyConfig
from .valkey_url import checked_url
from .waiting import count_waiting

__all__ = [
    "DEAD_MESSAGES_MAXIMUM",
    "DEAD_MESSAGE_BYTES",
    "ENTRIES_MAXIMUM",
    "GRANT_MAXIMUM",
    "HOLD_GRACE",
    "REMOVED_MAXIMUM",
    "SCHEDULER",
    "AccountAudit",
    "AccountsPage",
    "Ack",
    "Admission",
    "ApiKey",
    "ApiKeys",
    "AsyncPipelinedRequests",
    "AsyncStore",
    "Beat",
    "Begun",
    "Call",
    "CancelRequest",
    "CircuitNews",
    "Credential",
    "CreditCharge",
    "CreditHold",
    "CreditHolds",
    "CreditLedger",
    "DeadEntry",
    "DeadEvent",
    "DeadExecution",
    "DeadExecutions",
    "DeadMessage",
    "DeadMessages",
    "EventStream",
    "GatheringStore",
    "Keys",
    "Lease",
    "Ledger",
    "LedgerOptions",
    "Overdue",
    "Override",
    "PipelinedRequests",
    "Postponement",
    "Push",
    "Recalled",
    "Reply",
    "Republished",
    "Settlement",
    "SharedAnswer",
    "Step",
    "Store",
    "StreamCounts",
    "StreamEntry",
    "StreamOptions",
    "StreamPage",
    "Submission",
    "Taken",
    "TenantKeys",
    "ValkeyConfig",
    "admit_here",
    "ask",
    "broadcast_events",
    "checked_url",
    "connect",
    "connect_async",
    "connect_subscriber",
    "count_dead_events",
    "count_waiting",
    "dead_event",
    "dead_events",
    "digest",
    "each_tenant",
    "forget_answer",
    "forget_dead_events",
    "give_up_lease",
    "is_outage",
    "judge_api_key",
    "keep_shared_answer",
    "keep_slots",
    "last_good_result",
    "last_slots",
    "make_api_key",
    "milliseconds",
    "override_circuit",
    "parsed",
    "postpone",
    "publish_events",
    "read_circuit",
    "read_credential",
    "read_settlement",
    "register_tenant",
    "replay_event",
    "report_circuit",
    "retake",
    "settlement_json",
    "shared_answer",
    "take",
    "take_async",
    "take_lease",
    "tenants_by_page",
    "tenants_page",
]
