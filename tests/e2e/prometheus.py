# SPDX-License-Identifier: MIT
"""/metrics as Prometheus reads it: by the parser of its own client (python3-prometheus-client)."""
import atexit
import functools

from cadretest import *

# Texts and families go as lines of JSON: the parser is loaded once.
PARSE = """
import json, sys
try:
    from prometheus_client.parser import text_string_to_metric_families
except ImportError:
    sys.exit(77)
for line in sys.stdin:
    print(json.dumps({f.name: {"type": f.type, "help": f.documentation, "samples": [
        [s.name, s.labels, s.value] for s in f.samples]}
        for f in text_string_to_metric_families(json.loads(line))}), flush=True)
"""


@functools.lru_cache(maxsize=None)
def _parser(python):
    parser = subprocess.Popen([python, "-c", PARSE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True)
    atexit.register(parser.kill)
    return parser


def parse(text):
    """The metric families: {name: {"type", "help", "samples": [[name, labels, value]]}}. Skips the
    case where there is no such parser."""
    for python in (sys.executable, "/usr/bin/python3"):
        parser = _parser(python)
        try:
            parser.stdin.write(json.dumps(text) + "\n")
            parser.stdin.flush()
        except BrokenPipeError:
            pass
        line = parser.stdout.readline()
        if line:
            return json.loads(line)
        assert parser.wait() == 77, text
    raise Skip("no python3-prometheus-client")


def page(server, path):
    """A page of status_listen."""
    return server.get(path, listener="status_listen")


def metrics(server):
    answer = page(server, "/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4"), answer.headers
    return parse(answer.text)


def value(families, family, name=None, **labels):
    """The sum of the samples of FAMILY with these LABELS."""
    return sum(v for n, l, v in families[family]["samples"]
               if n == (name or n) and all(l.get(k) == w for k, w in labels.items()))


def totals(families):
    """All that may never go back: {(sample, labels): value} of counters and histograms."""
    return {(n, tuple(sorted(l.items()))): v for f in families.values() if f["type"] in ("counter", "histogram")
            for n, l, v in f["samples"]}


def fallen(before, after):
    """What has gone back, or is not there any more."""
    return {k: (v, after.get(k)) for k, v in before.items() if after.get(k, -1) < v}
