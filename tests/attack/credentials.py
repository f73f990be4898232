"""Credentials that are sent: none is recorded, shown or exported, and vendors' keys are not shown."""

import base64
import re
import subprocess

from common import PROGRAM, ROOT, Listener, environment, run

SECRET = "s3cret"
CALL = b'{"userId":"u","event":"E","properties":{"account_id":"a"}}'
KEY = "Basic d2tfdGVzdDo="


def table(name):
    """A table of tests/program/commands/secrets.rs, which the tests of the crate use, too."""
    source = (ROOT / "tests/program/commands/secrets.rs").read_text()
    return re.search(rf"const {name}: .*?= \[(.*?)\n\];", source, re.S)[1]


def basic(text):
    return "Basic " + base64.b64encode(text.encode()).decode()


def holds_secret(text):
    coded = [base64.b64encode(f"{user}:{SECRET}".encode()).decode() for user in ("user", "wk_test")]
    return next((line[:300] for line in text.splitlines() if any(s in line for s in (SECRET, *coded))), None)


def attack(home, listener, failures):
    # a text of the table may have quotes of its own
    text = r'"((?:[^"\\]|\\.)*)"'
    headers = re.findall(rf"\({text}, {text}\)", table("HEADERS"))
    headers = [(name, value.replace('\\"', '"').replace("Basic @", basic(f"user:{SECRET}"))) for name, value in headers]
    queries = re.findall(text, table("QUERIES"))
    failures.check(len(headers) >= 40 and len(queries) >= 12, "the tables of tests/program/commands/secrets.rs are found")
    sender = Listener(home, "--record", "secrets.ndjson")
    for name, value in headers:
        status = sender.post("/v1/track", CALL, **{"authorization": KEY, name: value})
        failures.check(status == 200, f"{name} is sent: {status}")
    for query in queries:
        # one of a call, and one to a wrong place
        for path, wanted in (("/v1/track", 200), ("/v2/track", 404)):
            status = sender.post(f"{path}?{query}", CALL, authorization=KEY)
            failures.check(status == wanted, f"{path}?{query} is sent: {status}")
    for value in (basic(f"wk_test:{SECRET}"), f"Bearer {SECRET}", SECRET, f'Digest response="{SECRET}"'):
        failures.check(sender.post("/v1/track", CALL, authorization=value) == 200, f"{value} is sent")
    with sender.connect() as raw:
        raw.sendall(f"POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization : Bearer {SECRET}\r\n\r\n".encode())
        raw.recv(100)
    shown = {"/_segscope/calls": str(sender.get("/_segscope/calls?limit=1000"))}
    shown["/_segscope/summary"] = str(sender.get("/_segscope/summary"))
    failures.check(sender.end() == 0, "the sender's listener ends")
    shown["stderr"] = "".join(sender.said)
    shown["the recording"] = (home / "secrets.ndjson").read_text()
    failures.check("sha256:" in shown["the recording"], "the recording has hashes")
    for form in ("ndjson", "har", "curl", "csv"):
        for more in ([], ["--with-secrets"]):
            args = ["export", "secrets.ndjson", "--format", form, *more]
            shown[" ".join(args)] = run(home, args).out.decode()
    typed = "".join(f"show {call} request\n" for call in range(1, 70)).encode()
    shown["open --plain"] = run(home, ["open", "secrets.ndjson", "--plain"], typed=typed).out.decode()
    for form in ("text", "ndjson", "github", "markdown", "junit", "sarif"):
        args = ["check", "secrets.ndjson", "--format", form]
        shown[" ".join(args)] = run(home, args).out.decode()
    for where, output in shown.items():
        found = holds_secret(output)
        failures.check(found is None, f"{where}: {found}")
    keys(home, failures)


def keys(home, failures):
    """Keys of vendors and other secrets of the user's own settings."""
    template = subprocess.run(
        [PROGRAM, "config", "template"], cwd=home, env=environment(home), capture_output=True, text=True
    ).stdout
    names, section = ["webhook_secret"], ""
    for line in template.splitlines():
        section = line.strip("[]") if line.startswith("[") else section
        if line.startswith("#") and "_file = " in line and section:
            names.append(f"{section}.{line[1:].split('_file')[0]}")
    failures.check(len(names) > 6, f"keys of vendors are found: {names}")
    for name in names:
        setting = ["--setting", f"{name}={SECRET}"]
        for args in (["config", "show", *setting], ["config", "show", "--setting", f'{name}=["{SECRET}"]']):
            ended = run(home, args)
            found = holds_secret((ended.out + ended.err).decode())
            failures.check(found is None and ended.code in (0, 2), f"{name}: {ended.code}: {found}")
    for setting in ("upstream", "deliver.planhat"):
        ended = run(home, ["config", "show", "--setting", f"{setting}=http://user:{SECRET}@127.0.0.1:1"])
        found = holds_secret((ended.out + ended.err).decode())
        failures.check(found is None, f"{setting}: {found}")
