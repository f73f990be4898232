"""Assert which Segment and RudderStack calls an app sends, and what each vendor would receive."""

from segscope._listener import Calls, Listener, SegscopeError, connect, start

__all__ = ["Calls", "Listener", "SegscopeError", "connect", "start"]
