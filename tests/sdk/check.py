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


# Where a call's marker may be, the surest first: RudderStack's browser SDK repeats the traits of identify in the
# context of each later call.
PLACES = ["/properties", "/traits", "/context", "/context/traits"]


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


def marker_of(call):
    markers = (at(call, f"{place}/sdk_marker") for place in PLACES)
    return next((marker for marker in markers if marker is not None), None)


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

    def of_key(self, write_key):
        """By marker: the recorded calls that came with this write key, and the call records that name it."""
        recorded, records = collections.defaultdict(list), collections.defaultdict(list)
        for line, item in self.items:
            if key_of(line, item) == write_key:
                recorded[marker_of(item)].append((line, item))
        for record in self.records:
            if record["write_key"] == write_key:
                records[marker_of(record["call"])].append(record)
        return recorded, records


def check_call(sent, record, line, item, driver):
    marker = sent["sent"]["sdk_marker"]
    who = f"{sent['type']} {marker}"
    for name, value in sent["sent"].items():
        found = at(item, f"{sent['at']}/{name}")
        need(same(found, value), f"{who}: {sent['at']}/{name} is {short(found)}, sent as {short(value)}")
    for name, value in sent["top"].items():
        need(same(item.get(name), value), f"{who}: {name} is {short(item.get(name))}, sent as {short(value)}")
    need(same(record["call"], item), f"{who}: its call record holds another call than the recording")
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
    recorded, records = capture.of_key(driver["write_key"])
    for sent in driver["calls"]:
        marker = sent["sent"]["sdk_marker"]
        lines, told = recorded.pop(marker, []), records.pop(marker, [])
        counts = f"{len(lines)} times in the recording and {len(told)} times among the call records"
        need(len(lines) == len(told) == 1, f"{sent['type']} {marker} is {counts}")
        check_call(sent, told[0], *lines[0], driver)
    for name, rest in [("recorded", recorded), ("told", records)]:
        need(not rest, f"calls {name} that the driver did not make: {short(list(rest))}")
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
