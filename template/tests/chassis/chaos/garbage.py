"""Elements of a queue that no worker can take; each carries its own name, to be found by."""

import json
from base64 import b64encode
from typing import Any, Final

BIG_BYTES: Final = 10_000_000


def garbage(good: str) -> dict[str, str]:
    """Seven of them by name, made after a good message."""
    big = _encoded([[], {"text": "x" * BIG_BYTES}, {}])
    return {
        "undecodable body": _changed(good, "undecodable body", body="no base64 at all!"),
        "misshapen body": _changed(good, "misshapen body", body=_encoded([1])),
        "not JSON": "{ not JSON",
        "JSON array": '["JSON array"]',
        "unknown task": _changed(good, "unknown task", task="of_somebody_else"),
        "pickle": _changed(good, "pickle", content_type="application/x-python-serialize"),
        "ten megabytes": _changed(good, "ten megabytes", body=big),
    }


def _changed(
    good: str, name: str, *, body: str | None = None, task: str = "", content_type: str = ""
) -> str:
    message: dict[str, Any] = json.loads(good)
    headers = message.pop("headers")
    # Nobody's execution stands behind it: it is a stranger's message.
    for ours in ("execution", "tenant"):
        headers.pop(ours, None)
    headers |= {"id": name, "root_id": name} | ({"task": task} if task else {})
    message["properties"] |= {"delivery_tag": name, "correlation_id": name}
    if body is not None:
        message["body"] = body
    if content_type:
        message["content-type"] = content_type
    # The name comes first: of something large, only the beginning is kept.
    return json.dumps({"headers": headers, **message})


def _encoded(body: object) -> str:
    return b64encode(json.dumps(body).encode()).decode()
