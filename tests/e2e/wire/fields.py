# SPDX-License-Identifier: MIT
"""Field lines: RFC 9112 §5, RFC 9110 §5, RFC 6585 §5."""
from .case import HOST, MAX_HEAD, MAX_HEADERS, get, reflected, refuses, takes


def kept(what, lines, seen=None, rfc="9110/5.5"):
    """LINES behind Host are seen by the application, as SEEN says them."""
    takes(rfc, what, get(fields=HOST + lines),
          reflected("GET", "/r", fields=HOST + (lines if seen is None else seen)))


def refused(what, lines, rfc="9112/5.1", status=400):
    refuses(rfc, what, get(fields=HOST + lines), status)


# Names.
kept("names are case-insensitive", "X-ABC-z: V\r\n", rfc="9110/5.1")
kept("all that may be in a name", "!#$%&'*+-.^_`|~09azAZ: v\r\n", rfc="9110/5.6.2")
kept("a name of one letter", "x: v\r\n", rfc="9110/5.1")
kept("a name of 15, 16 and 17 letters", "".join(f"{'n' * n}: {n}\r\n" for n in (15, 16, 17)),
     rfc="9110/5.1")
kept("a name of 200 letters", "n" * 200 + ": v\r\n", rfc="9110/5.1")
kept("names that nearly are known", "Hos: 1\r\nHostt: 2\r\nContent-Lengt: 3\r\nContent-Lengthh: 4\r\n"
     "Transfer-Encodin: 5\r\nConnectio: 6\r\nContent_Length: 7\r\n", rfc="9110/5.1")
kept("known names in any case", "CONTENT-type: a\r\nUSER-AGENT: b\r\naccept: c\r\n", rfc="9110/5.1")
kept("fields of one name, in order", "A: 1\r\nB: 2\r\nA: 3\r\n", rfc="9110/5.3")
kept("cookies on several lines", "Cookie: a=1\r\nCookie: b=2\r\n", rfc="9110/5.3")
refused("a space before the colon", "A : b\r\n")
refused("a tab before the colon", "A\t: b\r\n")
refused("a space before the colon of Content-Length", "Content-Length : 5\r\n")
refused("a space before the colon of Transfer-Encoding", "Transfer-Encoding : chunked\r\n")
refused("a field without a colon", "A\r\n", rfc="9112/5")
refused("a field without a name", ": b\r\n", rfc="9112/5")
refused("a colon alone", ":\r\n", rfc="9112/5")
refused("a space in a name", "A B: c\r\n")
for name, byte in (("NUL", "\0"), ("a control byte", "\x1b"), ("DEL", "\x7f"), ("a quote", '"'),
                   ("a parenthesis", "("), ("a comma", ","), ("a slash", "/"), ("a semicolon", ";"),
                   ("less than", "<"), ("an equals sign", "="), ("a question mark", "?"),
                   ("an at sign", "@"), ("a bracket", "["), ("a backslash", "\\"), ("a brace", "{"),
                   ("a byte above ASCII", "\xfc"), ("no-break space", "\xa0")):
    refused(f"{name} in a name", f"A{byte}B: c\r\n", rfc="9110/5.6.2")
for name, byte in (("NUL", "\0"), ("a control byte", "\x03"), ("a byte above ASCII", "\x80")):
    refused(f"{name} at the begin of a name", f"{byte}A: c\r\n", rfc="9110/5.6.2")

# Values.
kept("an empty value", "A:\r\n")
kept("a value of white space", "A: \t \r\n")
kept("no white space in front", "A:b\r\n")
kept("white space around a value", "A: \t b \t\r\n", rfc="9112/5.1")
kept("white space inside a value stays", "A: b  \t c\r\n")
kept("a tab inside a value", "A: b\tc\r\n")
kept("all printable bytes", "A: " + "".join(map(chr, range(0x21, 0x7f))) + "\r\n")
kept("obs-text", "A: " + "".join(map(chr, range(0x80, 0x100))) + "\r\n")
kept("colons in a value", "A: b: c:\r\n")
kept("a value of 15, 16, 17 and 33 bytes", "".join(f"A: {'v' * n}\r\n" for n in (15, 16, 17, 33)))
kept("a quoted string with a comma", 'A: "b, c"\r\n', rfc="9110/5.6.4")
kept("a quoted string that does not end", 'A: "b\r\n', rfc="9110/5.6.4")
for byte in list(range(0x00, 0x20)) + [0x7f]:
    if byte not in (0x09, 0x0a, 0x0d):
        refused(f"the byte 0x{byte:02x} in a value", f"A: b{chr(byte)}c\r\n", rfc="9110/5.5")
refused("a control byte at the begin of a value", "A:\x01b\r\n", rfc="9110/5.5")
refused("a control byte at the end of a value", "A: b\x01\r\n", rfc="9110/5.5")
refused("a NUL in an empty value", "A:\0\r\n", rfc="9110/5.5")

# Lines.
refused("folding", "A: b\r\n c\r\n", rfc="9112/5.2")
refused("folding by a tab", "A: b\r\n\tc\r\n", rfc="9112/5.2")
refused("folding of an empty value", "A:\r\n b\r\n", rfc="9112/5.2")
refused("folding of white space alone", "A: b\r\n \r\n", rfc="9112/5.2")
refused("folding of Transfer-Encoding", "Transfer-Encoding:\r\n chunked\r\n", rfc="9112/5.2")
refuses("9112/2.2", "white space in front of the first field",
        "GET /r HTTP/1.1\r\n " + HOST + "\r\n")
refuses("9112/2.2", "a line of white space in front of the fields",
        "GET /r HTTP/1.1\r\n \r\n" + HOST + "\r\n")
refused("a field that ends in a bare LF", "A: b\nC: d\r\n", rfc="9112/2.2")
refused("a field that ends in a bare CR", "A: b\rC: d\r\n", rfc="9112/2.2")
refused("a field that ends in CR CR LF", "A: b\r\r\n", rfc="9112/2.2")
refused("a bare CR in a name", "A\rB: c\r\n", rfc="9112/2.2")
refused("a bare LF in a name", "A\nB: c\r\n", rfc="9112/2.2")
refuses("9112/2.2", "a head that ends in a bare LF", "GET /r HTTP/1.1\r\n" + HOST + "\n")
refuses("9112/2.2", "a head that ends in a bare CR", "GET /r HTTP/1.1\r\n" + HOST + "\rx")
refuses("9112/2.2", "a head that ends in LF LF", "GET /r HTTP/1.1\r\nHost: h\n\n")

# How many and how large.
kept("as many fields as the limit", "".join(f"A{i}: b\r\n" for i in range(MAX_HEADERS - 1)),
     rfc="6585/5")
refused("one field beyond the limit", "".join(f"A{i}: b\r\n" for i in range(MAX_HEADERS)),
        rfc="6585/5", status=431)
line = "GET /r HTTP/1.1\r\n" + HOST
fill = "A: " + "b" * (MAX_HEAD - len(line) - len("A: \r\n\r\n")) + "\r\n"
takes("6585/5", "a head as large as the limit", line + fill + "\r\n",
      reflected("GET", "/r", fields=HOST + fill))
refuses("6585/5", "a head one byte beyond the limit", line + "a" + fill + "\r\n", 431)
refuses("6585/5", "a value beyond the limit", get(fields=HOST + "A: " + "b" * MAX_HEAD + "\r\n"), 431)
refuses("6585/5", "a name beyond the limit", get(fields=HOST + "a" * MAX_HEAD + ": b\r\n"), 431)
refuses("6585/5", "a value that never ends", line + "A: " + "b" * 2 * MAX_HEAD, 431)
refuses("6585/5", "fields that never end", line + "A: b\r\n" * (MAX_HEADERS + 5), 431)

# A browser's.
browser = ("Host: www.example.com\r\nConnection: keep-alive\r\nCache-Control: max-age=0\r\n"
           "Upgrade-Insecure-Requests: 1\r\n"
           "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)\r\n"
           "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
           "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\nAccept-Encoding: gzip, deflate, br\r\n"
           "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\nCookie: session=0123456789abcdef; a=b\r\n"
           "If-None-Match: \"abc\"\r\n")
takes("9110/5", "a browser's request", get("/r?a=b", browser),
      reflected("GET", "/r", query="a=b", fields=browser))
