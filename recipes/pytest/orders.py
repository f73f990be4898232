"""Tracks orders with Segment."""

from segment.analytics import Client


class Orders:
    def __init__(self, write_key, host):
        self.client = Client(write_key, host=host, sync_mode=True)

    def receive(self, user, account, total):
        self.client.track(user, "Order Received", {"company_id": account, "total": total})
