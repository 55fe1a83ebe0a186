# SPDX-License-Identifier: MIT
"""The request line but its target: RFC 9112 §2.2, §2.3, §3, RFC 9110 §9.1."""
from .case import HOST, Answer, ends, get, reflected, refuses, takes

R = reflected("GET", "/r")

# Methods.
for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS"):
    takes("9110/9.1", f"the method {method}", get(method=method), reflected(method, "/r"))
takes("9110/9.1", "POST without a body", get(method="POST"), reflected("POST", "/r"))
# Whatever a token is, is a method; that no route has it is another thing.
for name, method in (("TRACE", "TRACE"), ("a hyphen", "M-SEARCH"), ("WebDAV's", "PROPFIND"),
                     ("the begin of HTTP/2's preface", "PRI"), ("all that may be in a token", "X!#$%&'*+-.^_`|~09"),
                     ("32 letters", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF"), ("small letters", "get"),
                     ("a letter more than GET", "GETX"), ("a letter less than GET", "GE"), ("one letter", "G"),
                     ("QUERY", "QUERY")):
    takes("9110/15.5.6", f"a method that no route has: {name}", get(method=method), Answer(405, has={"allow": True}))
takes("9110/9.3.7", "OPTIONS of the server", get("*", method="OPTIONS"), Answer(204, bodiless=True))
refuses("9110/9.3.6", "CONNECT is for proxies", get("h:443", method="CONNECT"), 501)
refuses("9110/9.3.6", "CONNECT with a path", get("/r", method="CONNECT"), 501)
refuses("9112/3", "a method of 33 letters", get(method="A" * 33), 501)
refuses("9112/3", "a method of 300 letters", get(method="A" * 300), 501)
for name, byte in (("a control byte", "\x01"), ("NUL", "\0"), ("a parenthesis", "("), ("a comma", ","),
                   ("a slash", "/"), ("a colon", ":"), ("a semicolon", ";"), ("an equals sign", "="),
                   ("an at sign", "@"), ("a bracket", "["), ("a brace", "{"), ("a quote", '"'),
                   ("a backslash", "\\"), ("DEL", "\x7f"), ("a byte above ASCII", "\xe4")):
    refuses("9112/3", f"{name} in the method", get(method=f"G{byte}T"))
for name, byte in (("a control byte", "\x02"), ("NUL", "\0"), ("a space", " "), ("a tab", "\t"),
                   ("a quote", '"'), ("a byte above ASCII", "\xff")):
    refuses("9112/3", f"{name} before the method", byte + get())
refuses("9112/3", "the record of a TLS client",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\x11" * 40)
refuses("9112/3", "a line of a SOCKS 5 client", "\x05\x01\x00")

# Empty lines in front.
takes("9112/2.2", "an empty line in front", "\r\n" + get(), R)
takes("9112/2.2", "ten empty lines in front", "\r\n" * 10 + get(), R)
takes("9112/2.2", "an empty line between requests", get() + "\r\n" + get(), R, R)
takes("9112/2.2", "an empty line behind a body",
      get(method="POST", fields=HOST + "Content-Length: 2\r\n") + "ab\r\n" + get(),
      reflected("POST", "/r", fields=HOST + "Content-Length: 2\r\n", body="ab"), R)
refuses("9112/2.2", "a bare LF in front", "\n" + get())
refuses("9112/2.2", "a bare CR in front", "\r" + get())
refuses("9112/2.2", "two CRs in front", "\r\r\n" + get())

# The spaces.
refuses("9112/3", "no target", "GET HTTP/1.1\r\n" + HOST + "\r\n")
refuses("9112/3", "a method alone", "GET\r\n" + HOST + "\r\n")
refuses("9112/3", "a method and a space", "GET \r\n" + HOST + "\r\n")
refuses("9112/3", "two spaces behind the method", "GET  /r HTTP/1.1\r\n" + HOST + "\r\n")
refuses("9112/3", "two spaces behind the target", "GET /r  HTTP/1.1\r\n" + HOST + "\r\n")
refuses("9112/3", "a tab behind the method", "GET\t/r HTTP/1.1\r\n" + HOST + "\r\n")
refuses("9112/3", "a tab behind the target", "GET /r\tHTTP/1.1\r\n" + HOST + "\r\n")
refuses("9112/3", "a vertical tab as space", "GET\v/r HTTP/1.1\r\n" + HOST + "\r\n")
refuses("9112/3", "a form feed as space", "GET\f/r HTTP/1.1\r\n" + HOST + "\r\n")
refuses("9112/3", "a space behind the version", "GET /r HTTP/1.1 \r\n" + HOST + "\r\n")
refuses("9112/3", "a word behind the version", "GET /r HTTP/1.1 x\r\n" + HOST + "\r\n")
refuses("9112/3", "white space in the target", "GET /r s HTTP/1.1\r\n" + HOST + "\r\n")

# Versions.
ends("9112/9.3", "HTTP/1.0 ends the connection", get(version="1.0"), R)
ends("9112/2.3", "HTTP/1.0 without a Host", get(version="1.0", fields=""),
     reflected("GET", "/r", fields=""))
for version, status in (("0.9", 505), ("1.2", 505), ("1.9", 505), ("2.0", 505), ("3.0", 505),
                        ("9.9", 505), ("0.0", 505), ("1.", 400), ("1", 400), (".1", 400),
                        ("1.01", 400), ("01.1", 400), ("1.1.1", 400), ("1,1", 400), ("-1.1", 400),
                        ("+1.1", 400), ("1.x", 400), ("x.1", 400), ("", 400), ("1.\xb9", 400),
                        ("1.1\0", 400), ("11.1", 400), ("1 .1", 400)):
    shown = version.encode("unicode_escape").decode()
    refuses("9112/2.3", f"the version HTTP/{shown}", get(version=version), status)
for name in ("http", "HtTP", "HTTPS", "HTP", "XHTTP", "ICY", "RTSP", "H", ""):
    refuses("9112/2.3", f"a protocol named '{name}'", f"GET /r {name}/1.1\r\n{HOST}\r\n")
refuses("9112/2.3", "HTTP/0.9's simple request", "GET /r\r\n")
refuses("9113/3.4", "the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)

# Its end.
refuses("9112/2.2", "a request line that ends in a bare LF", "GET /r HTTP/1.1\n" + HOST + "\r\n")
refuses("9112/2.2", "a request line that ends in a bare CR", "GET /r HTTP/1.1\r" + HOST + "\r\n")
refuses("9112/2.2", "a request line that ends in CR CR LF", "GET /r HTTP/1.1\r\r\n" + HOST + "\r\n")
refuses("9112/2.2", "a request line that ends in LF CR", "GET /r HTTP/1.1\n\r" + HOST + "\r\n")
refuses("9112/2.2", "every line ends in a bare LF", get().replace("\r", ""))
refuses("9112/2.2", "a NUL behind the version", "GET /r HTTP/1.1\0\r\n" + HOST + "\r\n")
