"""generate.py CALLS COUNT: prints the calls of a file, and as many generated ones; the same in each run."""
import json
import pathlib
import random
import sys

dice = random.Random(11)
IDS = ["a1", "u1", 42, None, "", "undefined"]
VALUES = ["12", 12, "true", "m@corp.example", ["x", 1], {"id": "c1"}, "Ada", None]
NAMES = ["account_id", "accountId", "company_id", "companyId", "user_id", "userId", "groupId", "organization_id",
         "email", "name", "firstName", "first_name", "seats", "total", "employees", "is_churned", "sessionCount",
         "module", "plan", "weight"]


def call():
    kind = dice.choice(["track", "identify", "group"])
    place = "properties" if kind == "track" else "traits"
    names = dice.sample(NAMES, dice.randrange(6))
    made = {"type": kind, place: {name: dice.choice(IDS if name.lower().endswith("id") else VALUES) for name in names}}
    if kind == "track":
        made["event"] = "Generated"
    if kind == "group":
        made["groupId"] = "g1"
    # the SDKs want one of the two, as a text
    who = dice.randrange(3)
    if who != 1:
        made["userId"] = "u1"
    if who != 0:
        made["anonymousId"] = "s1"
    if dice.randrange(3) == 0:
        made["context"] = {"groupId": "g9"}
    if dice.randrange(3) == 0:
        made["integrations"] = {"All": True, "Mixpanel": False}
    return made


calls = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
calls.extend(call() for _ in range(int(sys.argv[2])))
print(json.dumps(calls, ensure_ascii=False))
