# SPDX-License-Identifier: MIT
"""Cases of HTTP/1.x on the wire: bytes that a client sends, and what must come back.

Each module is a table of one part of the RFCs; tests/e2e/33_http_wire.py sends them. A case names
its section. Text stands for bytes, one each (latin-1).
"""
from .case import CASES
from . import request_line, target, fields, host, length, chunked, connection, response, expect

__all__ = ["CASES", "request_line", "target", "fields", "host", "length", "chunked", "connection",
           "response", "expect"]
