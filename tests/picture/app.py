"""A small app that the animation of the README runs: it names the account as no vendor reads it."""

import os
import segment.analytics as analytics

analytics.write_key = "wk_demo"
analytics.host = os.environ["SEGMENT_HOST"]
analytics.track("usr_7", "Project Created", {"accountId": "acct_42", "seats": 3})
analytics.flush()
