"""Recordings and files of calls that are damaged, cut, odd or endless: no command hangs or falls over them."""

import gzip
import json
import os
import random
import socket
import tempfile
from pathlib import Path

from common import Listener, run

FLIPS = 500
# a call each; few, for every one is judged in each of the runs
LINES = 8


def record(home):
    """A recording of this program, a call a line."""
    listener = Listener(home, "--record", "good.ndjson")
    for number in range(LINES):
        call = {"userId": f"u{number}", "event": f"E{number % 5}", "properties": {"account_id": "a", "n": number}}
        listener.post("/v1/track", json.dumps(call).encode())
    listener.end()
    return (home / "good.ndjson").read_bytes()


def flips(good):
    """Where bits are flipped: the same in each run, the first line among the first."""
    chance = random.Random(7)
    first = good.index(b"\n")
    places = [chance.randrange(first + 1) for _ in range(60)]
    places += [chance.randrange(len(good)) for _ in range(FLIPS - len(places))]
    return [(f"bit {bit} of byte {at}", at, bit) for at, bit in ((at, chance.randrange(8)) for at in places)]


def check_flip(home, good, case):
    name, at, bit = case
    damaged = bytearray(good)
    damaged[at] ^= 1 << bit
    with tempfile.NamedTemporaryFile(dir=home, suffix=".ndjson") as file:
        file.write(damaged)
        file.flush()
        ended = run(home, ["check", Path(file.name).name, "--format", "ndjson"])
    wrong = ended.wrong(codes=(0, 1, 2))
    # a line end that is gone joins two lines; nothing else costs more than its own line
    calls = ended.out.count(b"\n")
    if wrong is None and calls < LINES - 2:
        return f"{calls} of {LINES} calls are left: {ended.err[:300]!r}"
    return wrong


def shapes(good):
    """Names of files, and what makes each."""
    half, lines = len(good) // 2, good.splitlines(keepends=True)
    call = b'{"type":"track","event":"E","userId":"u"}\n'
    har = json.dumps({"log": {"entries": [{"request": {
        "method": "POST", "url": "https://x/v1/track", "postData": {"text": call.decode()}}}]}}).encode()
    contents = {
        "empty": b"", "a line end": b"\n", "one byte": b"{", "a quarter": good[:half // 2], "a half": good[:half],
        "all but one byte": good[:-1], "a torn first line": good[half // 8:], "a zeroed first line":
        b"\0" * len(lines[0]) + b"".join(lines[1:]), "a zeroed middle": good[:half] + b"\0" * 999 + good[half + 999:],
        "zeros behind it": good + b"\0" * (1 << 20), "CR LF": good.replace(b"\n", b"\r\n"), "CR": good.replace(b"\n", b"\r"),
        "UTF-16": good.decode().encode("utf-16"), "a byte order mark": b"\xef\xbb\xbf" + good,
        "lines in another order": b"".join(reversed(lines)), "lines twice": good * 2, "another version":
        good.replace(b'"v":1', b'"v":2'), "gzip": gzip.compress(good), "torn gzip": gzip.compress(good)[:-99],
        "gzip in gzip": gzip.compress(gzip.compress(good)), "a bomb": gzip.compress(b" " * (50 << 20), 6),
        "zip": b"PK\x03\x04" + bytes(99), "a picture": b"\x89PNG\r\n\x1a\n" + bytes(99), "a program": b"\x7fELF" + bytes(99),
        "torn HAR": har[:-20], "HAR without entries": b'{"log":{}}', "a torn list": b"[" + call + b"," + call,
        "deep nesting": call + b"[" * 200_000 + b"\n" + call, "a line without end": b'{"a":"' + b"x" * (2 << 20),
        "not UTF-8": call.replace(b'"E"', b'"\xff\xfe"') + call,
    }
    yield from ((name, lambda path, text=text: path.write_bytes(text)) for name, text in contents.items())
    yield "a sparse file", lambda path: sparse(path, b"")
    yield "a sparse end", lambda path: sparse(path, good)
    yield "a folder", lambda path: path.mkdir()
    yield "a FIFO in a folder", fifo_in_folder
    yield "a socket", bind
    yield "a link to zeros", lambda path: path.symlink_to("/dev/zero")
    yield "a link to itself", lambda path: path.symlink_to(path)
    yield "a link to nothing", lambda path: path.symlink_to("nowhere")


def sparse(path, begin):
    with path.open("wb") as file:
        file.write(begin)
        # what is behind a recording is read as lines of it, which takes its time
        file.truncate(64 << 20 if begin else 10 << 30)


def fifo_in_folder(path):
    """The FIFO itself, named by a user, is one to wait for."""
    path.mkdir()
    os.mkfifo(path / "calls.ndjson")


def bind(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


COMMANDS = (["check"], ["export", "--format", "ndjson"], ["open", "--plain"], ["send", "--to", "http://127.0.0.1:1"])


def check_shape(case):
    _, path, command = case
    ended = run(path.parent, [command[0], path.name, *command[1:]], typed=b"show 1 call\nquit\n")
    return ended.wrong()


def attack(home, listener, failures):
    good = record(home)
    failures.check(good.count(b"\n") >= LINES, "the recording to be damaged")
    failures.each(flips(good), lambda case: check_flip(home, good, case))
    cases = []
    for name, make in shapes(good):
        path = home / f"shape {name}"
        make(path)
        cases += [(f"{name}, {' '.join(command)}", path, command) for command in COMMANDS]
    failures.each(cases, check_shape)
    for command in (["check", "-"], ["export", "-", "--format", "csv"], ["map"], ["send", "-", "--to", "http://127.0.0.1:1"]):
        # `map` answers each of endless lines, endlessly
        for source in ("/dev/zero", "/dev/urandom")[: 1 if command == ["map"] else 2]:
            with open(source, "rb") as endless:
                wrong = run(home, command, stdin=endless).wrong()
            failures.check(wrong is None, f"{' '.join(command)} < {source}: {wrong}")
    # a recording that is damaged is appended to, and its good lines stay
    for name, damage in (
        ("torn", good[:-7]), ("zeros", good + b"\0" * 999), ("a bad second line", good.replace(b'{"v":1,"request":2', b'{"v":1"request":2')),
    ):
        path = home / f"{name}.ndjson"
        path.write_bytes(damage)
        again = Listener(home, "--record", path.name)
        failures.check(again.post("/v1/track", b'{"userId":"u","event":"after"}') == 200, f"{name}: appended to")
        failures.check(again.end() == 0, f"{name}: the end")
        counted = run(home, ["check", path.name, "--format", "ndjson"]).out.count(b"\n")
        failures.check(counted >= LINES, f"{name}: {counted} calls are left")
