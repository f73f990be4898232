"""check.py TAIL FIXES NAME...: the corrected calls came, and without the findings that they correct."""
import collections
import json
import os
import pathlib
import sys

TAIL, FIXES, *NAMES = sys.argv[1:]
ENDINGS = ("-ACCOUNT-MISSING", "-COMPANY-MISSING", "-USER-MISSING", "-COMPANY-ABSENT", "-ACCOUNT-ABSENT",
           "-USER-ABSENT", "-ACCOUNT-AMBIGUOUS", "-SESSION-MISSING", "-ACCOUNT-TYPE", "-USER-TYPE", "-COMPANY-TYPE")
SEGMENT = {"customersuccessbox", "freshsuccess", "planhat", "suprsend"}
PLACES = ("properties", "traits")


def lines(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text(encoding="utf-8").split("\n")[:-1]]


def nth(call):
    inside = [call.get(place) or {} for place in PLACES] + [(call.get("context") or {}).get("traits") or {}]
    return next(value["nth"] for value in inside if "nth" in value)


WORST_FIRST = ["rejected", "dropped", "degraded", "delivered", "ignored"]


def changed(before, after, edits):
    """Values that the corrected call has otherwise, or not at all, though no edit says so."""
    return [key for place in PLACES for key, value in (before.get(place) or {}).items()
            if not any(f"`{place}.{key}`" in edit for edit in edits)
            and json.dumps(value, sort_keys=True) != json.dumps((after.get(place) or {}).get(key), sort_keys=True)]


def worse(before, after, vendors):
    """Vendors that the corrected call reaches worse: not any more, or without an id that was there."""
    through = lambda verdict: WORST_FIRST.index(verdict) >= WORST_FIRST.index("degraded")
    return [vendor for vendor in vendors for was, now in [(before["vendors"][vendor], after["vendors"][vendor])]
            if (through(was["verdict"]) and not through(now["verdict"]))
            or any(was[name] and not now[name] for name in ("account_id", "user_id"))]


def ids(record, vendors):
    """Findings about ids that an edit should take away."""
    return sorted({f["code"] for f in record["findings"] if f["vendor"] in vendors and f["severity"] != "info"
                   and (f["code"].endswith(ENDINGS) or f["code"] == "ID-PLACEHOLDER")})


def main():
    records = collections.defaultdict(dict)
    for record in lines(TAIL):
        records[record["write_key"]][nth(record["call"])] = record
    broken = collections.defaultdict(dict)
    for fix in lines(FIXES):
        broken[fix["write_key"]][nth(fix["call"])] = fix
    count = len(json.loads(pathlib.Path(os.environ["CALLS"]).read_text(encoding="utf-8")))
    failed = 0
    for name in NAMES:
        vendors = {"custify"} if name.startswith("rudder") else SEGMENT
        wrong = []
        before, after = records[f"wk_{name}_broken"], records[f"wk_{name}_fixed"]
        mended = records[f"wk_{name}_functions"]
        for at in range(count):
            fix = broken[f"wk_{name}_broken"].get(at)
            if at not in before or fix is None:
                wrong.append(f"call {at} never came")
                continue
            if at not in after:
                wrong.append(f"the corrected call {at} never came")
                continue
            if left := ids(after[at], vendors):
                wrong.append(f"call {at} still has {left} after {fix['edits']}")
            if lost := worse(before[at], after[at], vendors):
                wrong.append(f"call {at} is worse at {lost} after {fix['edits']}")
            if other := changed(before[at]["call"], after[at]["call"], fix["edits"]):
                wrong.append(f"call {at} has other values for {other}")
            if ids(before[at], vendors) and not fix["edits"]:
                wrong.append(f"call {at} has {ids(before[at], vendors)} and no edit")
            # "set": to a stand-in, or to what the user was seen with, which a function cannot know
            only_moves = fix["edits"] and not any(edit.endswith(" set") for edit in fix["edits"])
            if name.endswith("python"):
                continue
            if (fix["transformation"] is not None) != (at in mended):
                wrong.append(f"the function of call {at} gave nothing")
            elif only_moves and (left := ids(mended[at], vendors)):
                wrong.append(f"call {at} still has {left} after the function")
        if not any(ids(record, vendors) for record in before.values()):
            wrong.append("no broken call had a finding")
        failed += bool(wrong)
        print(f"FAILED {name}: " + "; ".join(wrong) if wrong else f"ok {name} {count} calls")
    print(f"{len(NAMES) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
