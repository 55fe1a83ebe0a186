# SPDX-License-Identifier: MIT
"""What a wire case is, and the words that the tables are written in."""
import dataclasses
import os

CASES = []

HOST = "Host: h\r\n"
MAX_HEAD = 1024  # of the conf that the cases are served with
MAX_HEADERS = 20
MAX_BODY = 4096
# Also long ones are split at every boundary, by long_http_wire.py; else at each few bytes.
EVERY_BYTE = os.environ.get("CADRE_WIRE_EVERY_BYTE", "") != ""


def raw(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")


@dataclasses.dataclass
class Answer:
    """One answer: what is None is not looked at."""
    status: int
    body: bytes = None
    has: dict = dataclasses.field(default_factory=dict)  # {name: value, or True}
    lacks: tuple = ()
    bodiless: bool = False  # HEAD, 204, 304: no body whatever the head says
    broken: bool = False  # cut off: the body is what came until then
    other: "Answer" = None  # what may come instead, as the bytes happen to arrive


@dataclasses.dataclass
class Case:
    """What is sent on one connection, and what comes back on it."""
    rfc: str
    what: str
    data: bytes
    answers: list
    keeps: bool  # the connection goes on: another request is answered
    shut: bool = False  # the client ends its side behind the data
    waits: bool = False  # 100 (Continue) may come first, as the bytes happen to arrive
    stride: int = 1  # each how many bytes it is split

    @property
    def name(self):
        return f"{self.rfc}: {self.what}"


def add(rfc, what, data, answers, keeps, **more):
    rfc = "RFC " + rfc.replace("/", " §")
    made = Case(rfc, what, raw(data), answers, keeps, **more)
    if len(made.data) > 400 and not EVERY_BYTE:
        made.stride = max(made.stride, len(made.data) // 150)
    assert made.name not in {c.name for c in CASES}, made.name
    CASES.append(made)


def fields_of(text):
    """The fields of a table's text, as the application sees them."""
    found = []
    for line in text.split("\r\n"):
        if line:
            name, _, value = line.partition(":")
            found.append((name.lower(), value.strip(" \t")))
    return found


def reflected(method, path, raw_path=None, query="", fields=HOST, body=b"", **more):
    """The answer of /reflect and its kin: what the application was told."""
    lines = [f"{method}|{path}|{raw_path or path}|{query}"]
    lines += [f"{name}: {value}" for name, value in fields_of(fields)]
    return Answer(200, raw("\n".join(lines) + "\n\n") + raw(body), **more)


def get(target="/r", fields=HOST, version="1.1", method="GET"):
    return f"{method} {target} HTTP/{version}\r\n{fields}\r\n"


def takes(rfc, what, data, *answers, **more):
    """Is answered, and the connection goes on."""
    add(rfc, what, data, list(answers), True, **more)


def ends(rfc, what, data, *answers, **more):
    """Is answered, and the connection ends."""
    add(rfc, what, data, list(answers), False, **more)


def refuses(rfc, what, data, status=400, before=(), bodiless=False, **more):
    """Is refused: told why, and what follows is no request."""
    refusal = Answer(status, has={"connection": "close", "content-type": True,
                                  "content-length": True}, bodiless=bodiless)
    add(rfc, what, data, [*before, refusal], False, **more)
