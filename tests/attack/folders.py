"""Folders as they may be cloned: whatever is in them, a command in them ends, runs nothing, asks nobody."""

import os
import socket
import tempfile
import threading
from pathlib import Path

from common import quoted, run

CALL = '{"type":"track","event":"E","userId":"u","properties":{"account_id":"a"}}\n'
MIB = 1 << 20


def special():
    """What may stand where a settings file is expected."""
    def link(to):
        return lambda at: at.symlink_to(to)

    def linked_fifo(at):
        os.mkfifo(at.with_suffix(".fifo"))
        at.symlink_to(at.with_suffix(".fifo"))

    def bind(at):
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(at))

    def sparse(at):
        with at.open("wb") as file:
            file.truncate(10 << 30)

    yield from {
        "/dev/zero": link("/dev/zero"), "/dev/stdin": link("/dev/stdin"), "/dev/tty": link("/dev/tty"),
        "/dev/full": link("/dev/full"), "/dev/urandom": link("/dev/urandom"), "/proc/self/mem": link("/proc/self/mem"),
        "/proc/kmsg": link("/proc/kmsg"), "FIFO": os.mkfifo, "link to a FIFO": linked_fifo,
        "folder": Path.mkdir, "socket": bind, "sparse": sparse, "2 MiB": lambda at: at.write_bytes(b"#" * 2 * MIB),
        "Latin-1": lambda at: at.write_bytes(b"#\n# \xe9\n"), "UTF-16": lambda at: at.write_bytes("a = 1".encode("utf-16")),
        "zeros": lambda at: at.write_bytes(bytes(999)),
    }.items()


def texts(canary, port):
    """Settings of a project by name, and whether they must be refused."""
    address = f"http://127.0.0.1:{port}"
    # what only the user's own file may set
    for text in (
        'listen = "0.0.0.0:0"', "allow_remote = true", 'token_file = "t"', f'record = "{canary}"', f'upstream = "{address}"',
        f'alert_with = "touch {canary}"\nalert = "missing()"', 'forward = "http://127.0.0.1:9"', 'webhook_secret = "s"', 'webhook_secret_file = "t"',
        f'deliver.planhat = "{address}"', f'[deliver]\nplanhat = "{address}"', '[keys.log]\nquit = ["x"]',
        'keys.log.quit = ["x"]', '"alert_with" = "x"', '"\\u0061lert_with" = "x"', f'deliver = {{ planhat = "{address}" }}',
        '[vendors.planhat]\ntenant_token_file = "t"', 'vendors.planhat.api_token_file = "/etc/passwd"',
        'vendors = { planhat = { "tenant_token_file" = "-" } }',
    ):
        yield f"own: {text}", text, True
    for key in ("theme", "columns", "ascii", "alert", "nothing", "vendors"):
        yield f"escape codes in {key}", f'{key} = "{quoted()}"', True
    for text in (
        f'"{quoted()}" = 1', f'["{quoted()}"]\na = 1', f'vendors = ["{quoted()}"]', f'[vendors.planhat]\n"{quoted()}" = 1',
        f'[vendors."{quoted()}"]\na = 1', f'[colors]\nkey = "{quoted()}"', "a = 1\n\u009b\u202e = [",
    ):
        yield f"escape codes: {text[:20]!r}", text, True
    many = {
        "tables": "".join(f"[a{n}]\n" for n in range(90_000)), "keys": "".join(f"a{n}=1\n" for n in range(90_000)),
        "colors": "[colors]\n" + "".join(f'a{n}=""\n' for n in range(80_000)), "brackets": "a = " + "[" * (MIB - 99),
        "dots": "a" + ".a" * (MIB // 2 - 99) + " = 1", "a theme": f'theme = "{"x" * (MIB - 99)}"',
        "a filter": f"alert = '{'!' * (MIB - 99)}'", "vendors": "".join(f"[vendors.a{n}]\n" for n in range(50_000)),
    }
    for name, text in many.items():
        yield f"many: {name}", text, True
    for theme in ("../../../etc/passwd", "/etc/passwd", "..", "a/b", ""):
        yield f"theme {theme}", f'theme = "{theme}"', True
    yield "no recording", "no_record = true", False
    yield "a table for the look", '[colors]\nkey = "red"\n', False


def attack(home, listener, failures):
    canary = home / "canary"
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        def accept():
            while True:
                try:
                    server.accept()[0].close()
                    asked.append(True)
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        check_folders(home, failures, canary, server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
    failures.check(not canary.exists(), "a folder's settings wrote a file outside of it")
    failures.check(not asked, "a folder's settings had an address asked")


def check_folders(home, failures, canary, port):
    def check(case):
        name, make, refused = case
        with tempfile.TemporaryDirectory(dir=home) as folder:
            folder = Path(folder)
            (folder / "calls.ndjson").write_text(CALL)
            (folder / "t").write_text("secret\n")
            make(folder / "segscope.toml")
            # a standard input that never says anything
            silent, write = os.pipe()
            ended = run(folder, ["check", "calls.ndjson"], stdin=silent)
            os.close(silent)
            os.close(write)
            wrong = ended.wrong(codes=(0, 1, 2))
            if wrong is None and refused and ended.code != 2:
                return f"exit code {ended.code}, not refused: {ended.err[:200]!r}"
            if wrong is None and refused and b"segscope.toml" not in ended.err:
                return f"the file is not named: {ended.err[:200]!r}"
            return wrong

    cases = [(f"link or file: {name}", make, True) for name, make in special()]
    for name, text, refused in texts(canary, port):
        cases.append((name[:60], lambda path, text=text: path.write_text(text), refused))
    # what leads nowhere is no file
    for name, to in (("itself", "segscope.toml"), ("nothing", "nowhere")):
        cases.append((f"link to {name}", lambda path, to=to: path.symlink_to(to), False))
    failures.each(cases, check)
