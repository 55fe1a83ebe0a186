# SPDX-License-Identifier: MIT
"""Expect: RFC 9110 §10.1.1. The 100 itself depends on when bytes arrive: tests/e2e/31 asks for it."""
from .case import HOST, Answer, ends, get, reflected, refuses, takes
from .length import post

E = "Expect: 100-continue\r\n"
L = "Content-Length: 5\r\n"
TE = "Transfer-Encoding: chunked\r\n"
S = "9110/10.1.1"


def told(fields, body, method="POST"):
    return reflected(method, "/r", fields=HOST + fields, body=body)


takes(S, "an expectation and a body", post(E + L, "hello"), told(E + L, "hello"), waits=True)
takes(S, "an expectation and chunks", post(E + TE, "5\r\nhello\r\n0\r\n\r\n"), told(E + TE, "hello"), waits=True)
takes(S, "an expectation in any case", post("Expect: 100-Continue\r\n" + L, "hello"),
      told("Expect: 100-Continue\r\n" + L, "hello"), waits=True)
takes(S, "an expectation without a body", get(fields=HOST + E), told(E, "", "GET"))
takes(S, "an expectation and a length of 0", post(E + "Content-Length: 0\r\n"), told(E + "Content-Length: 0\r\n", ""))
takes(S, "two bodies that are expected", post(E + L, "hello") + post(E + L, "again"), told(E + L, "hello"),
      told(E + L, "again"), waits=True)
ends(S, "an expectation on HTTP/1.0 is ignored", post(E + L, "hello", version="1.0"), told(E + L, "hello"))
refuses(S, "another expectation", post("Expect: more\r\n" + L, "hello"), 417)
refuses(S, "an empty expectation", post("Expect:\r\n" + L, "hello"), 417)
refuses(S, "an expectation with a parameter", post("Expect: 100-continue;a=b\r\n" + L, "hello"), 417)
refuses(S, "an expected body beyond the limit", post(E + "Content-Length: 999999\r\n"), 413)
refuses(S, "an expectation and a broken chunk", post(E + TE, "five\r\n"), waits=True)
ends(S, "an expected body that never comes, and is not asked for", post(E + L, target="/hello"), Answer(200, b"hi"),
     shut=True)
