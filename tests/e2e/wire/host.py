# SPDX-License-Identifier: MIT
"""The Host field: RFC 9112 §3.2, RFC 9110 §7.2, RFC 3986 §3.2.2."""
from .case import HOST, get, reflected, refuses, takes

for name, host in (("a name", "example.com"), ("a name and a port", "example.com:8080"),
                   ("an address", "127.0.0.1"), ("an address and a port", "127.0.0.1:80"),
                   ("an IPv6 address", "[::1]"), ("an IPv6 address and a port", "[fe80::1]:65535"),
                   ("an IPv4 address in an IPv6 one", "[::ffff:127.0.0.1]"),
                   ("a name that ends in a dot", "example.com."), ("a name of one letter", "h"),
                   ("an underscore", "a_b"), ("sub-delims", "a!$&'()*+,;=b"), ("a percent-encoded name", "a%2Db"),
                   ("an empty port", "h:"), ("port 0", "h:0"), ("a name in capital letters", "EXAMPLE"),
                   ("a name of 60 letters", "a" * 60), ("a name of 100 letters", "a" * 100),
                   ("a name of 64 letters", "a" * 64), ("a name of 65 letters", "a" * 65)):
    takes("9112/3.2", f"a Host of {name}", get(fields=f"Host: {host}\r\n"),
          reflected("GET", "/r", fields=f"Host: {host}\r\n"))
takes("9112/3.2", "an empty Host", get(fields="Host:\r\n"), reflected("GET", "/r", fields="Host:\r\n"))
takes("9112/3.2", "Host behind other fields", get(fields="A: b\r\n" + HOST),
      reflected("GET", "/r", fields="A: b\r\n" + HOST))
takes("9112/3.2", "Host in any case", get(fields="hOST: h\r\n"),
      reflected("GET", "/r", fields="host: h\r\n"))
takes("9112/3.2", "another Host on a kept connection",
      get(fields="Host: a\r\n") + get(fields="Host: b\r\n") + get(fields="Host: a\r\n"),
      *(reflected("GET", "/r", fields=f"Host: {h}\r\n") for h in "aba"))
refuses("9112/3.2", "no Host", get(fields=""))
refuses("9112/3.2", "no Host, but other fields", get(fields="A: b\r\n"))
refuses("9112/3.2", "two Hosts", get(fields=HOST + HOST))
refuses("9112/3.2", "two Hosts that differ", get(fields="Host: a\r\nHost: b\r\n"))
refuses("9112/3.2", "two Hosts, one empty", get(fields="Host: a\r\nHost:\r\n"))
refuses("9112/3.2", "two Hosts far apart", get(fields=HOST + "A: b\r\nC: d\r\n" + HOST))
refuses("9112/3.2", "two Hosts on HTTP/1.0", get(fields=HOST + HOST, version="1.0"))
for name, host in (("a space", "a b"), ("a list", "a, b"), ("a slash", "a/b"), ("a path", "a/"),
                   ("a user", "u@h"), ("a scheme", "http://h"), ("a query", "a?b"), ("a number sign", "a#b"),
                   ("a backslash", "a\\b"), ("a quote", '"a"'), ("a bracket that does not close", "[::1"),
                   ("a bracket that does not open", "::1]"), ("an address without brackets", "::1"),
                   ("empty brackets", "[]"), ("more behind a bracket", "[::1]a"), ("a port that is no number", "h:http"),
                   ("a port with a sign", "h:+80"), ("a port beyond all", "h:65536"), ("a long port", "h:0000080"),
                   ("two ports", "h:1:2"), ("a port alone", ":80"), ("obs-text", "h\xe4"),
                   ("half a percent-encoding", "h%2"), ("a percent sign", "%"), ("less than", "<h>"),
                   ("a caret", "a^b"), ("a brace", "{h}"), ("a pipe", "a|b"), ("a grave accent", "a`b")):
    refuses("9110/7.2", f"a Host with {name}", get(fields=f"Host: {host}\r\n"))
