"""What the attacks share: a running listener, commands with bounds, and what output may hold."""

import json
import os
import re
import resource
import signal
import socket
import subprocess
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# absolute, for each command runs in a folder of its own; the scripts at the end take it from there, too
PROGRAM = str(Path(os.environ.get("SEGSCOPE_BIN", ROOT / "target/debug/segscope")).resolve())
os.environ["SEGSCOPE_BIN"] = PROGRAM
# an unoptimized build on a busy machine
MAX_SECONDS = 10
MAX_MEMORY = 4 << 30

# sets the title, writes the clipboard, a C1 control, bidi controls, DEL, and a line that looks like ours
HOSTILE = "\x1b]0;T\x07\x1b]52;c;UFdORA==\x07\u009b31m\u202e\u2066\u061c\u200f\x7f\ufeff\x08\r\t\nsegscope: spoofed"
# characters that a terminal may act on, or that change the order or look of others
NEVER = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def quoted(text=HOSTILE):
    """A text as it stands between the quotes of TOML or JSON."""
    return "".join(c if " " <= c <= "~" and c not in '"\\' else f"\\u{ord(c):04x}" for c in text)


def environment(home, **more):
    return {"HOME": str(home), "PATH": os.environ["PATH"], "TERM": "xterm-256color", **more}


class Failures(list):
    """What failed in an area, and how much was tried."""

    tried = 0

    def check(self, is_good, what):
        self.tried += 1
        if not is_good:
            self.append(what)

    def each(self, cases, work, workers=os.cpu_count() or 2):
        """Runs `work` on each case; what it returns is wrong with it, none if nothing is."""
        with ThreadPoolExecutor(workers) as pool:
            for case, wrong in zip(cases, pool.map(work, cases)):
                self.check(wrong is None, f"{case if isinstance(case, str) else case[0]}: {wrong}")


class Ended:
    """How a command ended. `code` is none where it did not."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def wrong(self, codes=(0, 1, 2, 3), may_begin_lines=False):
        """What no command may do, whatever it is given. Texts that are taken over whole may begin lines."""
        if self.code is None:
            return f"did not end within {MAX_SECONDS} s"
        if self.code not in codes:
            return f"exit code {self.code}: {self.err[:300]!r}"
        for name, output in (("stdout", self.out), ("stderr", self.err)):
            try:
                text = output.decode()
            except UnicodeDecodeError as error:
                return f"{name}: {error}"
            found = NEVER.search(text)
            if found:
                return f"{name}: {found[0]!r} in {text[max(0, found.start() - 60):found.end() + 20]!r}"
            if not may_begin_lines and re.search("^segscope: spoofed", text, re.M):
                return f"{name}: a text begins a line of its own: {text[:300]!r}"
            if "panicked at" in text:
                return f"{name}: {text[:300]!r}"
        return None


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def run(home, args, stdin=subprocess.DEVNULL, typed=None, **variables):
    """Runs a command in a folder that is its home, too."""
    running = subprocess.Popen(
        [PROGRAM, *args], cwd=home, env=environment(home, **variables), preexec_fn=limit_memory,
        stdin=subprocess.PIPE if typed is not None else stdin,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    try:
        out, err = running.communicate(typed, timeout=MAX_SECONDS)
        return Ended(running.returncode, out, err)
    except subprocess.TimeoutExpired:
        running.kill()
        return Ended(None, *running.communicate())


class Listener:
    """A segscope that listens on a free port of this machine until it is ended."""

    def __init__(self, home, *args):
        command = [PROGRAM, "tail", "--listen", "127.0.0.1:0", "--format", "quiet", *args]
        self.running = subprocess.Popen(
            command, cwd=home, env=environment(home), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        self.said = []
        for line in self.running.stderr:
            self.said.append(line)
            found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = int(found[1])
                threading.Thread(target=self._drain, daemon=True).start()
                return
        raise SystemExit(f"segscope did not start: {''.join(self.said)}")

    def _drain(self):
        self.said.extend(self.running.stderr)

    def connect(self, timeout=MAX_SECONDS):
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def get(self, path):
        address = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(address, timeout=MAX_SECONDS) as answer:
            return json.load(answer)

    def post(self, path, body, **headers):
        """Posts a body; returns the status."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=MAX_SECONDS) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def answers(self):
        """Whether it still does."""
        try:
            return self.get("/_segscope/health") is not None
        except OSError:
            return False

    def end(self):
        """Asks it to end; returns its exit code, none if it had to be killed."""
        self.running.send_signal(signal.SIGTERM)
        try:
            return self.running.wait(MAX_SECONDS)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()
            return None
