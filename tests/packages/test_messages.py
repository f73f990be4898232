"""The pytest plugin and the module `segscope`, as they are installed."""

import json
import re
import urllib.request

import pytest
import segscope as module

pytest_plugins = ["pytester"]


@pytest.fixture(scope="session")
def segscope_options():
    return {"vendor": "planhat"}


def send(calls, event, properties, header=False):
    call = {"event": event, "userId": "u1", "properties": properties, "writeKey": "w" if header else calls.write_key}
    headers = calls.headers if header else {}
    request = urllib.request.Request(f"{calls.url}/v1/track", data=json.dumps(call).encode(), headers=headers)
    with urllib.request.urlopen(request) as response:
        assert response.status == 200


def message(expectation, **arguments):
    with pytest.raises(module.SegscopeError) as error:
        expectation(**arguments)
    return str(error.value)


def test_waits_for_a_call_that_is_as_expected(segscope):
    send(segscope, "Order", {"company_id": "a", "total": 41})
    send(segscope, "Order", {"company_id": "a", "total": 42, "id": "o-2"}, header=True)
    (call,) = segscope.wait_for(event="Order", properties={"total": lambda n: n > 41, "id": re.compile("^o-")}, missing=[])
    assert call["call"]["properties"]["id"] == "o-2"
    assert len(segscope.wait_for(event="Order", count=2)) == 2
    assert segscope.last() >= call["seq"]
    assert segscope.reset() == 2
    assert segscope.calls() == []


def test_names_the_nearest_call_the_difference_the_id_and_the_fix(segscope):
    send(segscope, "Other", {})
    send(segscope, "Order Recieved\x1b[31m\x9b", {"accountId": "a1", "total": 41})
    text = message(segscope.wait_for, event="Order Received", properties={"total": 42}, timeout_ms=50)
    for part in (
        'expected a call: "Order Received" properties {"total": 42}',
        "the nearest of 2 calls is call",
        "properties.total: expected 42, received 41",
        "missing: account_id",
        "fix: send the value of `properties.accountId` as",
    ):
        assert part in text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert "does not match the filter" in message(segscope.wait_for, filter="properties.total > 50", timeout_ms=50)
    assert "but this one was sent: call" in message(segscope.expect_none, type="track", quiet_ms=50)
    segscope.expect_none(event="Order", properties={"total": 1}, quiet_ms=50)


def test_mistakes_are_explained(segscope):
    assert "filter: 1:" in message(segscope.wait_for, filter="event = = 1")
    assert "nosuch" in message(module.start, vendor="nosuch")
    assert "no listener answers" in message(module.connect("http://127.0.0.1:9").calls)
    assert segscope.judge({"type": "track", "event": "E", "userId": "u", "properties": {}})["missing"] == ["account_id"]


def test_the_report_of_a_failed_test_has_its_calls(pytester):
    pytester.makepyfile(
        """
        import json, urllib.request
        def test_a(segscope):
            body = json.dumps({"event": "Seen", "userId": "u", "writeKey": segscope.write_key}).encode()
            urllib.request.urlopen(f"{segscope.url}/v1/track", data=body)
            segscope.wait_for(event="Other", timeout_ms=50)
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*calls that segscope received*", '*"name": "Seen"*'])
