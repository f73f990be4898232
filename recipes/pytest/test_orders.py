import pytest
from orders import Orders


@pytest.fixture(scope="session")
def segscope_options():
    return {"vendor": "planhat"}


def test_an_order_is_tracked_with_its_account(segscope):
    Orders(segscope.write_key, segscope.url).receive("u1", "acct_42", 42)
    segscope.wait_for(event="Order Received", userId="u1", properties={"total": 42}, missing=[])


def test_nothing_is_tracked_without_an_order(segscope):
    segscope.expect_none(event="Order Received", quiet_ms=100)
