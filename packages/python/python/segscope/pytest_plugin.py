"""Fixtures for pytest: one listener per session, and the calls of each test by themselves."""

from __future__ import annotations

import json
import uuid
from typing import Any, Iterator

import pytest

from segscope._listener import Listener, TestCalls, start

# the most calls that are added to the report of a failed test
MAX_REPORTED = 100
_CALLS = pytest.StashKey[TestCalls]()


@pytest.fixture(scope="session")
def segscope_options() -> dict[str, Any]:
    """The arguments of `segscope.start`; override it to choose vendors."""
    return {}


@pytest.fixture(scope="session")
def segscope_listener(segscope_options: dict[str, Any]) -> Iterator[Listener]:
    """The listener of all tests of a session."""
    with start(**segscope_options) as listener:
        yield listener


@pytest.fixture
def segscope(segscope_listener: Listener, request: pytest.FixtureRequest) -> TestCalls:
    """The calls of this test."""
    calls = segscope_listener.test(f"{request.node.name[:60]}-{uuid.uuid4().hex[:8]}")
    request.node.stash[_CALLS] = calls
    return calls


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Adds the calls of a failed test to its report."""
    report = yield
    calls = item.stash.get(_CALLS, None)
    if report.when == "call" and report.failed and calls is not None:
        records = [json.dumps(record) for record in calls.calls()[:MAX_REPORTED]]
        report.sections.append(("calls that segscope received", "\n".join(records) or "none"))
    return report
