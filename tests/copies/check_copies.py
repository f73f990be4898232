"""Checks the nginx lines of a page: copies reach segscope, and its end is not noticed."""

import http.client
import http.server
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

from waiting import free_port, wait_for

DEADLINE_S = 30
CALLS = 400
# what a request may take once segscope is gone: nginx is refused at once
GONE_S = 0.5
BEGAN = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())


def listens(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


class Tracking(http.server.BaseHTTPRequestHandler):
    """The real service: answers and keeps the bodies."""

    protocol_version = "HTTP/1.1"
    bodies = []

    def do_POST(self):
        self.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        answer = b'{"from": "the real service"}'
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def nginx_lines(page):
    blocks = re.findall(r"```nginx\n(.*?)```", pathlib.Path(page).read_text(), re.S)
    if len(blocks) != 1:
        sys.exit(f"tests/copies/run: expected one block of nginx lines in {page}")
    return blocks[0]


def call(nth):
    properties = {"account_id": "a1"} if nth % 2 else {"accountId": "a1"}
    message = {"type": "track", "event": "Order Received", "userId": f"u{nth}",
               "messageId": f"m{nth}", "properties": properties | {"user_id": f"u{nth}"},
               "timestamp": BEGAN}
    return json.dumps(message).encode()


def send(port, nths):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
    slowest = 0
    for nth in nths:
        began = time.monotonic()
        headers = {"content-type": "application/json", "authorization": "Basic d2tfdGVzdDo=",
                   "host": "api.example.com", "x-forwarded-for": "203.0.113.7"}
        connection.request("POST", "/v1/track?nth=1", call(nth), headers)
        answer = connection.getresponse()
        body = answer.read()
        assert (answer.status, body) == (200, b'{"from": "the real service"}'), (answer.status, body)
        slowest = max(slowest, time.monotonic() - began)
    return slowest


def judged(binary, file, home):
    """What `check` says of each call, by its messageId."""
    run = [binary, "check", "--format", "ndjson", "--fail-on", "never", str(file)]
    out = subprocess.run(run, env={"HOME": str(home)}, stdout=subprocess.PIPE, check=True).stdout
    found = {}
    for line in out.splitlines():
        record = json.loads(line)
        codes = sorted((finding["vendor"] or "", finding["code"]) for finding in record["findings"])
        verdicts = {name: vendor["verdict"] for name, vendor in record["vendors"].items()}
        found[record["message_id"]] = (codes, verdicts, record["missing"])
    return found


def start_tracking():
    """Starts the real service, and returns its port."""
    tracking = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tracking)
    threading.Thread(target=tracking.serve_forever, daemon=True).start()
    return tracking.server_address[1]


def start_nginx(folder, page, service, copies, front):
    """Starts nginx with the lines of a page, at these ports."""
    lines = nginx_lines(page)
    for port, own in (("8081", service), ("7357", copies), ("8080", front)):
        assert f"127.0.0.1:{port};" in lines, f"the lines name no port {port}"
        lines = lines.replace(f"127.0.0.1:{port};", f"127.0.0.1:{own};")
    temporary = "".join(f"{name}_temp_path {folder}/{name};\n"
                        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;\n" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{lines}}}\n")
    nginx = ["nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    return subprocess.Popen(nginx)


def start_segscope(binary, folder, copies, recording):
    """Starts a segscope that takes copies."""
    return subprocess.Popen(
        [binary, "tail", "--copies", "--format", "quiet", "--listen", f"127.0.0.1:{copies}",
         "--record", str(recording)],
        env={"HOME": str(folder)}, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main(binary, page):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="segscope-copies-"))
    front, copies = free_port(), free_port()
    recording = folder / "copies.ndjson"
    segscope = start_segscope(binary, folder, copies, recording)
    nginx = start_nginx(folder, page, start_tracking(), copies, front)
    try:
        wait_for("segscope listens", lambda: listens(copies), DEADLINE_S)
        wait_for("nginx listens", lambda: listens(front), DEADLINE_S)
        with_copies = send(front, range(CALLS))

        def recorded():
            return [json.loads(line) for line in recording.read_text().splitlines()
                    if '"request"' in line] if recording.exists() else []

        wait_for("all copies are recorded", lambda: len(recorded()) == CALLS, DEADLINE_S)
        for request in recorded():
            headers = request["headers"]
            got = (request["path"], request["query"], request["copy"], headers["host"],
                   headers["x-forwarded-for"], headers["x-forwarded-proto"])
            want = ("/v1/track", "nth=1", True, "api.example.com", "203.0.113.7, 127.0.0.1", "http")
            assert got == want, got
        plain = folder / "plain.ndjson"
        plain.write_bytes(b"".join(call(nth) + b"\n" for nth in range(CALLS)))
        copied, direct = judged(binary, recording, folder), judged(binary, plain, folder)
        assert len(copied) == CALLS and copied.keys() == direct.keys()
        different = [name for name in copied if copied[name] != direct[name]]
        assert not different, (different[:3], copied[different[0]], direct[different[0]])

        segscope.kill()
        segscope.wait()
        gone = send(front, range(CALLS, 2 * CALLS))
        assert gone < GONE_S, f"a request took {gone:.3f} s while segscope was gone"
        assert len(Tracking.bodies) == 2 * CALLS, "the real service has every call"
        print(f"{CALLS} copies seen; slowest response {with_copies * 1000:.1f} ms with segscope, "
              f"{gone * 1000:.1f} ms without")
    finally:
        for process in (nginx, segscope):
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
