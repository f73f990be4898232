"""Compares what the drivers sent with what segscope captured: check.py WORK NAME...

WORK holds, for each NAME, NAME.json (what its driver sent) or NAME.failed (why it has none), and of segscope
recording.ndjson, tail.ndjson, listener.err and listener.rc. One line a NAME, then the sums.
"""
import base64
import collections
import json
import pathlib
import sys
import urllib.parse

TYPES = {"track", "identify", "group", "page", "screen", "alias"}
TRACKING_PATHS = {
    *(f"/v1/{name}" for name in [*TYPES, *(t[0] for t in TYPES), "b", "batch", "import"]),
    "/beacon/v1/batch",
}


class Wrong(Exception):
    """What is not as it should be, in one line."""


def need(condition, text):
    if not condition:
        raise Wrong(text)


def lines_of(path):
    text = path.read_text(encoding="utf-8")
    need(text == "" or text.endswith("\n"), f"{path.name} does not end with a line end")
    parsed = []
    for number, line in enumerate(text.split("\n")[:-1], 1):
        try:
            parsed.append(json.loads(line))
        except ValueError as error:
            raise Wrong(f"{path.name} line {number} is no JSON: {error}") from None
    return parsed


def at(value, pointer):
    for key in pointer.split("/")[1:]:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def same(a, b):
    """Equal to the type, also inside: 12 is not 12.0, and 1 is not true."""
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


def short(value):
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 120 else text[:117] + "..."


def key_of(line, item):
    """The write key as the recorded request carries it."""
    headers = {name.lower(): value for name, value in line["headers"].items()}
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return base64.b64decode(rest).decode().partition(":")[0]
    query = urllib.parse.parse_qs(line["query"]).get("writeKey", [None])[0]
    return line["body"].get("writeKey") or item.get("writeKey") or query


class Capture:
    """Both things that segscope wrote, and what has to hold between them."""

    def __init__(self, work):
        recording = lines_of(work / "recording.ndjson")
        self.requests = [line for line in recording if "kind" not in line]
        self.records = lines_of(work / "tail.ndjson")
        # (request line, call as recorded), in the order of arrival
        self.items = []
        for line in self.requests:
            if line["method"] == "POST" and line["path"].rstrip("/") in TRACKING_PATHS:
                need(isinstance(line.get("body"), dict), f"request {line['request']} is recorded without its JSON body")
                body = line["body"]
                self.items += [(line, item) for item in body.get("batch", [body])]

    def check(self, known_keys):
        numbers = [line["request"] for line in self.requests]
        need(numbers == sorted(set(numbers)), "the numbers of the recorded requests do not rise")
        for line in self.requests:
            need(line["v"] == 1, f"request {line['request']} has v {short(line['v'])}")
            need(line["status"] in (200, 204), f"{line['method']} {line['path']} was answered {line['status']}")
        seqs = [record["seq"] for record in self.records]
        need(seqs == list(range(1, len(seqs) + 1)), "seq of the call records is not 1, 2, 3, …")
        need(len(self.records) == len(self.items), f"{len(self.items)} calls recorded, {len(self.records)} call records")
        for record, (line, item) in zip(self.records, self.items):
            where = f"call record {record['seq']}"
            need(record["request"] == line["request"], f"{where} names request {record['request']}, recorded as {line['request']}")
            need(same(record["call"], item), f"{where} differs from the recorded call: {short(record['call'])}")
            need(record["write_key"] in known_keys, f"{where} has a write key that no driver used: {short(record['write_key'])}")


def check_call(sent, record, line, item, driver):
    marker = sent["sent"]["sdk_marker"]
    who = f"{sent['type']} {marker}"
    for name, value in sent["sent"].items():
        found = at(item, f"{sent['at']}/{name}")
        need(same(found, value), f"{who}: {sent['at']}/{name} is {short(found)}, sent as {short(value)}")
    for name, value in sent["top"].items():
        need(same(item.get(name), value), f"{who}: {name} is {short(item.get(name))}, sent as {short(value)}")
    if "message_id" in sent:
        need(item.get("messageId") == sent["message_id"], f"{who}: the SDK named it {sent['message_id']}, recorded {item.get('messageId')}")

    def field(name, expected):
        need(record[name] == expected, f"{who}: its call record has {name} {short(record[name])}, not {short(expected)}")

    field("type", sent["type"])
    field("write_key", driver["write_key"])
    field("library", driver["library"])
    field("message_id", item.get("messageId"))
    field("status", 200)
    field("repeat", False)
    field("path", line["path"])
    if sent["type"] == "track":
        field("name", sent["top"]["event"])
    need(key_of(line, item) == driver["write_key"], f"{who}: the recorded request carries another write key")
    need(line["path"] in driver["paths"], f"{who}: came by {line['path']}, not by {driver['paths']}")
    headers = {name.lower(): value for name, value in line["headers"].items()}
    need(headers.get("content-encoding") == driver["encoding"], f"{who}: content-encoding is {short(headers.get('content-encoding'))}")
    media_type = headers.get("content-type", "").partition(";")[0]
    need(media_type == driver["content_type"], f"{who}: content-type is {media_type}")


def check_driver(name, work, capture):
    failed = work / f"{name}.failed"
    if failed.exists():
        raise Wrong(failed.read_text(encoding="utf-8", errors="replace").strip())
    driver = json.loads((work / f"{name}.json").read_text(encoding="utf-8"))
    captured = collections.defaultdict(list)
    foreign = []
    places = {sent["at"] for sent in driver["calls"]}
    for record, (line, item) in zip(capture.records, capture.items):
        if record["write_key"] == driver["write_key"]:
            # RudderStack's browser SDK repeats the traits of identify in each later call's context: take the call's
            # own marker, which is the one at the place that its type asks for
            markers = {at(item, f"{place}/sdk_marker") for place in places if place != "/context/traits"} - {None}
            markers = markers or {at(item, "/context/traits/sdk_marker")}
            marker = markers.pop() if len(markers) == 1 else None
            (captured[marker] if marker else foreign).append((record, line, item))
    for sent in driver["calls"]:
        found = captured.pop(sent["sent"]["sdk_marker"], [])
        need(len(found) == 1, f"{sent['type']} {sent['sent']['sdk_marker']} was captured {len(found)} times")
        check_call(sent, *found[0], driver)
    more = foreign + [one for several in captured.values() for one in several]
    need(not more, f"{len(more)} calls that the driver did not make, the first: {short(more[0][2]) if more else ''}")
    return len(driver["calls"])


def check_listener(work, capture, names):
    code = (work / "listener.rc").read_text().strip()
    need(code == "0", f"ended with {code} on SIGTERM: {(work / 'listener.err').read_text(errors='replace').strip()[-300:]}")
    need(capture is not None, "nothing readable was captured")
    capture.check({f"wk_{name.replace('-', '_')}" for name in names})
    return len(capture.records)


def main():
    work, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
    capture, unreadable = None, None
    try:
        capture = Capture(work)
    except (Wrong, KeyError, OSError) as error:
        unreadable = error
    failed = 0

    def report(name, check):
        nonlocal failed
        try:
            need(unreadable is None, f"{type(unreadable).__name__}: {unreadable}")
            print(f"ok {name} {check()} calls")
        except (Wrong, KeyError, ValueError, OSError) as error:
            failed += 1
            text = str(error) if isinstance(error, Wrong) else f"{type(error).__name__}: {error}"
            print(f"FAILED {name}: {text}")

    for name in names:
        report(name, lambda: check_driver(name, work, capture))
    report("listener", lambda: check_listener(work, capture, names))
    print(f"{len(names) + 1 - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
