"""What the scripts that start programs need: a free port, and waiting with a deadline."""

import socket
import sys
import time


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_for(what, is_so, deadline_s):
    """Waits until it is so; ends the script if it is not so in time."""
    end = time.monotonic() + deadline_s
    while not is_so():
        if time.monotonic() > end:
            sys.exit(f"waited in vain: {what}")
        time.sleep(0.01)
