# SPDX-License-Identifier: MIT
"""The request target: RFC 9112 §3.2, RFC 3986, RFC 9110 §15.5.15."""
from .case import HOST, MAX_HEAD, Answer, get, reflected, refuses, takes


def found(what, target, path, query="", rfc="9112/3.2.1", raw_path=None, fields=HOST):
    takes(rfc, what, get(target, fields), reflected("GET", path, raw_path or path, query, fields))


def missing(what, target, rfc="9112/3.2.1"):
    takes(rfc, what, get(target), Answer(404))


# Origin form.
found("the root", "/", "/")
found("a path of three parts", "/a/b/c", "/a/b/c")
found("all that may be in a path", "/!$&'()*+,-.:;=@_~09azAZ", "/!$&'()*+,-.:;=@_~09azAZ")
found("bytes that a browser leaves as they are", '/"<>[\\]^`{|}', '/"<>[\\]^`{|}')
found("dots are not looked at", "/a/../b", "/a/../b", rfc="3986/5.2.4")
found("a dot alone", "/.", "/.", rfc="3986/5.2.4")
missing("a path of four parts that no route has", "/a/b/c/d")
missing("an empty part", "//a")
missing("a slash at the end", "/a/b/c/d/")
found("a query", "/r?a=b&c=d", "/r", "a=b&c=d")
found("an empty query", "/r?", "/r")
found("a question mark in the query", "/r?a?b", "/r", "a?b", rfc="3986/3.4")
found("a slash in the query", "/r?/a/b", "/r", "/a/b", rfc="3986/3.4")
found("a query of the root", "/?q", "/", "q")
found("a query as it was sent", "/r?a=%20+%zz", "/r", "a=%20+%zz", rfc="3986/3.4")
found("a URL in the query", "/r?u=http://x/y", "/r", "u=http://x/y", rfc="3986/3.4")

# Percent-encoding.
found("percent-encoding in the path", "/a%20b", "/a b", raw_path="/a%20b", rfc="3986/2.1")
found("small hexadecimal digits", "/%c3%bc", "/\xc3\xbc", raw_path="/%c3%bc", rfc="3986/2.1")
found("large hexadecimal digits", "/%C3%BC", "/\xc3\xbc", raw_path="/%C3%BC", rfc="3986/2.1")
found("an encoded percent sign is decoded once", "/%2541", "/%41", raw_path="/%2541", rfc="3986/2.4")
found("an encoded question mark is no query", "/a%3Fb", "/a?b", raw_path="/a%3Fb", rfc="3986/2.1")
found("encoded letters", "/%72", "/r", raw_path="/%72", rfc="3986/2.3")
found("an encoded byte that is no UTF-8", "/%ff", "/\xff", raw_path="/%ff", rfc="3986/2.1")
found("encoded at the very end", "/a%21", "/a!", raw_path="/a%21", rfc="3986/2.1")
found("encoded and a query", "/a%20b?c%20d", "/a b", "c%20d", raw_path="/a%20b", rfc="3986/2.1")
for name, target in (("an encoded NUL", "/a%00b"), ("a percent sign alone", "/a%"),
                     ("a percent sign and one digit", "/a%2"), ("a letter that is no digit", "/a%2g"),
                     ("a letter in front that is no digit", "/a%g2"), ("two percent signs", "/a%%20"),
                     ("a sign as a digit", "/a%+1"), ("a space as a digit", "/a%2?x"),
                     ("a prefix as of C", "/a%0x41")):
    if name != "a prefix as of C":
        refuses("3986/2.1", name, get(target))
found("digits of a prefix as of C are two digits", "/a%0041x".replace("%00", "%41"), "/aA41x",
      raw_path="/a%4141x", rfc="3986/2.1")

# Bytes that must not be in a target.
for byte in list(range(0x00, 0x20)) + [0x23, 0x7f, 0x80, 0xc3, 0xff]:
    if byte in (0x0a, 0x0d):
        continue
    refuses("3986/2", f"the byte 0x{byte:02x} in the path", f"GET /r{chr(byte)}s HTTP/1.1\r\n{HOST}\r\n")
for byte in (0x00, 0x1f, 0x23, 0x7f, 0xa0):
    refuses("3986/2", f"the byte 0x{byte:02x} in the query", get(f"/r?a{chr(byte)}b"))
refuses("9112/3.2", "raw UTF-8 in the path", get("/\xc3\xbc"))
refuses("9112/3.2", "a fragment", get("/r#part"))
refuses("9112/2.2", "a bare CR in the target", "GET /r\rs HTTP/1.1\r\n" + HOST + "\r\n")
refuses("9112/2.2", "a bare LF in the target", "GET /r\ns HTTP/1.1\r\n" + HOST + "\r\n")

# Absolute form.
found("the absolute form", "http://h/r?q", "/r", "q", rfc="9112/3.2.2")
found("the absolute form with https", "https://h/r", "/r", rfc="9112/3.2.2")
found("schemes are case-insensitive", "HTTP://h/r", "/r", rfc="3986/3.1")
found("hosts are case-insensitive", "http://H/r", "/r", rfc="3986/3.2.2")
found("the absolute form without a path", "http://h", "/", rfc="9112/3.2.1")
found("the absolute form with a query alone", "http://h?q", "/", "q", rfc="9112/3.2.1")
found("the absolute form with a port", "http://h:80/r", "/r", rfc="9112/3.2.2", fields="Host: h:80\r\n")
found("the absolute form with an address", "http://[::1]:80/r", "/r", rfc="9112/3.2.2",
      fields="Host: [::1]:80\r\n")
found("the absolute form, encoded", "http://h/a%20b", "/a b", rfc="9112/3.2.2", raw_path="/a%20b")
refuses("9112/3.2.2", "a target and a Host that differ", get("http://other/r"))
refuses("9112/3.2.2", "a target and a Host whose ports differ", get("http://h:81/r"))
refuses("9112/3.2.2", "a target that only begins with the Host", get("http://host/r"))
refuses("9112/3.2.2", "a target that is only the begin of the Host",
        get("http://h/r", "Host: host\r\n"))
refuses("9112/3.2.2", "the absolute form without a Host field", get("http://h/r", ""))
refuses("9110/4.2.1", "the absolute form without a host", get("http:///r"))
refuses("9110/4.2.1", "the absolute form without an authority", get("http://"))
refuses("9110/4.2.4", "a user in the authority", get("http://u@h/r"))
refuses("9110/4.2.4", "a user and a password in the authority", get("http://u:p@h/r"))
for authority in ("a>b", ":80", "h:x", "h:65536", "[::1", "::1", "[]", "h%2"):
    refuses("9112/3.2.2", f"the authority {authority} on HTTP/1.0",
            get(f"http://{authority}/r", "", "1.0"))
refuses("9112/3.2.2", "another scheme", get("ftp://h/r"))
refuses("9112/3.2.2", "a scheme of our own", get("cadre://h/r"))
refuses("9112/3.2.2", "a scheme without slashes", get("http:h/r"))
refuses("9112/3.2.2", "a scheme with one slash", get("http:/h/r"))

# Asterisk and authority form, and what is no form at all.
refuses("9112/3.2.4", "an asterisk for another method", get("*"))
refuses("9112/3.2.4", "an asterisk and more", get("*x", method="OPTIONS"))
refuses("9112/3.2.4", "an asterisk and a query", get("*?x", method="OPTIONS"))
refuses("9112/3.2.3", "the authority form for another method", get("h:80"))
for target in ("r", "?q", "./r", "../r", "\\r", "%2Fr", ":", "@h/r"):
    refuses("9112/3.2", f"the target {target}", get(target))

# Length.
found("a long path", "/" + "a" * 700, "/" + "a" * 700, rfc="9110/15.5.15")
found("a long query", "/r?" + "q" * 700, "/r", "q" * 700, rfc="9110/15.5.15")
refuses("9110/15.5.15", "a path beyond the limit", get("/" + "a" * (MAX_HEAD + 20)), 414)
refuses("9110/15.5.15", "a query beyond the limit", get("/r?" + "a" * (MAX_HEAD + 20)), 414)
refuses("9110/15.5.15", "a target that never ends", "GET /" + "a" * (2 * MAX_HEAD), 414)
