"""Checks https with the clients of other languages. Usage: check.py BINARY"""
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import tempfile
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


def main():
    [binary] = sys.argv[1:]
    tls(binary)


main()
