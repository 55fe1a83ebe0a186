# SPDX-License-Identifier: MIT
"""What answers look like: RFC 9112 §4, §6.3, RFC 9110 §6.4, §8.6, §9.3.2, §15."""
from .case import HOST, MAX_HEAD, Answer, ends, get, refuses, takes
from .length import post

STREAMED = b"oneseventeen letters"
KEPT_10 = HOST + "Connection: keep-alive\r\n"

takes("9112/6.3", "a whole answer has a length", get("/hello"),
      Answer(200, b"hi", has={"content-length": "2", "content-type": "text/plain; charset=utf-8"},
             lacks=("transfer-encoding", "connection")))
takes("9112/7.1", "a streamed answer is chunked", get("/stream"),
      Answer(200, STREAMED, has={"transfer-encoding": "chunked"}, lacks=("content-length",)))
takes("9112/6.3", "a declared length is said", get("/declared/5"),
      Answer(200, b"five!", has={"content-length": "5"}, lacks=("transfer-encoding",)))
ends("9112/6.3", "a streamed answer to HTTP/1.0 ends with the connection", get("/stream", version="1.0"),
     Answer(200, STREAMED, lacks=("content-length", "transfer-encoding"), has={"connection": "close"}))
ends("9112/6.3", "a streamed answer to HTTP/1.0 that wants to be kept", get("/stream", KEPT_10, "1.0"),
     Answer(200, STREAMED, lacks=("content-length", "transfer-encoding"), has={"connection": "close"}))
takes("9112/6.3", "a whole answer to HTTP/1.0 that is kept", get("/hello", KEPT_10, "1.0"),
      Answer(200, b"hi", has={"content-length": "2", "connection": "keep-alive"}))
takes("9112/6.3", "a declared length to HTTP/1.0 that is kept", get("/declared/5", KEPT_10, "1.0"),
      Answer(200, b"five!", has={"content-length": "5", "connection": "keep-alive"}))

# HEAD.
takes("9110/9.3.2", "HEAD says the length and sends no body", get("/hello", method="HEAD"),
      Answer(200, has={"content-length": "2"}, bodiless=True))
takes("9110/9.3.2", "HEAD of a streamed answer", get("/stream", method="HEAD"), Answer(200, bodiless=True))
takes("9110/9.3.2", "HEAD of a declared length", get("/declared/5", method="HEAD"),
      Answer(200, has={"content-length": "5"}, bodiless=True))
takes("9110/9.3.2", "HEAD of what is not there", get("/a/b/c/d", method="HEAD"),
      Answer(404, has={"content-length": True}, bodiless=True))
takes("9110/9.3.2", "HEAD of a path without GET", get("/sync", method="HEAD"), Answer(200, bodiless=True))
takes("9110/9.3.2", "HEAD with a body", post("Content-Length: 3\r\n", "abc", "/hello", "HEAD"), Answer(200, bodiless=True))
ends("9110/9.3.2", "HEAD on HTTP/1.0", get("/hello", version="1.0", method="HEAD"),
     Answer(200, has={"content-length": "2"}, bodiless=True))

for name, head, status in (
        ("no Host", get(method="HEAD", fields=""), 400), ("a bad version", get(method="HEAD", version="2.0"), 505),
        ("a bad field", get(method="HEAD", fields=HOST + "A : b\r\n"), 400),
        ("a bad path", get("/%00", method="HEAD"), 400), ("another host", get("http://i/r", method="HEAD"), 400),
        ("a body beyond the limit", post("Content-Length: 999999\r\n", "", "/hello", "HEAD"), 413),
        ("a long head", get(method="HEAD", fields=HOST + "A: " + "b" * MAX_HEAD + "\r\n"), 431),
        ("a long target", get("/" + "b" * MAX_HEAD, method="HEAD"), 414)):
    refuses("9110/9.3.2", f"HEAD with {name} is refused without a body", head, status, bodiless=True)

# Statuses.
for status in (200, 201, 202, 203, 206, 226, 300, 301, 307, 400, 404, 409, 410, 418, 422, 429, 451, 500,
               503, 511, 599):
    takes("9110/15", f"the status {status}", get(f"/status/{status}"),
          Answer(status, b"text", has={"content-length": "4"}))
for status in (204, 304):
    takes("9110/6.4.1", f"{status} has no body", get(f"/status/{status}"),
          Answer(status, bodiless=True, lacks=("transfer-encoding",)))
    takes("9110/6.4.1", f"{status} has no body though the handler gives one", get(f"/status-with-body/{status}"),
          Answer(status, bodiless=True, lacks=("transfer-encoding",)))
    takes("9110/6.4.1", f"HEAD of {status}", get(f"/status/{status}", method="HEAD"), Answer(status, bodiless=True))
takes("9110/8.6", "204 says no length", get("/status/204"), Answer(204, bodiless=True, lacks=("content-length",)))
for status in (0, 99, 100, 101, 199, 600, 1000, -1):
    ends("9110/15", f"the status {status} of a handler is its mistake", get(f"/status/{status}"),
         Answer(500))

# Handlers that fail.
ends("9110/15.6.1", "a handler that fails", get("/fail"), Answer(500))
ends("9112/8", "a streamed answer that breaks off", get("/half"),
     Answer(200, None, broken=True))
ends("9112/8", "an answer shorter than declared", get("/declared/9"), Answer(200, broken=True))
ends("9112/8", "an answer to HTTP/1.0 that breaks off", get("/half", version="1.0"), Answer(200))

# Fields of handlers.
for name, query in (("CR and LF", "value=a%0d%0ax:%20b"), ("a CR", "value=a%0db"), ("an LF", "value=a%0ab"),
                    ("a control byte", "value=a%01b"), ("DEL", "value=a%7fb")):
    takes("9110/5.5", f"{name} in a field's value is never sent", get(f"/set?name=x-a&{query}"),
          Answer(200, b"Invalid argument", lacks=("x-a", "x")))
for name in ("", "a%20b", "a%3ab", "a%0d%0ab", "(a)", "%fc"):
    takes("9110/5.1", f"the field name '{name}' is never sent", get(f"/set?name={name}&value=b"),
          Answer(200, b"Invalid argument", lacks=("a", "b")))
for name in ("connection", "Transfer-Encoding", "Keep-Alive", "Upgrade", "Trailer", "TE", "Proxy-Connection"):
    takes("9110/7.6.1", f"{name} is the server's own", get(f"/set?name={name}&value=close"),
          Answer(200, b"Invalid argument"))
takes("9110/5.5", "obs-text of a handler is sent", get("/set?name=x-a&value=%e4%ff"), Answer(200, b"set"))
takes("9110/5.1", "names of handlers are sent in small letters", get("/set?name=X-Abc&value=d"),
      Answer(200, b"set", has={"x-abc": "d"}))
takes("9110/6.6.1", "a Date of the handler replaces ours", get("/set?name=Date&value=Thu,%2001%20Jan%201970%2000:00:00%20GMT"),
      Answer(200, b"set", has={"date": "Thu, 01 Jan 1970 00:00:00 GMT"}))

# Answers while the body still comes.
takes("9112/9.3", "an answer that is sent while the body is read", post("Content-Length: 20\r\n", "x" * 20, "/duplex"),
      Answer(200, b"x" * 20, has={"transfer-encoding": "chunked"}))
ends("9112/8", "a body that breaks while the answer is sent",
     post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\nfive\r\n", "/duplex"),
     Answer(200, broken=True, other=Answer(400)))
