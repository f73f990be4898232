"""The forms of requests that are sent: (name, bytes, calls that must come of it or none where any may)."""

import gzip
import json
import re
import zlib


def requests():
    seen = set()
    for kind in (
        lengths, codings, coding_names, chunks, trailers, heads, versions, pipelines, upgrades, targets,
        methods, expectations, other_protocols, encodings, content_types, charsets, numbers, nesting, shapes,
    ):
        for index, (what, make, expected) in enumerate(kind()):
            # the name of the case is the event of its calls
            name = re.sub(r"[^!-~]+", " ", f"{kind.__name__} {index} {what}")[:60].strip()
            assert name not in seen
            seen.add(name)
            yield name, make(call(name)), expected


def call(name, **more):
    return json.dumps({"userId": "u", "event": name, **more}).encode()


SMUGGLED = b'{"userId":"u","event":"smuggled"}'
INNER = b"POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(SMUGGLED), SMUGGLED)


def post(body, *lines, line=b"POST /v1/track HTTP/1.1", host=b"Host: x", length=True):
    """A request as it should be, but for the given lines."""
    own = [host] if host is not None else []
    own += [b"Content-Length: %d" % len(body)] if length else []
    return b"\r\n".join([line, *own, *lines, b"", body])


def chunked(body):
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


def lengths():
    for text in (
        "%d", " %d", "%d ", "\t%d", "0%d", "000000000000%d", "+%d", "-%d", "%d,%d", "%d, 5", "%d;", "%d.0", "%de0",
        "0x%x", "%d %d", "", "-1", "0", "5", "4000000000", "99999999999999999999", "18446744073709551616", "abc",
        "\u0661",
    ):
        def make(body, text=text):
            value = text.replace("%d", str(len(body))).replace("%x", f"{len(body):x}")
            return post(body, b"Content-Length:" + value.encode(), length=False)
        yield f"Content-Length:{text}", make, 1 if text in ("%d", " %d", "%d ", "\t%d") else None
    for first, second in ((0, 0), (0, 1), (1, 0), (0, -5)):
        def make(body, first=first, second=second):
            both = [b"Content-Length: %d" % (len(body) + more) for more in (first, second)]
            return post(body, *both, length=False)
        yield f"two lengths {first} {second}", make, None if first == second else 0
    yield "no length", lambda body: post(body, length=False), 0


def codings():
    for value in (
        b"chunked", b"Chunked", b"CHUNKED", b"  chunked", b"chunked  ", b"chunked,", b", chunked", b"identity",
        b"gzip, chunked", b"chunked, gzip", b"chunked, chunked", b"xchunked", b"chunked\x0b", b'"chunked"',
        b"chunked;q=1", b"cow", b"",
    ):
        line = b"Transfer-Encoding:" + value
        yield f"{value}", lambda body, line=line: post(chunked(body), line, length=False), None
        # two readings of where the body ends, with a request in what one of them leaves
        yield f"{value} and a length", lambda body, line=line: post(
            b"0\r\n\r\n" + INNER, line, b"Content-Length: %d" % (5 + len(INNER)), length=False
        ), 0


def coding_names():
    for name in (
        b"Transfer-Encoding :", b"Transfer_Encoding:", b" Transfer-Encoding:", b"Transfer-Encoding\t:",
        b"X: y\nTransfer-Encoding:", b"Transfer-Encoding:\n", b"Transfer-Encoding\x00:", b"\x0bTransfer-Encoding:",
        b"X: y\rTransfer-Encoding:",
    ):
        yield f"{name}", lambda body, name=name: post(
            b"0\r\n\r\n" + INNER, name + b" chunked", b"Content-Length: %d" % (5 + len(INNER)), length=False
        ), 0


def chunks():
    for size in (
        b"%x", b"%X", b"000%x", b"0x%x", b"+%x", b"-%x", b"%x ", b" %x", b"%x;ext", b'%x;ext="v"', b"%x ; ext",
        b"%x;" + b"a" * 20_000, b"g", b"", b"ffffffffffffffff", b"10000000000000000", b"%x\r", b"%x,",
    ):
        def make(body, size=size):
            size = size.replace(b"%x", b"%x" % len(body)).replace(b"%X", b"%X" % len(body))
            return post(b"%s\r\n%s\r\n0\r\n\r\n" % (size, body), b"Transfer-Encoding: chunked", length=False)
        yield f"size {size}", make, 1 if size in (b"%x", b"%X", b"000%x", b"%x;ext") else None
    for what, form, expected in (
        ("LF only", b"%x\n%s\n0\n\n", None), ("no line end behind the data", b"%x\r\n%s0\r\n\r\n", None),
        ("no last chunk", b"%x\r\n%s\r\n", 0), ("no end", b"%x\r\n%s\r\n0\r\n", 0), ("more zeros", b"%x\r\n%s\r\n000\r\n\r\n", 1),
        ("a last chunk with an extension", b"%x\r\n%s\r\n0;a=b\r\n\r\n", 1), ("more data than said", b"%x\r\n%sxx\r\n0\r\n\r\n", 0),
        ("a request behind it", b"%x\r\n%s\r\n0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n", 1),
    ):
        yield what, lambda body, form=form: post(
            form % (len(body), body), b"Transfer-Encoding: chunked", length=False
        ), expected
    yield "one byte each", lambda body: post(
        b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n", b"Transfer-Encoding: chunked", length=False
    ), 1


def trailers():
    for trailer in (
        b"X: y", b"Content-Length: 5", b"Host: evil.example", b"Authorization: Basic eDo=", b"no colon", b": empty",
        b"X: " + b"y" * 70_000, b"\r\n".join(b"X-%d: y" % n for n in range(300)), b"X: \x00",
    ):
        yield f"{trailer}", lambda body, trailer=trailer: post(
            b"%x\r\n%s\r\n0\r\n%s\r\n\r\n" % (len(body), body, trailer), b"Transfer-Encoding: chunked", length=False
        ), None


def heads():
    for line in (
        b"X: a\r\n b", b"X: a\r\n\tb", b" X: a", b"X: a\x00b", b"X\x00: a", b"X : a", b"no colon", b": a", b"X: a\x01b",
        b"X: a\x7fb", b"X: a\xffb", b"X y: a", b"X(y): a", b"X:", b"X:a\rb", b"\x0b", b"X: \x1b[31m", "Ä: ö".encode(),
        b"X: " + b"y" * 60_000, b"X: " + b"y" * 70_000, b"X" * 20_000 + b": y", b"Host: y", b"Connection: close, close",
        b"Connection: Host, Content-Length", b"Content-Length : 3", b"Trailer: Content-Length",
    ):
        yield f"{line}", lambda body, line=line: post(body, line), None
    for count in (90, 101, 1000):
        many = [b"X-%d: y" % n for n in range(count)]
        yield f"{count} headers", lambda body, many=many: post(body, *many), 1 if count < 98 else 0
    for host in (None, b"Host:", b"Host: a b", b"Host: \xff", b"Host: evil.example", b"Host: x:99999", b"hOsT: x"):
        yield f"{host}", lambda body, host=host: post(body, host=host), None
    for before in (b"\r\n", b"\r\n\r\n", b"\r\n" * 10, b"\n", b" ", b"\x00"):
        yield f"{before} before it", lambda body, before=before: before + post(body), None
    yield "LF only", lambda body: post(body).replace(b"\r\n", b"\n"), None
    yield "CR only", lambda body: post(body).replace(b"\r\n", b"\r"), 0


def versions():
    for line, expected in (
        (b"POST /v1/track HTTP/1.0", 1), (b"POST /v1/track HTTP/1.1", 1), (b"POST /v1/track", 0), (b"POST /v1/track ", 0),
        (b"POST /v1/track HTTP/2.0", 0), (b"POST /v1/track HTTP/1.2", None), (b"POST /v1/track HTTP/1", 0),
        (b"POST /v1/track HTTP/11", 0), (b"POST /v1/track http/1.1", 0), (b"POST /v1/track HTTPS/1.1", 0),
        (b"POST  /v1/track HTTP/1.1", None), (b"POST\t/v1/track HTTP/1.1", None), (b"POST /v1/track  HTTP/1.1", None),
        (b"POST /v1/track HTTP/1.1 x", 0), (b"POST /v1/track HTTP/1.1 ", None), (b"/v1/track HTTP/1.1", 0), (b"GET /health", 0),
    ):
        yield f"{line}", lambda body, line=line: post(body, line=line), expected


def pipelines():
    for count in (2, 10, 50):
        yield f"{count} requests", lambda body, count=count: post(body) * count, count
    yield "garbage behind it", lambda body: post(body) + b"\x00\xff garbage\r\n\r\n", 1
    yield "half a request behind it", lambda body: post(body) + post(body)[:-3], 1
    yield "another behind a bad one", lambda body: post(body, b"X : y") + INNER.replace(b"smuggled", b"after"), None


def upgrades():
    settings = b"HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"
    yield "h2c", lambda body: post(body, b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", settings), None
    yield "websocket", lambda body: post(
        body, b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: AA=="
    ), None
    yield "TLS", lambda body: post(body, b"Connection: Upgrade", b"Upgrade: TLS/1.0"), None
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    yield "the preface of HTTP/2", lambda _: preface, 0
    yield "HTTP/2 with frames", lambda _: preface + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00" * 3, 0


def targets():
    for target in (
        b"http://x/v1/track", b"https://x/v1/track", b"http://evil.example/v1/track", b"ftp://x/v1/track", b"*", b"x:443",
        b"//v1/track", b"/v1//track", b"/v1/./track", b"/v1/../v1/track", b"/%76%31/track", b"/v1/track%00", b"/v1/track#a",
        b"/v1/track;a", b"/v1/track/", b"/V1/TRACK", b"\\v1\\track", b"v1/track", b"?", b"/?", b"/v1/track?" + b"&" * 5_000,
        b"/v1/track?a=%", b"/v1/track?%zz=%0d%0aX:%20y", b"/v1/track?\xff", b"/v1/tr ack", b"/v1/track\x00", b"/v1/track?a\x1b",
        b"/_segscope/../v1/track", b"/_segscope/calls%2f", b"/_segscope/reset", b"/" + b"a" * 60_000, b"/" + b"a" * 70_000,
        "/v1/\u202etrack".encode(), b"http://", b"http://[::1/v1/track", b"http://user:pass@x/v1/track",
    ):
        yield f"{target}", lambda body, target=target: post(body, line=b"POST %s HTTP/1.1" % target), None


def methods():
    for method in (
        b"GET", b"HEAD", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"TRACE", b"CONNECT", b"post", b"Post", b"FOO", b"",
        b"A" * 5_000, b"P\x00ST", b"M-SEARCH", b"PO ST", "PÖST".encode(),
    ):
        yield f"{method}", lambda body, method=method: post(body, line=method + b" /v1/track HTTP/1.1"), None
    for method in (b"OPTIONS", b"GET", b"POST"):
        yield f"{method} *", lambda body, method=method: post(body, line=method + b" * HTTP/1.1"), 0
    yield "CONNECT", lambda body: post(body, line=b"CONNECT x:443 HTTP/1.1"), 0


def expectations():
    for value in (b"100-continue", b"100-Continue", b"200-ok", b"100-continue, 100-continue", b""):
        yield f"{value}", lambda body, value=value: post(body, b"Expect: " + value), None


def other_protocols():
    for what, data in (
        ("TLS 1.2", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 300), ("SSL 3", b"\x16\x03\x00\x00\x50\x01"),
        ("SSL 2", b"\x80\x2e\x01\x00\x02"), ("TLS alert", b"\x15\x03\x01\x00\x02\x02\x28"), ("SSH", b"SSH-2.0-OpenSSH_9.6\r\n"),
        ("zeros", b"\x00" * 2_000), ("ones", b"\xff" * 2_000), ("SMTP", b"EHLO x\r\nMAIL FROM:<a@b>\r\n"),
        ("RTSP", b"OPTIONS rtsp://x RTSP/1.0\r\n\r\n"), ("Redis", b"*1\r\n$4\r\nPING\r\n"), ("SOCKS", b"\x05\x01\x00"),
        ("PROXY", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"), ("PROXY 2", b"\r\n\r\n\x00\r\nQUIT\n!\x11\x00\x0c" + b"\x00" * 12),
        ("MySQL", b"\x4a\x00\x00\x00\x0a8.0"), ("one byte", b"P"), ("nothing", b""),
    ):
        yield what, lambda _, data=data: data, 0


def encodings():
    def packed(body, level=9):
        return gzip.compress(body, level, mtime=0)

    forms = [
        (b"gzip", packed, 1), (b"GZIP", packed, 1), (b"x-gzip", packed, 1), (b" gzip ", packed, 1),
        (b"gzip", lambda body: body, 0), (b"gzip", lambda body: packed(body)[:-9], 0),
        (b"gzip", lambda body: packed(body)[:-8] + b"\x00" * 8, 0), (b"gzip", lambda body: packed(body) + b"garbage", None),
        (b"gzip", lambda body: packed(body[:9]) + packed(body[9:]), 1), (b"gzip", lambda body: packed(b""), 0),
        (b"gzip", lambda body: packed(packed(body)), 0), (b"gzip, gzip", lambda body: packed(packed(body)), 0),
        (b"gzip,", packed, None), (b"identity", lambda body: body, 1), (b"", lambda body: body, 1), (b"deflate", zlib.compress, 0),
        (b"br", lambda body: body, None), (b"zstd", lambda body: b"\x28\xb5\x2f\xfd" + body, 0), (b"compress", lambda body: body, None),
        (b"\xff", lambda body: body, None), (b"x" * 500, lambda body: body, None), (b"none", packed, None),
        (b"gzip", lambda body: packed(body)[:3] + b"\xff" + packed(body)[4:], None),
        # bombs: a large one, one of many members, one inside of another
        (b"gzip", lambda body: packed(b" " * (100 << 20), 6) + packed(body), 0),
        (b"gzip", lambda body: packed(b"") * 20_000 + packed(body), None),
        (b"gzip", lambda body: packed(packed(b" " * (20 << 20), 6)), 0),
    ]
    for value, pack, expected in forms:
        yield f"{value}", lambda body, value=value, pack=pack: post(pack(body), b"Content-Encoding: " + value), expected


def content_types():
    for value in (
        b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x", b"application/xml", b"",
        b"application/json; charset=utf-16", b"application/msgpack", b"\xff\x1b", b"a" * 5_000,
    ):
        yield f"{value}", lambda body, value=value: post(body, b"Content-Type: " + value), None
    yield "none", post, 1


def charsets():
    for coding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp037"):
        expected = 1 if coding == "utf-8-sig" else 0
        yield coding, lambda body, coding=coding: post(body.decode().encode(coding)), expected
    for what in (b"\xe9", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x00", b"\x1f", b"\xff\xfe"):
        yield f"{what} inside", lambda body, what=what: post(body.replace(b'"u"', b'"u%s"' % what)), 0
    for escape in (b"\\ud800", b"\\udc00\\ud800", b"\\u0000", b"\\x41", b"\\u12"):
        yield f"{escape}", lambda body, escape=escape: post(body.replace(b'"u"', b'"u%s"' % escape)), None


def with_value(value):
    return lambda body: post(body[:-1] + b',"properties":{"v":%s}}' % value)


def numbers():
    for value in (b"1e400", b"-0", b"-0.0", b"1e-400", b"9007199254740993", b"9" * 1_000, b"0." + b"1" * 1_000, b"1E+5", b"-1e-7"):
        yield f"{value}", with_value(value), 1
    for value in (b"01", b"+1", b".5", b"1.", b"NaN", b"Infinity", b"0x10", b"-", b"1e", b"1_000", b"--1", b"true1"):
        yield f"{value}", with_value(value), 0


def nesting():
    for depth in (100, 1_000, 5_000, 15_000):
        yield f"lists {depth}", with_value(b"[" * depth + b"]" * depth), None
        yield f"objects {depth}", with_value(b'{"a":' * depth + b"1" + b"}" * depth), None
    for what in (b"[", b'{"a":', b'[{"a":['):
        yield f"{what} without end", lambda _, what=what: post(what * (400_000 // len(what))), 0
    yield "brackets that do not match", with_value(b"[" * 500 + b"}" * 500), 0


def shapes():
    for text, expected in (
        (b"", 0), (b"   ", 0), (b"null", 0), (b"3", 0), (b'"text"', 0), (b"[]", 0), (b"[%s]", None), (b"%s,", 0), (b"%s %s", 0),
        (b"/**/%s", 0), (b"%s//", 0), (b"{%s}", 0), (b"\xef\xbb\xbf%s", 1), (b"\r\n\t %s \r\n", 1), (b"data=%s", None),
        (b")]}'%s", 0), (b"{'a':1}", 0), (b"{a:1}", 0), (b'{"a":1,}', 0), (b'{"a"}', 0), (b'{"a":1 "b":2}', 0), (b'"', 0), (b"{", 0),
    ):
        yield f"{text}", lambda body, text=text: post(text.replace(b"%s", body)), expected
    yield "many keys", with_value(b"{%s}" % b",".join(b'"k%d":1' % n for n in range(2_000))), None
    yield "the same key twice", lambda body: post(b'{"event":"first",' + body[1:]), 1
    yield "a long text", with_value(b'"%s"' % (b"x" * 30_000)), None
    yield "too large", with_value(b'"%s"' % (b"x" * 600_000)), None
