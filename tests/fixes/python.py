"""python.py WHAT NAME BASE FIXES: makes the broken calls, or runs the corrected ones."""
import importlib
import json
import os
import pathlib
import sys

WHAT, NAME, BASE, FIXES = sys.argv[1:5]
MODULES = {"segment-python": "segment.analytics.client", "rudder-python": "rudderstack.analytics.client"}
ERRORS = []
client = importlib.import_module(MODULES[NAME]).Client(
    f"wk_{NAME}_{WHAT}", host=BASE, on_error=lambda error, _: ERRORS.append(error)
)
ARGS = {"userId": "user_id", "anonymousId": "anonymous_id", "groupId": "group_id"}

if WHAT == "broken":
    calls = json.loads(pathlib.Path(os.environ["CALLS"]).read_text(encoding="utf-8"))
    for nth, call in enumerate(calls):
        kind = call.pop("type")
        call["properties" if kind == "track" else "traits"]["nth"] = nth
        getattr(client, kind)(**{ARGS.get(name, name): value for name, value in call.items()})
else:
    for line in pathlib.Path(FIXES).read_text(encoding="utf-8").split("\n")[:-1]:
        fix = json.loads(line)
        if fix["write_key"] == f"wk_{NAME}_broken":
            exec(compile(fix["snippet"]["code"], "<snippet>", "exec"), {"analytics": client, "rudder_analytics": client})
client.shutdown()
sys.exit(f"{NAME}: {ERRORS[0]}" if ERRORS else 0)
