# SPDX-License-Identifier: MIT
"""Bodies by length, and what says that there is one: RFC 9112 §6, RFC 9110 §8.6."""
from .case import HOST, MAX_BODY, Answer, ends, get, reflected, refuses, takes


def post(fields, body="", target="/r", method="POST", version="1.1"):
    return get(target, HOST + fields, version, method) + body


def told(fields, body="", path="/r", method="POST", **more):
    return reflected(method, path, fields=HOST + fields, body=body, **more)


def body_is(what, fields, sent, rfc="9112/6.2", body=None, **more):
    takes(rfc, what, post(fields, sent), told(fields, sent if body is None else body), **more)


body_is("a body", "Content-Length: 5\r\n", "hello")
body_is("an empty body", "Content-Length: 0\r\n", "")
body_is("a body of one byte", "Content-Length: 1\r\n", "x")
body_is("zeros in front of a length", "Content-Length: 0005\r\n", "hello")
body_is("white space around a length", "Content-Length:  \t5 \r\n", "hello")
body_is("a length in front of the Host", "Content-Length: 5\r\n", "hello")
body_is("a body of line ends", "Content-Length: 4\r\n", "\r\n\r\n")
body_is("a body that looks like a request", f"Content-Length: {len(get())}\r\n", get())
body_is("a body of all bytes", "Content-Length: 256\r\n", "".join(map(chr, range(256))))
body_is("a body as large as the limit", f"Content-Length: {MAX_BODY}\r\n", "b" * MAX_BODY)
takes("9112/6.3", "no length and no coding: no body", post(""), told(""))
for method in ("GET", "DELETE", "OPTIONS", "PUT", "PATCH"):
    takes("9110/6.4", f"a body of {method}", post("Content-Length: 3\r\n", "abc", method=method),
          told("Content-Length: 3\r\n", "abc", method=method))
takes("9112/9.3.2", "a body, and a request behind it", post("Content-Length: 3\r\n", "abc") + get(),
      told("Content-Length: 3\r\n", "abc"), reflected("GET", "/r"))
takes("9112/9.3.2", "three bodies", post("Content-Length: 1\r\n", "a") + post("Content-Length: 2\r\n", "bc")
      + post("Content-Length: 0\r\n"), told("Content-Length: 1\r\n", "a"),
      told("Content-Length: 2\r\n", "bc"), told("Content-Length: 0\r\n"))
takes("9112/6.2", "a body in pieces of the application", post("Content-Length: 20\r\n", "x" * 20, "/trickle"),
      Answer(200, b"x" * 20))
takes("9112/6.2", "a body for a sync handler", post("Content-Length: 5\r\n", "hello", "/sync"),
      told("Content-Length: 5\r\n", "hello", "/sync"))
takes("9112/9.3", "a body that nobody reads", post("Content-Length: 5\r\n", "hello", "/hello"), Answer(200, b"hi"))
takes("9112/9.3", "a body that no route takes", post("Content-Length: 5\r\n", "hello", "/a/b/c/d"), Answer(404))
takes("9112/9.3", "a body that looks like a request and nobody reads",
      post(f"Content-Length: {len(get('/no'))}\r\n", get("/no"), "/hello"), Answer(200, b"hi"))
ends("9112/6.2", "a body on HTTP/1.0", post("Content-Length: 5\r\n", "hello", version="1.0"),
     told("Content-Length: 5\r\n", "hello"))

# What is no length.
for name, value in (("empty", ""), ("a word", "five"), ("negative", "-1"), ("with a plus", "+5"),
                    ("hexadecimal", "0x5"), ("hexadecimal digits", "1f"), ("with a point", "5.0"), ("with an exponent", "5e0"),
                    ("with a space inside", "1 2"), ("with a tab inside", "1\t2"), ("with a comma", "5,"),
                    ("a list of two", "5, 5"), ("a list of two that differ", "5, 6"), ("quoted", '"5"'),
                    ("with a semicolon", "5;"), ("with an underscore", "1_0"), ("with an apostrophe", "1'0"),
                    ("above 2 to the 63rd", "9223372036854775808"), ("2 to the 64th", "18446744073709551616"),
                    ("2 to the 64th and 5", "18446744073709551621"), ("of 40 digits", "5" * 40),
                    ("with a superscript digit", "5\xb2"), ("with a minus behind", "5-")):
    refuses("9110/8.6", f"a length that is {name}", post(f"Content-Length: {value}\r\n", "hello"))
refuses("9112/6.3", "two lengths that are the same", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"))
refuses("9112/6.3", "two lengths that differ", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"))
refuses("9112/6.3", "two lengths, one written otherwise", post("Content-Length: 5\r\ncontent-length: 05\r\n", "hello"))
refuses("9112/6.3", "two lengths far apart", post("Content-Length: 5\r\nA: b\r\nC: d\r\nContent-Length: 0\r\n", "hello"))
refuses("9110/15.5.14", "a body beyond the limit", post(f"Content-Length: {MAX_BODY + 1}\r\n", "b" * 50), 413)
refuses("9110/15.5.14", "a body far beyond the limit", post("Content-Length: 9223372036854775807\r\n", "b" * 50), 413)

# Both.
for name, fields in (("a length and chunks", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
                     ("chunks and a length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
                     ("a length of 0 and chunks", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"),
                     ("a length and an unknown coding", "Content-Length: 5\r\nTransfer-Encoding: x\r\n"),
                     ("a length and identity", "Content-Length: 5\r\nTransfer-Encoding: identity\r\n"),
                     ("a length and chunks far apart", "Content-Length: 5\r\nA: b\r\nC: d\r\ntransfer-encoding: CHUNKED\r\n")):
    refuses("9112/6.3", name, post(fields, "0\r\n\r\n"))

# A client that stops in the middle.
ends("9112/8", "half a request line", "GET /r HT", shut=True)
ends("9112/8", "half a head", "GET /r HTTP/1.1\r\nHost: h\r\nA: ", shut=True)
ends("9112/8", "a head without its last line", "GET /r HTTP/1.1\r\nHost: h\r\n", shut=True)
ends("9112/8", "nothing but an empty line", "\r\n", shut=True)
ends("9112/9.6", "a whole request and the end", get(), reflected("GET", "/r"), shut=True)
ends("9112/9.6", "two requests and the end", get() + get("/s"), reflected("GET", "/r"),
     reflected("GET", "/s"), shut=True)
ends("9112/8", "a request and half of another", get() + "GET /s HTTP/1.1\r\nHo", reflected("GET", "/r"), shut=True)
