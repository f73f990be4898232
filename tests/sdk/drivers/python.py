"""Drives one Python SDK: python.py NAME BASE OUT"""
import importlib
import importlib.metadata
import json
import pathlib
import sys
import threading

NAME, BASE, OUT = sys.argv[1:4]
KEY = "wk_" + NAME.replace("-", "_")
DEADLINE = 60

# (module, package, what the client is given besides key and host, content-encoding, where identify's traits go)
SDKS = {
    "segment-python": ("segment.analytics.client", "segment-analytics-python", {}, None, "/traits"),
    "segment-python-gzip": ("segment.analytics.client", "segment-analytics-python", {"gzip": True}, "gzip", "/traits"),
    "rudder-python": ("rudderstack.analytics.client", "rudder-sdk-python", {}, "gzip", "/context/traits"),
}

VALUES = json.loads(pathlib.Path(__file__).with_name("values.json").read_text(encoding="utf-8"))
# Python keeps whole numbers and fractions apart and has no largest number, so these go further than a browser can.
NUMBERS = {
    **VALUES["numbers"],
    "odd": 9007199254740993,
    "beyond": 123456789012345678901234567890,
    "whole": 12.0,
    "huge": 1e300,
}


def plan(identify_at):
    """Every call: type, arguments, where its marked object ends up, that object, other fields to find."""
    count = 0

    def call(kind, at, top, args, sent):
        nonlocal count
        count += 1
        sent = {"sdk_marker": f"{NAME}/{count}", **sent}
        argument = {"/context": "context", "/properties": "properties"}.get(at, "traits")
        return {"type": kind, "at": at, "top": top, "sent": sent, "args": {**args, argument: sent}}

    def track(event, sent, **who):
        who = who or {"user_id": "u_4001"}
        names = {"user_id": "userId", "anonymous_id": "anonymousId"}
        top = {"event": event, **{names[k]: v for k, v in who.items()}}
        return call("track", "/properties", top, {"event": event, **who}, sent)

    user = {"userId": "u_4001"}
    return [
        call("identify", identify_at, user, {"user_id": "u_4001"}, {"email": "mary@example.com", "account_id": "acct_5"}),
        call("group", "/traits", {**user, "groupId": "acct_5"}, {"user_id": "u_4001", "group_id": "acct_5"}, {"name": "Langley", "mrr": 12.25}),
        track("Wind Tunnel Run", {"account_id": "acct_5", "user_id": "u_4001"}),
        track("Button Clicked", {}, anonymous_id="anon-py"),
        track("Größe geändert 🚀", VALUES["words"]),
        track("Numbers", NUMBERS),
        track("Nested", VALUES["nested"]),
        call("page", "/properties", {**user, "category": "Docs", "name": "Python"}, {"user_id": "u_4001", "category": "Docs", "name": "Python"}, {"url": "https://app.example.com/py"}),
        call("screen", "/properties", {**user, "name": "Home"}, {"user_id": "u_4001", "name": "Home"}, {"variant": "b"}),
        call("alias", "/context", {"userId": "u_4002", "previousId": "anon-py"}, {"user_id": "u_4002", "previous_id": "anon-py"}, {}),
        # enough to cross the batch size of both SDKs
        *[track("Task Completed", {"i": i}, user_id=f"u_{i % 5}") for i in range(100)],
    ]


def main():
    module, package, options, encoding, identify_at = SDKS[NAME]
    errors = []
    client = importlib.import_module(module).Client(
        KEY, host=BASE, on_error=lambda error, _batch: errors.append(error), **options
    )
    calls = plan(identify_at)
    for call in calls:
        queued, message = getattr(client, call["type"])(**call.pop("args"))
        if not queued:
            raise SystemExit(f"not queued: {call['type']} {call['sent']['sdk_marker']}")
        call["message_id"] = message["messageId"]

    # `shutdown` waits without limit; a thread of its own lets this program give up
    closing = threading.Thread(target=client.shutdown, daemon=True)
    closing.start()
    closing.join(DEADLINE)
    if closing.is_alive():
        raise SystemExit(f"not within {DEADLINE} s: the queue is empty")
    if errors:
        raise SystemExit(f"on_error was called: {errors}")

    version = importlib.metadata.version(package)
    result = {
        "write_key": KEY,
        "library": {"name": "analytics-python", "version": version},
        "paths": ["/v1/batch"],
        "encoding": encoding,
        "content_type": "application/json",
        "calls": calls,
    }
    with open(OUT, "w", encoding="utf-8") as out:
        json.dump(result, out, ensure_ascii=False, indent=1)


main()
