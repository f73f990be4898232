"""Forms of HTTP, right and wrong: each is answered or closed, and no call is smuggled."""

import csv
import io
import os
import re
import socket
import time

from common import MAX_SECONDS, run
from http_tables import requests

# where nothing came for so long, the client says that it is done
QUIET_SECONDS = 0.4


def talk(listener, data):
    """Sends bytes and returns what comes back, and whether the connection ended in time."""
    with listener.connect() as connection:
        try:
            connection.sendall(data)
        except OSError:
            # it may be refused before all of it is sent
            pass
        received, is_open, began = b"", True, time.monotonic()
        connection.settimeout(QUIET_SECONDS)
        while time.monotonic() - began < MAX_SECONDS:
            try:
                part = connection.recv(65536)
            except TimeoutError:
                if not is_open:
                    continue
                is_open = False
                try:
                    connection.shutdown(socket.SHUT_WR)
                except OSError:
                    return received, True
                continue
            except OSError:
                return received, True
            if not part:
                return received, True
            received += part
        return received, False


def attack(home, listener, failures):
    cases = list(requests())
    answered = {}

    def send(case):
        name, data, _ = case
        received, ended = talk(listener, data)
        statuses = [int(s) for s in re.findall(rb"HTTP/1\.[01] (\d{3})", received)]
        answered[name] = [status for status in statuses if status != 100]
        if not ended:
            return f"neither answered nor closed within {MAX_SECONDS} s; got {received[:200]!r}"
        wrong = [status for status in statuses if not 100 <= status < 500 and status not in (501, 505)]
        return f"answered with {wrong}" if wrong else None

    failures.each(cases, send, workers=8 * (os.cpu_count() or 1))
    calls = {}
    exported = run(home / "listener", ["export", "r.ndjson", "--format", "csv"]).out.decode()
    for row in csv.DictReader(io.StringIO(exported)):
        calls[row["name"]] = calls.get(row["name"], 0) + 1
    failures.check(calls, "the calls are exported")
    for name, _, expected in cases:
        came, good = calls.pop(name, 0), answered[name].count(200)
        if expected is not None and came != expected:
            failures.append(f"{name}: {came} calls, not {expected}; answers {answered[name]}")
        elif came > good:
            failures.append(f"{name}: {came} calls, of which {good} were acknowledged")
    if "smuggled" in calls:
        failures.append(f"{calls['smuggled']} smuggled calls were taken")
