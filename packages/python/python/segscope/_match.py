"""Compares calls with what a test expects of them."""

from __future__ import annotations

import json
import re
from typing import Any, Iterable, NamedTuple

# the members of an expectation that are compared with the call record, not with the call
OF_RECORD = ("account_id", "user_id", "missing", "name", "type")
MAX_SHOWN = 200


class Place(NamedTuple):
    """A place in a call, and whether it is as expected."""

    path: str
    expected: Any
    received: Any
    same: bool


def visible(text: str) -> str:
    """Escapes what a terminal may act on: control characters other than line ends, and those of direction."""
    hostile = r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
    return re.sub(hostile, lambda found: f"\\u{ord(found[0]):04x}", text)


def shown(value: Any) -> str:
    """Writes a value for a message."""
    if isinstance(value, re.Pattern):
        return f"/{value.pattern}/"
    if callable(value):
        return f"{getattr(value, '__name__', 'a value that passes')}()"
    text = json.dumps(value, ensure_ascii=True, default=shown)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def _compare(expected: Any, received: Any, path: str, out: list[Place]) -> None:
    """Collects how a value differs from what is expected: dicts may have further members."""
    if isinstance(expected, re.Pattern):
        same = isinstance(received, str) and expected.search(received) is not None
    elif callable(expected):
        same = bool(expected(received))
    elif isinstance(expected, dict) and isinstance(received, dict):
        for key, value in expected.items():
            _compare(value, received.get(key), f"{path}.{key}" if path else key, out)
        return
    elif isinstance(expected, list) and isinstance(received, list) and len(expected) == len(received):
        for at, (one, other) in enumerate(zip(expected, received)):
            _compare(one, other, f"{path}.{at}", out)
        if expected:
            return
        same = True
    else:
        # True is no 1 in JSON
        same = expected == received and isinstance(expected, bool) == isinstance(received, bool)
    out.append(Place(path, expected, received, same))


def places(expected: dict[str, Any], record: dict[str, Any]) -> list[Place]:
    """Returns the places of a call record that an expectation names."""
    out: list[Place] = []
    for key, value in expected.items():
        if key != "filter":
            source = record if key in OF_RECORD else record["call"]
            _compare(value, source.get(key), key, out)
    return out


def matches(expected: dict[str, Any], record: dict[str, Any]) -> bool:
    """Returns whether a call record is as expected."""
    return all(place.same for place in places(expected, record))


def _is_similar(one: Any, other: Any) -> bool:
    """Returns whether names are alike but for case, blanks and signs, or a few letters."""
    x, y = (re.sub(r"[^a-z0-9]", "", str(name).lower()) for name in (one, other))
    if x == y:
        return True
    if abs(len(x) - len(y)) > 3 or len(x) < 4:
        return False
    letters, common = list(y), 0
    for letter in x:
        if letter in letters:
            letters.remove(letter)
            common += 1
    return common >= max(len(x), len(y)) - 3


def nearest(
    expected: dict[str, Any], records: Iterable[dict[str, Any]]
) -> tuple[dict[str, Any], list[Place]] | None:
    """Returns the call record that is most like an expectation, and where it differs."""
    best, best_score = None, 0
    for record in records:
        all_places = places(expected, record)
        wrong = [place for place in all_places if not place.same]
        event = next((place for place in wrong if place.path == "event"), None)
        named = 3 if event is None else 2 if _is_similar(event.expected, event.received) else 0
        score = named * 100 + (len(all_places) - len(wrong)) * 10 - len(wrong)
        if best is None or score > best_score:
            best, best_score = (record, wrong), score
    return best


def title(expected: dict[str, Any]) -> str:
    """Describes an expectation in a few words."""
    rest = {key: value for key, value in expected.items() if key not in ("type", "event", "filter")}
    parts = [expected.get("type"), expected.get("filter")]
    if "event" in expected:
        parts.insert(1, shown(expected["event"]))
    if rest:
        parts.append(", ".join(f"{key} {shown(value)}" for key, value in rest.items()))
    return " ".join(part for part in parts if part) or "any call"


def call_title(record: dict[str, Any]) -> str:
    """Describes a call record on one line."""
    name = "" if record["name"] is None else f" {shown(record['name'])}"
    ids = ", ".join(f"{key} {shown(record[key])}" for key in ("account_id", "user_id"))
    return f"call {record['seq']}: {record['type'] or 'no type'}{name} ({ids})"


def fix_lines(record: dict[str, Any]) -> list[str]:
    """Returns the lines that say what is wrong with a call and how to fix it."""
    lines = []
    if record["missing"]:
        lines.append(f"missing: {', '.join(record['missing'])}")
    errors = [finding for finding in record["findings"] if finding["severity"] == "error"]
    for finding in errors[:5]:
        lines.append(f"{finding['code']}: {finding['message']}")
        if finding["fix"]:
            lines.append(f"  fix: {finding['fix']}")
    if record.get("fix_snippet"):
        lines.append(f"corrected call ({record['fix_language']}):")
        lines.extend(f"  {line}" for line in record["fix_snippet"].splitlines())
    return lines
