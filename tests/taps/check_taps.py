"""Feeds the same calls by every way in, and compares what is found in them."""

import gzip
import http.client
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

from check_copies import BEGAN, DEADLINE_S, listens, start_nginx, start_segscope, start_tracking
from waiting import free_port, wait_for

IN_BATCH = 100
EVENTS = ["Order Received", "Product Viewed", "Signed Up", "Seat Added", "Heartbeat"]


def calls(count):
    """Calls of users of whom some send far more than others; some lack an id, or have it elsewhere."""
    dice = random.Random(7)
    for nth in range(count):
        user = int(dice.random() ** 2 * 5000)
        call = {"messageId": f"m{nth}", "timestamp": BEGAN, "userId": f"u{user}",
                "context": {"library": {"name": "analytics-python", "version": "2.3.3"}}}
        kind = dice.random()
        if kind < 0.7:
            call |= {"type": "track", "event": dice.choice(EVENTS),
                     "properties": {"total": dice.randrange(1000), "account_id": f"a{user % 300}"}}
        elif kind < 0.85:
            call |= {"type": "identify",
                     "traits": {"email": f"u{user}@corp.example", "company_id": f"a{user % 300}"}}
        elif kind < 0.95:
            call |= {"type": "group", "groupId": f"a{user % 300}", "traits": {"name": "Acme"}}
        else:
            call |= {"type": "page", "name": "Pricing", "properties": {"path": "/pricing"}}
        if dice.random() < 0.07:
            call["anonymousId"] = call.pop("userId")
        if dice.random() < 0.05 and "properties" in call:
            call["properties"]["accountId"] = call["properties"].pop("account_id", "a1")
        yield json.dumps(call, separators=(",", ":"))


def batches(lines):
    for begin in range(0, len(lines), IN_BATCH):
        yield '{"batch":[' + ",".join(lines[begin:begin + IN_BATCH]) + "]}"


def found(binary, home, file):
    """How many calls have which finding: the head lines of a report, in no order."""
    run = [binary, "check", "--fail-on", "never", str(file)]
    out = subprocess.run(run, env={"HOME": str(home)}, stdout=subprocess.PIPE, check=True).stdout
    heads = [line for line in out.decode().splitlines()
             if re.match(r"(error|warning|info) [A-Z]", line)]
    summary = re.findall(r"^[\d,]+ calls?\b.*", out.decode(), re.M)
    return sorted(heads), summary


def write_har(file, lines):
    """Written entry by entry: a million calls need not fit into memory twice."""
    with file.open("w") as har:
        har.write('{"log":{"version":"1.2","entries":[')
        for nth, batch in enumerate(batches(lines)):
            entry = {"startedDateTime": BEGAN, "time": 1,
                     "request": {"method": "POST", "url": "https://api.segment.io/v1/batch",
                                 "headers": [{"name": "Authorization", "value": "Basic d2tfdGVzdDo="}],
                                 "postData": {"mimeType": "application/json", "text": batch}},
                     "response": {"status": 200}}
            har.write(("," if nth else "") + json.dumps(entry))
        har.write("]}}")


def through_pipe(binary, home, plain, recording):
    run = [binary, "tail", "-", "--format", "quiet", "--record", str(recording)]
    with subprocess.Popen(["cat", str(plain)], stdout=subprocess.PIPE) as cat:
        subprocess.run(run, env={"HOME": str(home)}, stdin=cat.stdout, stderr=subprocess.DEVNULL,
                       check=False)


def through_nginx(binary, home, page, lines, recording):
    front, copies = free_port(), free_port()
    segscope = start_segscope(binary, home, copies, recording)
    nginx = start_nginx(home, page, start_tracking(), copies, front)
    try:
        wait_for("segscope listens", lambda: listens(copies), DEADLINE_S)
        wait_for("nginx listens", lambda: listens(front), DEADLINE_S)
        connection = http.client.HTTPConnection("127.0.0.1", front, timeout=DEADLINE_S)
        headers = {"content-type": "application/json", "authorization": "Basic d2tfdGVzdDo="}
        for batch in batches(lines):
            connection.request("POST", "/v1/batch", batch.encode(), headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
        own = http.client.HTTPConnection("127.0.0.1", copies, timeout=DEADLINE_S)

        def has_all():
            own.request("GET", "/_segscope/summary")
            return json.loads(own.getresponse().read())["calls"] == len(lines)

        wait_for("all copies have arrived", has_all, DEADLINE_S)
    finally:
        for process in (nginx, segscope):
            process.terminate()
            process.wait()


def main(binary, page, count):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="segscope-taps-"))
    try:
        lines = list(calls(int(count)))
        plain = folder / "plain.ndjson"
        plain.write_text("\n".join(lines) + "\n")
        want = found(binary, folder, plain)
        assert len(want[0]) > 10, want
        packed = folder / "packed.ndjson.gz"
        with plain.open("rb") as source, gzip.open(packed, "wb", 1) as target:
            shutil.copyfileobj(source, target)
        har = folder / "calls.har"
        write_har(har, lines)
        piped, copied = folder / "piped.ndjson", folder / "copied.ndjson"
        through_pipe(binary, folder, plain, piped)
        through_nginx(binary, folder, page, lines, copied)
        for name, file in (("gzip", packed), ("HAR", har), ("pipe", piped), ("nginx", copied)):
            began = time.monotonic()
            got = found(binary, folder, file)
            took = time.monotonic() - began
            different = [head for head in got[0] + want[0] if (head in got[0]) != (head in want[0])]
            assert not different, (name, different[:6])
            assert got == want, (name, got[1], want[1])
            print(f"{name}: {count} calls, {len(got[0])} findings as in the plain file ({took:.1f} s)")
    finally:
        shutil.rmtree(folder)


main(*sys.argv[1:])
