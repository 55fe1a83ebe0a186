# SPDX-License-Identifier: MIT
"""When a connection goes on, and requests behind one another: RFC 9112 §9, RFC 9110 §7.6, §7.8."""
from .case import HOST, Answer, ends, get, reflected, refuses, takes
from .length import post

R = reflected("GET", "/r")


def goes_on(what, connection, version="1.1", rfc="9112/9.3", **more):
    fields = HOST + "".join(f"Connection: {c}\r\n" for c in connection)
    takes(rfc, what, get(fields=fields, version=version), reflected("GET", "/r", fields=fields, **more))


def is_over(what, connection, version="1.1", rfc="9112/9.3"):
    fields = HOST + "".join(f"Connection: {c}\r\n" for c in connection)
    ends(rfc, what, get(fields=fields, version=version),
         reflected("GET", "/r", fields=fields, has={"connection": "close"}))


goes_on("HTTP/1.1 goes on", [], lacks=("connection",))
goes_on("HTTP/1.1 with keep-alive", ["keep-alive"], lacks=("connection",))
goes_on("an unknown option", ["foo"])
goes_on("an empty Connection", [""])
goes_on("commas alone", [", ,"])
goes_on("a word that begins with close", ["closed"])
goes_on("a word that ends in close", ["disclose"])
goes_on("close, quoted", ['"close"'])
goes_on("close in a quoted list", ['"a, close"'])
goes_on("HTTP/1.0 with keep-alive", ["keep-alive"], "1.0", has={"connection": "keep-alive"})
goes_on("HTTP/1.0 with Keep-Alive in capital letters", ["KEEP-ALIVE"], "1.0")
goes_on("HTTP/1.0 with keep-alive in a list", ["foo, keep-alive"], "1.0")
is_over("close", ["close"])
is_over("close in capital letters", ["CLOSE"])
is_over("close in a list", ["foo, close, bar"])
is_over("close behind empty elements", [",,\t close"])
is_over("close on the second of two lines", ["foo", "close"])
is_over("close behind a quote that does not end", ['"o, close, bar'])
is_over("close between quotes: options are tokens", ['"a, close, b"'])
is_over("close and keep-alive", ["close, keep-alive"])
is_over("keep-alive and close", ["keep-alive", "close"])
is_over("HTTP/1.0 with keep-alive and close", ["keep-alive, close"], "1.0")
is_over("HTTP/1.0 with an unknown option", ["foo"], "1.0")
is_over("HTTP/1.0 says nothing", [], "1.0")
takes("9112/C.2.2", "Proxy-Connection is ignored", get(fields=HOST + "Proxy-Connection: close\r\n"),
      reflected("GET", "/r", fields=HOST + "Proxy-Connection: close\r\n"))
takes("9112/C.2.2", "Keep-Alive is ignored", get(fields=HOST + "Keep-Alive: timeout=1\r\n"),
      reflected("GET", "/r", fields=HOST + "Keep-Alive: timeout=1\r\n"))

# Requests behind one another.
takes("9112/9.3.2", "two requests at once", get() + get("/s"), R, reflected("GET", "/s"))
takes("9112/9.3.2", "sixteen requests at once", "".join(get(f"/{i}") for i in range(16)),
      *(reflected("GET", f"/{i}") for i in range(16)))
takes("9112/9.3.2", "HEAD, GET, HEAD", get("/hello", method="HEAD") + get() + get("/hello", method="HEAD"),
      Answer(200, bodiless=True), R, Answer(200, bodiless=True))
takes("9112/9.3.2", "requests of each kind", get() + post("Content-Length: 3\r\n", "abc") + get("/stream")
      + get("/status/204") + get("/a/b/c/d"), R,
      reflected("POST", "/r", fields=HOST + "Content-Length: 3\r\n", body="abc"),
      Answer(200, b"oneseventeen letters"), Answer(204, bodiless=True), Answer(404))
takes("9112/9.3.2", "an OPTIONS of the server between others", get() + get("*", method="OPTIONS") + get(),
      R, Answer(204, bodiless=True), R)
ends("9112/9.6", "nothing is read behind close", get(fields=HOST + "Connection: close\r\n") + get("/s"),
     reflected("GET", "/r", fields=HOST + "Connection: close\r\n", has={"connection": "close"}))
ends("9112/9.6", "nothing is read behind HTTP/1.0", get(version="1.0") + get("/s"), R)
ends("9112/9.6", "a body behind close is still read", post("Connection: close\r\nContent-Length: 3\r\n", "abc") + get("/s"),
     reflected("POST", "/r", fields=HOST + "Connection: close\r\nContent-Length: 3\r\n", body="abc"))
refuses("9112/11.2", "what comes in front of a refused request is answered", get() + get(fields=""),
        before=[R])
refuses("9112/11.2", "what comes in front of a broken chunk is answered",
        get() + post("Transfer-Encoding: chunked\r\n", "five\r\n"), before=[R])
refuses("9112/11.2", "a refused request behind a HEAD", get("/hello", method="HEAD") + get(fields=""),
        before=[Answer(200, bodiless=True)])
refuses("9112/11.2", "a GET smuggled behind a length and chunks",
        post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + get("/smuggled")))
refuses("9112/11.2", "a GET smuggled behind two lengths",
        post("Content-Length: 0\r\nContent-Length: 40\r\n", get("/smuggled")))
refuses("9112/11.2", "a GET smuggled behind a coding with a vertical tab",
        post("Transfer-Encoding:\vchunked\r\n", "0\r\n\r\n" + get("/smuggled")))
refuses("9112/11.2", "a GET smuggled behind a space before a colon",
        post("Content-Length : 40\r\n", get("/smuggled")))
refuses("9112/11.2", "a GET smuggled behind a bare CR in a value",
        post("A: b\rContent-Length: 40\r\n", get("/smuggled")))

# Upgrades: what is not taken up is ignored.
for name, fields in (("to a WebSocket that nobody offers", "Connection: upgrade\r\nUpgrade: websocket\r\n"),
                     ("to h2c", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"),
                     ("to what is not known", "Connection: upgrade\r\nUpgrade: foo/1\r\n"),
                     ("without Connection", "Upgrade: websocket\r\n")):
    takes("9110/7.8", f"an upgrade {name}", get(fields=HOST + fields), reflected("GET", "/r", fields=HOST + fields))
takes("9110/7.8", "an upgrade, and a request behind it",
      get(fields=HOST + "Connection: upgrade\r\nUpgrade: foo\r\n") + get("/s"),
      reflected("GET", "/r", fields=HOST + "Connection: upgrade\r\nUpgrade: foo\r\n"), reflected("GET", "/s"))
takes("9110/7.8", "an upgrade with a body",
      post("Connection: upgrade\r\nUpgrade: foo\r\nContent-Length: 3\r\n", "abc"),
      reflected("POST", "/r", fields=HOST + "Connection: upgrade\r\nUpgrade: foo\r\nContent-Length: 3\r\n", body="abc"))
