# SPDX-License-Identifier: MIT
"""What tests of the demo's items share: the demo with a file of its own, and clients that write and
remember what they were answered."""
import http.client

from cadretest import *

DEMO = os.path.join(BUILD, "modules", ".libs", "demo.so")
JSON = {"Content-Type": "application/json"}


def demo(workers=2, **settings):
    server = Server(workers=workers, modules={"demo": {"file": DEMO}})
    server.conf["module"]["demo"]["settings"] = {"database": server.path("demo.db"), **settings}
    return server


def needs_sqlite(server):
    if server.get("/api/items").status == 501:
        raise Skip("the demo was built without SQLite")


def create(server, name, **more):
    """The answer to a new item."""
    return server.post("/api/items", json.dumps({"name": name, "price": 1, **more}).encode(), JSON)


def all_items(server):
    """{id: name} of what the store holds."""
    found = {}
    while True:
        page = server.get(f"/api/items?limit=100&offset={len(found)}").json()
        found.update((item["id"], item["name"]) for item in page["items"])
        if not page["items"]:
            assert len(found) == page["total"], (len(found), page["total"])
            return found


class Writers:
    """Clients that create items, each one after another, inside of `with`. `answered` is {id: name}
    of those that were answered with 201, `unanswered` the names of those whose connection ended
    first, `wrong` what else was answered, but for 503."""

    def __init__(self, server, count=6):
        self.server = server
        self.before = all_items(server)
        self.answered, self.unanswered, self.wrong = {}, [], []
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(f"w{i}",)) for i in range(count)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._enough.set()
        for thread in self._threads:
            thread.join()

    def _write(self, name):
        connection, n = None, 0
        while not self._enough.is_set():
            n += 1
            text = f"{name}-{n}"
            try:
                connection = connection or self.server.connection()
                connection.request("POST", "/api/items", json.dumps({"name": text, "price": n}), JSON)
                answer = connection.getresponse()
                body = answer.read()
            except ConnectionRefusedError:
                return  # the server has ended, and its port may soon be another one's
            except (OSError, http.client.HTTPException):
                self.unanswered.append(text)  # written or not: nobody has said so
                if connection is not None:
                    connection.close()
                connection = None
                continue
            if answer.status == 201:
                self.answered[json.loads(body)["id"]] = text
            elif answer.status != 503:
                self.wrong.append((answer.status, body))

    def wait_for_more(self, count=25):
        """Until so many more were answered."""
        seen = len(self.answered)
        wait_for(f"{count} more writes", lambda: len(self.answered) >= seen + count)

    def check(self, server=None):
        """That nothing is lost of what was answered, and nothing is there that nobody has sent."""
        assert not self.wrong, self.wrong
        found = all_items(server or self.server)
        missing = {i: name for i, name in self.answered.items() if found.get(i) != name}
        assert not missing, f"{len(missing)} of {len(self.answered)} are lost: {missing}"
        # What is there besides is what nobody has heard of: its worker was killed behind its write.
        besides = {name for i, name in found.items()
                   if i not in self.answered and i not in self.before}
        assert besides <= set(self.unanswered), besides - set(self.unanswered)
        print(f"# {len(self.answered)} answered, {len(self.unanswered)} unanswered, "
              f"of which {len(besides)} were written")
