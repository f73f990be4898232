"""Connections that are silent, slow, broken or never read: while they are open, others are answered."""

import socket
import struct
import time

BODY = b'{"userId":"u","event":"E"}'
HEAD = b"POST /v1/track HTTP/1.1\r\nHost: x\r\n"
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
# what another client may wait beside any of these
MAX_WAIT = 5
# a head may take so long, by the program's own limit; the rest is for a busy machine
HEAD_SECONDS = 10
MAX_HEAD_SECONDS = 20


def many(listener, count, data=b""):
    """So many connections, each with the same first bytes."""
    opened = [listener.connect() for _ in range(count)]
    for connection in opened:
        try:
            connection.sendall(data)
        except OSError:
            # it may be refused before all of it is sent
            pass
    return opened


def close(opened, reset=False):
    for connection in opened:
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


def fill(connection, data):
    """Sends until nothing more is taken, and reads nothing."""
    connection.settimeout(0.3)
    try:
        for _ in range(10):
            connection.sendall(data)
    except OSError:
        pass


def attack(home, listener, failures):
    def others_are_answered(what):
        began = time.monotonic()
        good = listener.post("/v1/track", BODY) == 200 and listener.answers()
        took = time.monotonic() - began
        failures.check(good and took < MAX_WAIT, f"{what}: another client: {good} after {took:.1f} s")

    began = time.monotonic()
    slow_heads = many(listener, 200, HEAD)
    others_are_answered("200 heads that do not end")

    kinds = (
        ("600 silent connections", 600, b""),
        ("200 bodies that do not end", 200, HEAD + b"Content-Length: 30000\r\n\r\n{"),
        ("100 chunked bodies that do not end", 100, HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"),
        ("100 heads of 60 KB", 100, HEAD + b"X: " + b"y" * 60_000),
        ("100 TLS hellos", 100, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
        ("100 clients that wait to be told to go on", 100, HEAD + b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n"),
        ("50 waits for a call that does not come", 50,
         b"GET /_segscope/wait?filter=event%3D%22no%22&timeout_ms=60000 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
    )
    for what, count, data in kinds:
        opened = many(listener, count, data)
        others_are_answered(what)
        close(opened, reset=count % 200 == 0)
    for what, data in (
        ("300 bodies that are broken off", HEAD + b"Content-Length: 3000\r\n\r\n{"), ("300 heads that are broken off", HEAD),
        ("300 connections that are reset", b""), ("300 requests whose answers are not read", WHOLE),
    ):
        close(many(listener, 300, data), reset=True)
        others_are_answered(what)

    unread = many(listener, 4)
    for connection, path in zip(unread, (b"calls?limit=1000", b"health", b"summary", b"openapi.json")):
        fill(connection, b"GET /_segscope/%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % path * 50)
    others_are_answered("clients that never read")
    close(unread)

    drips = many(listener, 20, HEAD)
    for byte in b"Content-Length: 30\r\n":
        for connection in drips:
            try:
                connection.send(bytes([byte]))
            except OSError:
                pass
        time.sleep(0.02)
    others_are_answered("20 heads that come byte by byte")
    close(drips)

    half = many(listener, 50, WHOLE)
    for connection in half:
        connection.shutdown(socket.SHUT_WR)
    others_are_answered("50 clients that close their half")
    close(half)

    # those of the beginning are told why they are closed
    told = 0
    for connection in slow_heads:
        connection.settimeout(max(0.1, MAX_HEAD_SECONDS - (time.monotonic() - began)))
        try:
            told += connection.recv(100).startswith(b"HTTP/1.1 408 ")
        except OSError:
            pass
    failures.check(told == len(slow_heads), f"{told} of {len(slow_heads)} slow heads got 408")
    took = time.monotonic() - began
    failures.check(took >= HEAD_SECONDS, f"slow heads were closed after {took:.1f} s")
    close(slow_heads)
