"""Starts a listener, and asks it what an app sent."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sysconfig
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from segscope._match import call_title, fix_lines, matches, nearest, shown, title, visible

# the most calls that are compared for a message
MAX_COMPARED = 1000
# how much longer than its wait an answer may take
ANSWER_SECONDS = 30
MAX_SAID = 10_000

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class SegscopeError(AssertionError):
    """What a test expected did not happen; the message says what was sent instead."""

    def __init__(self, message: str) -> None:
        super().__init__(visible(message))


def program_path() -> str:
    """Returns the path of the program: SEGSCOPE_BIN, that of the wheel, or that of PATH."""
    named = os.environ.get("SEGSCOPE_BIN")
    if named:
        return named
    folders = [sysconfig.get_path("scripts"), sysconfig.get_path("scripts", f"{os.name}_user")]
    found = next((p for p in (shutil.which("segscope", path=f) for f in folders if f) if p), None)
    found = found or shutil.which("segscope")
    if found is None:
        raise SegscopeError("the program segscope is not installed; set SEGSCOPE_BIN to it")
    return found


def _quoted(text: str) -> str:
    """Writes a text for a filter."""
    return re.sub(r"\\([bfr])", lambda m: {"b": "\\u0008", "f": "\\u000c", "r": "\\u000d"}[m[1]], json.dumps(text))


def _filter_of(expected: dict[str, Any], own: str | None) -> str:
    """Returns the filter of what the listener itself can compare."""
    parts = [own] if own else []
    if expected.get("filter"):
        parts.append(f"({expected['filter']})")
    for key in ("type", "event"):
        if isinstance(expected.get(key), str):
            parts.append(f"{key} = {_quoted(expected[key])}")
    return " and ".join(parts)


class Calls:
    """Calls of a listener: all of them, or those of one test."""

    def __init__(self, url: str, *, token: str | None = None, filter: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._filter = filter

    @property
    def host(self) -> str:
        """The address without `http://`."""
        return urllib.parse.urlsplit(self.url).netloc

    def _ask(
        self,
        path: str,
        query: dict[str, Any] | None = None,
        *,
        method: str = "GET",
        body: bytes | None = None,
        also: tuple[int, ...] = (),
        wait_seconds: float = 0,
    ) -> tuple[int, dict[str, Any]]:
        """Asks one of the listener's own paths. Statuses in `also` are answers too."""
        given = {key: value for key, value in (query or {}).items() if value not in (None, "")}
        url = f"{self.url}/_segscope/{path}"
        if given:
            url += f"?{urllib.parse.urlencode(given)}"
        request = urllib.request.Request(url, data=body, method=method)
        request.add_header("X-Segscope", "1")
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with _DIRECT.open(request, timeout=wait_seconds + ANSWER_SECONDS) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                answer = json.load(error)
            if error.code in also:
                return error.code, answer
            raise SegscopeError(f"segscope: {answer.get('message', error.code)}") from None
        except OSError as error:
            raise SegscopeError(f"no listener answers at {self.url}: {error}") from None

    def calls(self, *, after: int = 0, **expected: Any) -> list[dict[str, Any]]:
        """Returns the call records that are as expected, the oldest first."""
        found: list[dict[str, Any]] = []
        while True:
            query = {"filter": _filter_of(expected, self._filter), "after": after, "limit": MAX_COMPARED}
            _, page = self._ask("calls", query)
            found += [record for record in page["calls"] if matches(expected, record)]
            if not page["more"]:
                return found
            after = page["last"]

    def last(self) -> int:
        """Returns the number of the newest call, for `after`."""
        return self._ask("summary")[1]["last"]

    def wait_for(
        self, *, count: int = 1, timeout_ms: int = 10_000, after: int = 0, **expected: Any
    ) -> list[dict[str, Any]]:
        """Waits until enough calls are as expected, and returns them."""
        deadline = time.monotonic() + timeout_ms / 1000
        found: list[dict[str, Any]] = []
        seen = after
        while len(found) < count:
            left = max(0, int((deadline - time.monotonic()) * 1000))
            query = {"filter": _filter_of(expected, self._filter), "after": seen, "timeout_ms": left, "count": 1}
            status, page = self._ask("wait", query, also=(504,), wait_seconds=left / 1000)
            found += [record for record in page["calls"] if matches(expected, record)]
            if page["calls"]:
                seen = page["calls"][-1]["seq"]
            if status == 504:
                raise SegscopeError(self._not_sent(expected, count, timeout_ms, after, found))
        return found

    def expect_none(self, *, quiet_ms: int = 500, after: int = 0, **expected: Any) -> None:
        """Waits until no call that is as expected has arrived for a while."""
        deadline = time.monotonic() + quiet_ms / 1000
        while True:
            left = max(0, int((deadline - time.monotonic()) * 1000))
            query = {"filter": _filter_of(expected, self._filter), "none": 1, "quiet_ms": left, "after": after}
            status, page = self._ask("wait", query, also=(409,), wait_seconds=left / 1000)
            if status == 200:
                return
            record = next((record for record in page["calls"] if matches(expected, record)), None)
            if record is not None:
                raise SegscopeError(
                    f"expected no call: {title(expected)}\n"
                    f"but this one was sent: {call_title(record)}\n  {shown(record['call'])}"
                )
            after = page["last"]

    def reset(self) -> int:
        """Clears the calls, and returns how many."""
        query = {"filter": self._filter} if self._filter else {}
        return self._ask("reset", query, method="POST")[1]["cleared"]

    def judge(self, call: dict[str, Any]) -> dict[str, Any]:
        """Returns what vendors would make of a call. It is not recorded."""
        return self._ask("judge", method="POST", body=json.dumps(call).encode())[1]

    def _not_sent(
        self, expected: dict[str, Any], count: int, timeout_ms: int, after: int, found: list[dict[str, Any]]
    ) -> str:
        """Says what was sent instead of what was expected."""
        calls = "a call" if count == 1 else f"{count} calls"
        lines = [f"expected {calls}: {title(expected)}", f"{len(found)} of {count} arrived within {timeout_ms} ms"]
        records = self.calls(after=after)
        known = {record["seq"] for record in found}
        best = nearest(expected, (record for record in records if record["seq"] not in known))
        if best is None:
            none = f"nothing was sent; the app's SDK must send to {self.url}"
            lines.append("nothing else was sent" if found else none)
            return "\n".join(lines)
        record, wrong = best
        lines.append(f"the nearest of {len(records)} calls is {call_title(record)}")
        lines += [
            f"  {place.path}: expected {shown(place.expected)}, received {shown(place.received)}" for place in wrong
        ]
        if not wrong:
            lines.append(f"  it does not match the filter {expected.get('filter')}")
        lines += [f"  {line}" for line in fix_lines(record)]
        return "\n".join(lines)


class TestCalls(Calls):
    """The calls of one test: those with its write key, or with its X-Segscope-Test header."""

    __test__ = False

    def __init__(self, url: str, name: str) -> None:
        self.write_key = re.sub(r"[^A-Za-z0-9_-]", "-", name)
        self.headers = {"X-Segscope-Test": self.write_key}
        key = _quoted(self.write_key)
        super().__init__(url, filter=f"(test = {key} or write_key = {key})")


class Listener(Calls):
    """A running listener. It ends with `stop`, or as a context."""

    def __init__(self, url: str, process: subprocess.Popen[bytes]) -> None:
        super().__init__(url)
        self._process = process

    def test(self, name: str) -> TestCalls:
        """Returns the calls of one test."""
        return TestCalls(self.url, name)

    def stop(self) -> None:
        """Ends the listener."""
        self._process.terminate()
        self._process.wait()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(
    *,
    vendor: str | list[str] | None = None,
    expect: str | None = None,
    record: str | None = None,
    config: str | None = None,
    args: list[str] | None = None,
    program: str | None = None,
    start_timeout_seconds: float = 10,
) -> Listener:
    """Starts a listener on a free port."""
    flags = ["tail", "--listen", "127.0.0.1:0", "--format", "quiet"]
    if vendor:
        flags += ["--vendor", vendor if isinstance(vendor, str) else ",".join(vendor)]
    for name, value in (("--expect", expect), ("--config", config), ("--record", record)):
        if value:
            flags += [name, value]
    if not record:
        flags.append("--no-record")
    command = [program or program_path(), *flags, *(args or [])]
    null = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=null, stdout=null, stderr=subprocess.PIPE)
    said: list[str] = []
    listens = threading.Event()

    def read() -> None:
        # what it says later is dropped, and must not fill the pipe
        for line in process.stderr or ():
            if not listens.is_set() and sum(map(len, said)) < MAX_SAID:
                said.append(line.decode(errors="replace"))
            if line.startswith(b"listening on "):
                listens.set()
        listens.set()

    threading.Thread(target=read, daemon=True).start()
    listens.wait(start_timeout_seconds)
    found = re.search(r"^listening on (http://\S+)", "".join(said), re.MULTILINE)
    if found is None:
        process.kill()
        code = process.wait()
        raise SegscopeError(f"segscope did not start (exit code {code}): {''.join(said).strip()}")
    return Listener(found[1], process)


def connect(url: str | None = None, *, token: str | None = None) -> Calls:
    """Uses the listener of `segscope run`, or of any address."""
    url = url or os.environ.get("SEGSCOPE_URL")
    if not url:
        raise SegscopeError("SEGSCOPE_URL is not set: start the tests with `segscope run -- pytest`, or give a URL")
    return Calls(url, token=token or os.environ.get("SEGSCOPE_TOKEN"))
