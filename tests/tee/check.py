"""Drives the Python SDK through segscope to an upstream that fails, and compares what each has."""

import errno
import gzip
import http.server
import json
import os
import pathlib
import random
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.request

from segment.analytics.client import Client
from waiting import free_port, wait_for

DEADLINE_S = 60
# it resolves nowhere: segscope is told where to connect
NAME = "tracking.example"


class Upstream(http.server.BaseHTTPRequestHandler):
    """Accepts batches, and fails as the schedule says: before or after it has accepted one."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    lock = threading.Lock()
    schedule = random.Random()
    accepted = set()
    acts = {}

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        ids = [call["messageId"] for call in json.loads(body)["batch"]]
        with self.lock:
            act = self.schedule.choices(
                ["accept", "busy", "too many", "cut", "half", "garbage"], [70, 8, 4, 6, 6, 6])[0]
            self.acts[act] = self.acts.get(act, 0) + 1
            if act not in ("busy", "too many"):
                self.accepted.update(ids)
        answer = b'{"success": true}'
        if act == "accept":
            self.answer(200, answer)
        elif act == "busy":
            self.answer(503, b"busy")
        elif act == "too many":
            self.answer(429, b"too many", ("Retry-After", "1"))
        else:
            half = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer[:-4])
            self.wfile.write({"cut": b"", "half": half, "garbage": b"\0\1\2\3\r\n\r\n"}[act])
            self.wfile.flush()
            self.close_connection = True

    def answer(self, status, body, *headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def certificate(folder):
    """The key and the certificate of the upstream, and that of the authority that signed it."""
    def openssl(*words):
        subprocess.run(["openssl", *map(str, words)], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    new_key = ["-newkey", "rsa:2048", "-nodes"]
    openssl("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=local authority")
    openssl("req", *new_key, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", f"/CN={NAME}")
    (folder / "leaf.ext").write_text(f"basicConstraints=CA:FALSE\nsubjectAltName=DNS:{NAME}\n")
    openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-out", "leaf.pem", "-days", "2", "-extfile", "leaf.ext")
    return folder / "leaf.key", folder / "leaf.pem", folder / "ca.pem"


class Disk:
    """The file system of the recording, which a file can fill."""

    def __init__(self, folder, is_small):
        self.folder = folder
        self.filler = folder / "filler"
        folder.mkdir()
        if is_small:
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "none", folder], check=True)

    def fill(self):
        with open(self.filler, "wb", buffering=0) as filler:
            try:
                while filler.write(bytes(65536)):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def clear(self):
        self.filler.unlink()


def recorded_requests(recording):
    """The recorded requests; a line that is not whole ends the script."""
    lines = [json.loads(line) for line in recording.read_text().splitlines()]
    return [line for line in lines if "request" in line and "kind" not in line]


def recorded_calls(recording):
    """The ids of all calls that are recorded as calls."""
    taken = [line for line in recorded_requests(recording) if "refused" not in line]
    return {call["messageId"] for line in taken for call in line["body"]["batch"]}


def summary(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_segscope/summary") as answer:
        return json.load(answer)


def main(binary, mode, trouble, calls, seed):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="segscope-tee-"))
    key, cert, authority = certificate(folder)
    Upstream.schedule = random.Random(seed)
    upstream = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    upstream.socket = context.wrap_socket(upstream.socket, server_side=True)
    # the TLS errors of connections that are cut on purpose say nothing
    upstream.handle_error = lambda *_: None
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    port = free_port()
    disk = Disk(folder / "disk", trouble == "full-disk")
    recording = disk.folder / "r.ndjson"
    messages = folder / "segscope.err"

    def start():
        program = subprocess.Popen(
            [binary, "tail", "--format", "quiet", "--listen", f"127.0.0.1:{port}", "--record",
             recording, mode, f"https://{NAME}",
             "--forward-connect-to", f"127.0.0.1:{upstream.server_address[1]}"],
            env={"HOME": str(folder), "SSL_CERT_FILE": str(authority)},
            stdin=subprocess.DEVNULL, stderr=open(messages, "ab"))

        def listens():
            if program.poll() is not None:
                sys.exit(messages.read_text())
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", port)) == 0

        wait_for("segscope listens", listens, DEADLINE_S)
        return program

    segscope = start()
    failed, lock = set(), threading.Lock()

    def on_error(_error, batch):
        with lock:
            failed.update(call["messageId"] for call in batch)

    client = Client("wk_test", host=f"http://127.0.0.1:{port}", on_error=on_error, thread=4,
                    max_queue_size=calls + 1, max_retries=10, gzip=seed % 2 == 1)
    sent = set()

    def restart():
        nonlocal segscope
        goal = len(sent) / 2
        wait_for(f"{goal} calls are accepted", lambda: len(Upstream.accepted) > goal, DEADLINE_S)
        segscope.kill()
        segscope.wait()
        segscope = start()

    def fill_disk():
        goal = len(sent) / 2
        wait_for(f"{goal} calls are accepted", lambda: len(Upstream.accepted) > goal, DEADLINE_S)
        disk.fill()

    def clear_disk():
        wait_for("requests find the disk full", lambda: summary(port)["unrecorded"] > 5, DEADLINE_S)
        disk.clear()

    # what happens in the middle, at equal distances
    if trouble == "full-disk":
        steps = [fill_disk, clear_disk]
    else:
        steps = [restart] * (1 if mode == "--forward" else 3)
    steps_at = {calls * (nth + 1) // (len(steps) + 1): step for nth, step in enumerate(steps)}
    try:
        for nth in range(calls):
            name = f"m{nth}"
            client.track(f"u{nth % 50}", "Order Received", {"account_id": "a"}, message_id=name)
            sent.add(name)
            if step := steps_at.get(nth + 1):
                step()
        client.flush()
        client.join()
        if mode == "--mirror":
            wait_for("all is sent on", lambda: summary(port)["mirror"]["lag_bytes"] == 0, DEADLINE_S)
        totals = summary(port)
    finally:
        segscope.terminate()
        segscope.wait()
    counts = totals[mode.removeprefix("--")]
    acknowledged = sent - failed
    lost = acknowledged - Upstream.accepted
    assert not lost, f"{len(lost)} acknowledged calls are not at the upstream: {sorted(lost)[:3]}"
    unrecorded = acknowledged - recorded_calls(recording)
    if mode == "--forward" and trouble == "full-disk":
        assert unrecorded, "the disk was never full"
        requests = len(recorded_requests(recording)) + counts["not_recorded"]
        assert counts["received"] == requests, f"{requests} are recorded or not recorded: {counts}"
        told = f"{counts['not_recorded']} passed, not recorded"
    else:
        assert not unrecorded, f"{len(unrecorded)} acknowledged calls are not recorded"
        told = f"{totals['unrecorded']} not recorded (503)"
    if trouble == "full-disk":
        assert told in messages.read_text(), f"`{told}` is not in {messages.read_text()}"
    if mode == "--mirror":
        assert not failed, f"segscope answers, and {len(failed)} calls failed at the SDK"
        assert counts["given_up"] == counts["not_mirrored"] == counts["waiting"] == 0, counts
        assert counts["sent_again"] > 0, counts
    else:
        ends = counts["acknowledged"] + counts["refused"] + counts["failed"] + counts["in_flight"]
        assert counts["received"] == ends and counts["in_flight"] == 0, counts
    missed = {"busy", "too many", "cut", "half", "garbage"} - Upstream.acts.keys()
    assert not missed, f"the schedule was too short for {missed}"
    print(f"{len(sent)} calls sent, {len(acknowledged)} acknowledged, all of them at the upstream, "
          f"{len(acknowledged) - len(unrecorded)} recorded; upstream: {Upstream.acts}; "
          f"since the last start: {counts}" + (f"; {told}" if trouble == "full-disk" else ""))


os.environ.pop("HTTPS_PROXY", None)
main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
