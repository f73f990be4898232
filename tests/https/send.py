"""Sends a call with Segment's Python SDK as an app does that knows nothing of segscope."""
import segment.analytics as analytics

analytics.write_key = "wk_python"
analytics.on_error = lambda error, items: print("failed")
analytics.max_retries = 0
analytics.track("u", "python sdk", {"total": 1})
analytics.flush()
analytics.shutdown()
print("done")
