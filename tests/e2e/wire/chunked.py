# SPDX-License-Identifier: MIT
"""Bodies in chunks, and transfer codings: RFC 9112 §6.1, §7."""
from .case import HOST, MAX_BODY, Answer, get, reflected, refuses, takes
from .length import post

TE = "Transfer-Encoding: chunked\r\n"


def body_is(what, sent, body, rfc="9112/7.1", fields=TE):
    takes(rfc, what, post(fields, sent), reflected("POST", "/r", fields=HOST + fields, body=body))


def broken(what, sent, rfc="9112/7.1", fields=TE, status=400, target="/r"):
    refuses(rfc, what, post(fields, sent, target), status)


END = "0\r\n\r\n"

body_is("one chunk", "5\r\nhello\r\n" + END, "hello")
body_is("two chunks", "5\r\nhello\r\n6\r\n world\r\n" + END, "hello world")
body_is("no chunk but the last", END, "")
body_is("chunks of one byte", "".join(f"1\r\n{c}\r\n" for c in "chunk") + END, "chunk")
body_is("a size in small letters", "a\r\n0123456789\r\n" + END, "0123456789")
body_is("a size in capital letters", "A\r\n0123456789\r\n" + END, "0123456789")
body_is("a size in letters of both kinds", "aB\r\n" + "x" * 0xab + "\r\n" + END, "x" * 0xab)
body_is("zeros in front of a size", "0005\r\nhello\r\n" + END, "hello")
body_is("sixteen digits of a size", "0000000000000005\r\nhello\r\n" + END, "hello")
body_is("forty zeros in front of a size", "0" * 40 + "5\r\nhello\r\n" + END, "hello")
body_is("a last chunk of many zeros", "5\r\nhello\r\n0000\r\n\r\n", "hello")
body_is("line ends in a chunk", "4\r\n\r\n\r\n\r\n" + END, "\r\n\r\n")
body_is("a chunk that looks like the last one", "5\r\n" + END + "\r\n" + END, END)
body_is("a chunk that looks like a request", f"{len(get()):x}\r\n{get()}\r\n" + END, get())
body_is("a chunk of all bytes", "100\r\n" + "".join(map(chr, range(256))) + "\r\n" + END,
        "".join(map(chr, range(256))))
body_is("chunks as large as the limit", f"{MAX_BODY // 2:x}\r\n{'a' * (MAX_BODY // 2)}\r\n"
        f"{MAX_BODY // 2:x}\r\n{'b' * (MAX_BODY // 2)}\r\n" + END,
        "a" * (MAX_BODY // 2) + "b" * (MAX_BODY // 2))
takes("9112/9.3.2", "a request behind chunks", post(TE, "3\r\nabc\r\n" + END) + get(),
      reflected("POST", "/r", fields=HOST + TE, body="abc"), reflected("GET", "/r"))
takes("9112/9.3.2", "chunks behind chunks", post(TE, "3\r\nabc\r\n" + END) + post(TE, "1\r\nd\r\n" + END),
      reflected("POST", "/r", fields=HOST + TE, body="abc"), reflected("POST", "/r", fields=HOST + TE, body="d"))
takes("9112/9.3", "chunks that nobody reads", post(TE, "5\r\nhello\r\n" + END, "/hello"), Answer(200, b"hi"))
takes("9112/7.1", "chunks in pieces of the application", post(TE, "a\r\n0123456789\r\n3\r\nabc\r\n" + END, "/trickle"),
      Answer(200, b"0123456789abc"))
takes("9112/7.1", "chunks for a sync handler", post(TE, "5\r\nhello\r\n" + END, "/sync"),
      reflected("POST", "/sync", fields=HOST + TE, body="hello"))
takes("9112/7.1", "chunks of GET", get("/r", HOST + TE) + "3\r\nabc\r\n" + END,
      reflected("GET", "/r", fields=HOST + TE, body="abc"))

# Extensions.
for name, extension in (("an extension", ";a=b"), ("an extension without a value", ";a"),
                        ("two extensions", ";a=b;c=d"), ("a quoted extension", ';a="b c"'),
                        ("a quoted semicolon", ';a="b;c"'), ("a quoted pair", ';a="b\\"c"')):
    body_is(name, f"5{extension}\r\nhello\r\n" + END, "hello", rfc="9112/7.1.1")
body_is("an extension of the last chunk", "5\r\nhello\r\n0;a=b\r\n\r\n", "hello", rfc="9112/7.1.1")
broken("a control byte in an extension", "5;a=\x01\r\nhello\r\n" + END, rfc="9112/7.1.1")
broken("a NUL in an extension", "5;\0\r\nhello\r\n" + END, rfc="9112/7.1.1")
broken("an extension that ends in a bare LF", "5;a=b\nhello\r\n" + END, rfc="9112/7.1.1")
broken("an extension with a bare CR", "5;a=b\rc\r\nhello\r\n" + END, rfc="9112/7.1.1")
broken("an extension without a semicolon", "5 a=b\r\nhello\r\n" + END, rfc="9112/7.1.1")

# Sizes.
for name, size in (("empty", ""), ("negative", "-5"), ("with a plus", "+5"), ("with a prefix", "0x5"),
                   ("with a letter that is no digit", "5g"), ("a word", "five"), ("with a space in front", " 5"),
                   ("with a tab in front", "\t5"), ("with a space behind", "5 "), ("with a tab behind", "5\t"),
                   ("with a comma", "5,"), ("with a point", "5.0"), ("with an underscore", "0_5"),
                   ("quoted", '"5"'), ("with a NUL behind", "5\0"), ("of 17 digits", "f" * 17),
                   ("above 2 to the 63rd", "8000000000000000"), ("2 to the 64th and 5", "10000000000000005"),
                   ("with obs-text", "5\xb2"), ("with a colon", "5:"), ("a semicolon alone", ";")):
    broken(f"a size that is {name}", f"{size}\r\nhello\r\n" + END)
broken("a size that ends in a bare LF", "5\nhello\r\n" + END)
broken("a size that ends in a bare CR", "5\rhello\r\n" + END)
broken("a size that ends in CR CR LF", "5\r\r\nhello\r\n" + END)
broken("an empty line in front of a size", "\r\n5\r\nhello\r\n" + END)
broken("a chunk longer than its size", "4\r\nhello\r\n" + END)
broken("a chunk shorter than its size", "6\r\nhello\r\n" + END)
broken("a chunk that ends in a bare LF", "5\r\nhello\n" + END)
broken("a chunk that ends in a bare CR", "5\r\nhello\r" + END)
broken("a chunk that ends in LF CR", "5\r\nhello\n\r" + END)
broken("a chunk without an end", "5\r\nhello" + END)
broken("the last chunk with a bare LF", "5\r\nhello\r\n0\n\r\n")
broken("the last line with a bare LF", "5\r\nhello\r\n0\r\n\n")
broken("the last line with a bare CR", "5\r\nhello\r\n0\r\n\rx")
broken("a chunk beyond the limit", f"{MAX_BODY + 1:x}\r\nabc", rfc="9110/15.5.14", status=413)
broken("chunks beyond the limit", "400\r\n" + "a" * 0x400 + f"\r\n{MAX_BODY:x}\r\nabc",
       rfc="9110/15.5.14", status=413)
broken("a chunk far beyond the limit", "7fffffffffffffff\r\nabc", rfc="9110/15.5.14", status=413)
broken("a size that is a word, for a sync handler", "five\r\nhello\r\n" + END, target="/sync")
broken("a size that is a word, in pieces of the application", "five\r\nhello\r\n" + END, target="/trickle")

# Trailers.
body_is("a trailer", "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", "hello", rfc="9112/7.1.2")
body_is("two trailers", "5\r\nhello\r\n0\r\nX-A: 1\r\nX-B: 2\r\n\r\n", "hello", rfc="9112/7.1.2")
body_is("an empty trailer", "5\r\nhello\r\n0\r\nX-A:\r\n\r\n", "hello", rfc="9112/7.1.2")
body_is("trailers that would frame the message are passed over",
        "5\r\nhello\r\n0\r\nContent-Length: 99\r\nTransfer-Encoding: x\r\nHost: evil\r\n\r\n", "hello",
        rfc="9110/6.5.1")
for name, trailer in (("without a colon", "X-A"), ("without a name", ": 1"), ("with a space before the colon", "X-A : 1"),
                      ("with a NUL", "X-A: \0"), ("with a control byte", "X-A: \x07"), ("that begins with a space", " X-A: 1"),
                      ("with a bad name", "X(A: 1"), ("with a bare CR", "X-A: 1\rX")):
    broken(f"a trailer {name}", f"5\r\nhello\r\n0\r\n{trailer}\r\n\r\n", rfc="9112/7.1.2")
broken("a trailer that ends in a bare LF", "5\r\nhello\r\n0\r\nX-A: 1\n\r\n", rfc="9112/7.1.2")
broken("a trailer that is folded", "5\r\nhello\r\n0\r\nX-A: 1\r\n 2\r\n\r\n", rfc="9112/5.2")

# Codings.
body_is("chunked in any case", "5\r\nhello\r\n" + END, "hello", rfc="9112/7", fields="Transfer-Encoding: ChUnKeD\r\n")
body_is("empty elements in the list", END, "", rfc="9110/5.6.1", fields="Transfer-Encoding: , chunked ,\r\n")
body_is("white space around chunked", END, "", rfc="9112/5.1", fields="Transfer-Encoding: \t chunked \t\r\n")
for name, fields, status in (
        ("an unknown coding", "gzip", 400), ("a coding in front of chunked", "gzip, chunked", 501),
        ("chunked twice", "chunked, chunked", 400), ("a coding behind chunked", "chunked, gzip", 400),
        ("identity", "identity", 400), ("identity behind chunked", "chunked, identity", 400),
        ("an empty coding", "", 400), ("commas alone", ", ,", 400), ("a word that begins with chunked", "chunkedx", 400),
        ("a word that ends in chunked", "xchunked", 400), ("chunked with a parameter", "chunked;a=b", 400),
        ("chunked, quoted", '"chunked"', 400), ("chunked and a word", "chunked gzip", 400),
        ("a vertical tab in front", "\vchunked", 400), ("chunked with a NUL", "chunked\0", 400),
        ("obs-text in front of chunked", "\xa0chunked", 400), ("semicolon for a comma", "gzip; chunked", 400),
        ("a bare CR in front", "\rchunked", 400)):
    broken(name, END, rfc="9112/6.1", fields=f"Transfer-Encoding: {fields}\r\n", status=status)
broken("chunked on two lines", END, rfc="9112/6.1", fields=TE + TE)
broken("a coding on a line of its own behind", END, rfc="9112/6.1", fields=TE + "Transfer-Encoding: gzip\r\n")
broken("a coding on a line of its own in front", END, rfc="9112/6.1", fields="Transfer-Encoding: gzip\r\n" + TE, status=501)
broken("identity on a line of its own", END, rfc="9112/6.1", fields=TE + "Transfer-Encoding: identity\r\n")
refuses("9112/6.1", "chunks on HTTP/1.0", post(TE, END, version="1.0"))
refuses("9112/6.1", "chunks on HTTP/1.0 that is kept", post(TE + "Connection: keep-alive\r\n", END, version="1.0"))
