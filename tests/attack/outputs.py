"""Outputs of all commands with hostile text in every place: nothing in them is a command to a terminal."""

import json
import re
import tempfile
from pathlib import Path

from common import HOSTILE, ROOT, quoted, run

VENDORS = ("planhat", "custify", "suprsend", "freshsuccess", "customersuccessbox")
REPORTS = ("text", "ndjson", "junit", "sarif", "github", "markdown")
EXPORTS = ("ndjson", "har", "curl", "csv")
# what is typed to `open --plain`, a line each
TYPED = (
    "list", "show 1", "show 1 call", "show 1 request", "show 1 findings", "show 1 planhat", "show 3", "copy 1 call", "copy 1 curl",
    "copy 1 sdk", "copy 1 function", "copy 1 planhat", "copy 1 /event", "findings", "coverage", "coverage library", "coverage version",
    "coverage key", "people", "people users", "people users HOSTILE", "people HOSTILE", "sync", "sync HOSTILE", "filter HOSTILE",
    "search HOSTILE", "note 1 HOSTILE", "mark 1", "compose 1", "compose HOSTILE", "compose {\"event\":\"HOSTILE\"}", "set /HOSTILE HOSTILE",
    "deliver 1 planhat", "deliver 1 HOSTILE", "send 1 to HOSTILE", "vendors HOSTILE", "aside HOSTILE", "export HOSTILE", "status",
    "help HOSTILE", "next missing", "judge", "HOSTILE",
)
# a text of a call that is copied as it is has its own lines
COPIED = b"copy 1 /event\nquit\n"
# keys of a vendor's file that hold text, each set to a hostile one
VENDOR_KEYS = ("title", "document", "prefix", "fed_by", "fidelity", "name", "short", "source", "becomes", "note")
SETTINGS = (
    '"HOSTILE" = 1', '["HOSTILE"]\na = 1', 'theme = "HOSTILE"', 'theme = ["HOSTILE"]', 'columns = ["HOSTILE"]',
    'columns = "HOSTILE"', 'ascii = "HOSTILE"', 'alert = "HOSTILE"', 'alert = ["HOSTILE"]', 'vendors = ["HOSTILE"]',
    'vendors = "HOSTILE"', '[vendors."HOSTILE"]\na = 1', '[vendors.planhat]\n"HOSTILE" = 1',
    '[vendors.planhat]\ntenant_token = ["HOSTILE"]', '[vendors.planhat]\nsubdomain = "HOSTILE"',
    '[vendors.planhat]\nmetrics = ["HOSTILE"]', '[vendors.freshsuccess]\ndatacenter = "HOSTILE"',
    '[colors]\n"HOSTILE" = "red"', '[colours]\nkey = "HOSTILE"', '[deliver]\n"HOSTILE" = "http://127.0.0.1:1"',
    '[deliver]\nplanhat = "HOSTILE"', '[keys."HOSTILE"]\nquit = ["q"]', '[keys.log]\nquit = ["HOSTILE"]',
    '[keys.log]\n"HOSTILE" = ["q"]', 'listen = "HOSTILE"', 'upstream = "https://u:HOSTILE@h.test"', 'broken = "HOSTILE',
    "a = 1\n\u009b\u202e = [", "a = 1 # \u009b\nb", "a = '\u202e'\n[a]",
)
PLANS = (
    '"HOSTILE" = 1', 'event = "HOSTILE"', '[[event]]\n"HOSTILE" = 1', '[[event]]\ntype = "HOSTILE"', '[[event]]\nname = "HOSTILE"',
    '[[event]]\nname = "HOSTILE"\n[[event]]\nname = "HOSTILE"', '[[event]]\nname = "A"\nids = ["HOSTILE"]',
    '[[event]]\ntype = "group"\nname = "HOSTILE"', '[[event]]\nname = "HOSTILE', "[[event]]\n\u009b",
)
ARGUMENTS = (
    "check HOSTILE", "check calls.ndjson --vendor HOSTILE", "check calls.ndjson --setting HOSTILE",
    "check calls.ndjson --setting HOSTILE=1", "check calls.ndjson --setting theme=HOSTILE", "check calls.ndjson --config HOSTILE",
    "check calls.ndjson --vendor-file HOSTILE", "check calls.ndjson --expect HOSTILE", "check calls.ndjson --filter HOSTILE",
    "check calls.ndjson --filter event=HOSTILE", "check calls.ndjson --format HOSTILE", "check calls.ndjson --fail-on HOSTILE",
    "check calls.ndjson --HOSTILE", "check calls.ndjson -HOSTILE", "HOSTILE", "help HOSTILE", "vendors HOSTILE",
    "vendors show HOSTILE", "vendors check HOSTILE", "vendors template HOSTILE", "completions HOSTILE", "config HOSTILE",
    "plan HOSTILE", "plan check HOSTILE calls.ndjson", "plan learn HOSTILE", "send HOSTILE", "send --template HOSTILE",
    "send calls.ndjson --set HOSTILE", "send calls.ndjson --set /HOSTILE/a=1", "send calls.ndjson --to HOSTILE",
    "send calls.ndjson --to http://127.0.0.1:1/HOSTILE", "send calls.ndjson --rate HOSTILE", "export HOSTILE --format har",
    "export calls.ndjson --format HOSTILE", "export calls.ndjson --filter HOSTILE", "deliver calls.ndjson --vendor HOSTILE --dry-run",
    "deliver HOSTILE --vendor planhat --dry-run", "open HOSTILE", "open HOSTILE --plain", "open calls.ndjson --plain --theme HOSTILE",
    "map --vendor-file HOSTILE", "map HOSTILE", "tail --record HOSTILE/none --listen 127.0.0.1:0", "tail --listen HOSTILE",
    "tail --alert HOSTILE", "tail --filter HOSTILE", "listen --theme HOSTILE", "listen --upstream HOSTILE",
    "listen --plain --listen HOSTILE",
)
VARIABLES = (
    "SEGSCOPE_THEME", "SEGSCOPE_VENDORS", "SEGSCOPE_COLUMNS", "SEGSCOPE_ASCII", "SEGSCOPE_ALERT", "SEGSCOPE_LISTEN",
    "SEGSCOPE_VENDORS_PLANHAT_HOST", "SEGSCOPE_VENDORS_PLANHAT_METRICS", "SEGSCOPE_WEBHOOK_SECRET", "SEGSCOPE_HOSTILE",
)
NAMES = (
    ("a zip archive", "v\u009b\u202e\nsegscope: spoofed.zip", "PK\x03\x04"), ("no call", "v\u009b\nsegscope: spoofed.ndjson", '{"HOSTILE":1}\n'),
    ("CSV", "v\u009b\nsegscope: spoofed.csv", "a\u009b,b\n1,2\n"), ("text", "v\u009b\nsegscope: spoofed.txt", "Dear\u009b\n"),
    ("calls", "v\x1b]0;T\x07\u2066\nsegscope: spoofed.json", '{"type":"track","event":"HOSTILE"}\n'),
)


def calls():
    text = quoted()
    yield {
        "type": "track", "event": HOSTILE, "userId": HOSTILE, "messageId": HOSTILE, "writeKey": HOSTILE, "timestamp": HOSTILE,
        "properties": {"accountId": HOSTILE, HOSTILE: HOSTILE, "email": HOSTILE}, "integrations": {HOSTILE: False},
        "context": {"library": {"name": HOSTILE, "version": HOSTILE}, "app": {"version": HOSTILE}},
    }
    yield {"type": "track", "event": "Paid", "userId": "u1", "properties": {"accountId": "a1", text: text}}
    yield {"type": "group", "groupId": HOSTILE, "userId": HOSTILE, "traits": {"name": HOSTILE, "company_id": HOSTILE}}
    yield {"type": "identify", "userId": HOSTILE, "traits": {"email": HOSTILE, "company_id": HOSTILE, HOSTILE: [HOSTILE]}}
    yield {"type": "page", "name": HOSTILE, "anonymousId": HOSTILE, "properties": {"url": HOSTILE}}
    yield {"type": HOSTILE, "userId": [1], "event": 7}


def recorded_lines():
    """A recording whose heads are hostile, and requests without a call among them."""
    head = {"v": 1, "received_at": "2026-11-22T10:00:00.000Z", "query": HOSTILE}
    for number, (path, body) in enumerate((("/v1/track", {"event": HOSTILE}), (f"/{HOSTILE}", {}), ("/v1/batch", {HOSTILE: 1})), 1):
        method = "POST" if path.startswith("/v1/") else HOSTILE
        yield {**head, "request": number, "method": method, "path": path, "headers": {HOSTILE: HOSTILE}, "status": 200, "body": body}
    refused = {"code": HOSTILE, "message": HOSTILE, "kind": HOSTILE}
    yield {**head, "request": 9, "method": "POST", "path": "/v1/track", "headers": {}, "status": 400, "body_text": HOSTILE, "refused": refused}


def cases():
    """Each output: what it is, the files that it needs, the arguments, what is typed, and a variable."""
    for file in ("calls.ndjson", "r.ndjson"):
        for form in REPORTS:
            for more in ([], ["--filter", "missing()"]):
                yield f"check {file} as {form} {more}", {}, ["check", file, "--format", form, *more], None, {}
        for form in EXPORTS:
            for more in ([], ["--with-secrets"]):
                yield f"export {file} as {form} {more}", {}, ["export", file, "--format", form, *more], None, {}
        for vendor in VENDORS:
            yield f"deliver {file} to {vendor}", {}, ["deliver", file, "--vendor", vendor, "--dry-run"], None, {}
        yield f"plan learn {file}", {}, ["plan", "learn", file], None, {}
    for line in TYPED:
        typed = f"{line.replace('HOSTILE', HOSTILE)}\nquit\n".encode()
        yield f"open --plain: {line}", {}, ["open", "calls.ndjson", "--plain"], typed, {}
    lines = "".join(f'{{"vendor":"{v}","call":{json.dumps(call)}}}\n' for v in VENDORS for call in calls())
    for what, typed in (("calls", lines), ("no JSON", HOSTILE), ("an unknown vendor", f'{{"vendor":"{quoted()}","call":{{}}}}\n')):
        yield f"map: {what}", {}, ["map"], typed.encode(), {}
    for text in SETTINGS:
        for args in (["check", "calls.ndjson"], ["config", "show"], ["vendors", "list"]):
            yield f"{args[0]} with {text}", {"segscope.toml": text}, args, None, {}
        for args in (["config", "show", "--config", "own.toml"], ["check", "calls.ndjson", "--config", "own.toml"]):
            yield f"{args[0]} with own {text}", {"own.toml": text}, args, None, {}
    for text in PLANS:
        for args in (["check", "calls.ndjson", "--expect", "plan.toml"], ["plan", "check", "plan.toml", "calls.ndjson"]):
            yield f"{args[0]} with plan {text}", {"plan.toml": text}, args, None, {}
    template = (ROOT / "assets/vendors/examples/userpilot.toml").read_text()
    for key in VENDOR_KEYS:
        text, found = re.subn(rf"(?m)^{key} = .*$", lambda _, key=key: f'{key} = "{quoted()}"', template, count=1)
        text = text if found else f'{key} = "{quoted()}"\n{template}'
        for args in (
            ["vendors", "check", "v.toml"], ["vendors", "show", "userpilot", "--vendor-file", "v.toml"],
            ["check", "calls.ndjson", "--vendor-file", "v.toml"], ["config", "template", "--vendor-file", "v.toml"],
        ):
            yield f"{' '.join(args[:2])} with {key} of a vendor", {"v.toml": text}, args, None, {}
    for line in ARGUMENTS:
        args = [arg.replace("HOSTILE", HOSTILE) for arg in line.split(" ")]
        yield f"segscope {line}", {}, args, None, {}
    for name in VARIABLES:
        yield f"{name}", {}, ["check", "calls.ndjson"], None, {name: HOSTILE}
        yield f"{name} shown", {}, ["config", "show"], None, {name: HOSTILE}
    yield "SEGSCOPE_URL", {}, ["send", "calls.ndjson"], None, {"SEGSCOPE_URL": HOSTILE}
    for what, name, text in NAMES:
        for command in (["check"], ["export"], ["open", "--plain"], ["send", "--to", "http://127.0.0.1:1"]):
            yield f"{command[0]} a file of {what}", {name: text}, [command[0], name, *command[1:]], b"quit\n", {}
        yield f"check a folder with {what}", {f"folder/{name}": text}, ["check", "folder"], None, {}


def attack(home, listener, failures):
    def check(case):
        _, files, args, typed, variables = case
        with tempfile.TemporaryDirectory(dir=home) as folder:
            folder = Path(folder)
            (folder / "calls.ndjson").write_text("".join(json.dumps(call) + "\n" for call in calls()))
            (folder / "r.ndjson").write_text("".join(json.dumps(line) + "\n" for line in recorded_lines()))
            for name, text in files.items():
                file = folder / name
                file.parent.mkdir(exist_ok=True)
                file.write_text(text.replace("HOSTILE", quoted()))
            more = {"typed": typed} if typed is not None else {}
            ended = run(folder, args, **more, **variables)
            wrong = ended.wrong(may_begin_lines=args[-1] == "--with-secrets" or typed == COPIED)
            if wrong is None and ended.code != 0 and not ended.out and not ended.err:
                return f"exit code {ended.code}, and no output at all"
            return wrong or wrong_json(args, ended)

    failures.each(list(cases()), check)


def wrong_json(args, ended):
    """Outputs for programs are JSON, whatever was captured."""
    lines = []
    if "ndjson" in args or args[0] == "map":
        lines = ended.out.splitlines()
    elif "har" in args or "sarif" in args:
        lines = [ended.out] if ended.out else []
    for line in lines:
        try:
            json.loads(line)
        except ValueError as error:
            return f"no JSON: {error}: {line[:200]!r}"
    return None
