# SPDX-License-Identifier: MIT
"""The demo's items: the typed API with curl, and that no answered write is ever lost."""

import random
import signal

from cadretest import *
from demo_items import Writers, demo, needs_sqlite


def curl(server, path, *args):
    """(status, headers, body) of a request by curl."""
    done = subprocess.run(["curl", "-s", "-S", "-i", "--max-time", "60", *args,
                           f"http://127.0.0.1:{server.address()[1]}{path}"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    head, _, body = done.stdout.partition("\n\n")
    status, *fields = head.split("\n")
    return int(status.split()[1]), {k.lower(): v for k, v in
                                    (f.split(": ", 1) for f in fields)}, body


def as_json(method, value):
    return ("-X", method, "-H", "content-type: application/json", "-d", json.dumps(value))


@case
def items_live_as_curl_wants():
    server = demo(api_key="let-me-in").start()
    needs_sqlite(server)
    status, headers, body = curl(server, "/api/items", *as_json("POST", {"name": "Kettle", "price": 39.9}))
    item = json.loads(body)
    assert (status, headers["location"]) == (201, f"/api/items/{item['id']}"), (status, headers)
    assert (item["name"], item["price"], item["category"], item["in_stock"]) == (
        "Kettle", 39.9, "tool", True), item
    place = headers["location"]
    assert json.loads(curl(server, place)[2]) == item
    status, _, body = curl(server, place, *as_json("PATCH", {"price": 35}))
    assert (status, json.loads(body)["price"]) == (200, 35.0)
    status, _, body = curl(server, "/api/items?q=kett&max_price=36")
    assert (status, json.loads(body)["total"]) == (200, 1), body
    status, headers, body = curl(server, place, "-X", "DELETE")
    assert (status, headers["www-authenticate"], json.loads(body)) == (
        401, "APIKey", {"detail": "Not authenticated"})
    assert curl(server, place, "-X", "DELETE", "-H", "X-API-Key: wrong")[0] == 403
    assert curl(server, place, "-X", "DELETE", "-H", "X-API-Key: let-me-in")[0] == 204
    assert curl(server, place)[0] == 404
    status, _, body = curl(server, "/api/items?limit=0")
    assert status == 422 and json.loads(body)["detail"][0]["loc"] == ["query", "limit"], body
    server.stop()


@case
def without_a_key_in_the_conf_nobody_deletes():
    server = demo().start()
    needs_sqlite(server)
    status, _, body = curl(server, "/api/items/1", "-X", "DELETE", "-H", "X-API-Key: x")
    assert status == 403 and "no api_key" in json.loads(body)["detail"], body
    server.stop()


@case
def the_key_is_of_the_environment_as_well():
    server = demo()
    server.env["DEMO_API_KEY"] = "from outside"
    server.start()
    needs_sqlite(server)
    assert curl(server, "/api/items/1", "-X", "DELETE", "-H", "X-API-Key: from outside")[0] == 204
    server.stop()


@case
def data_outlive_reload_and_restart():
    server = demo().start()
    needs_sqlite(server)
    server.post("/api/items", json.dumps({"name": "kept", "price": 1}).encode(),
                {"Content-Type": "application/json"})
    server.reload()
    assert server.get("/api/items?q=kept").json()["total"] == 1
    server.stop()
    again = demo(database=server.path("demo.db")).start()
    assert again.get("/api/items?q=kept").json()["total"] == 1
    again.stop()


@case
def a_file_that_cannot_be_is_told_and_not_served():
    server = demo().start()
    needs_sqlite(server)
    server.stop()
    server = demo()
    server.conf["module"]["demo"]["settings"]["database"] = "/nowhere/demo.db"
    server.launch()
    assert server.wait_exit() != 0
    server.wait_log('database "/nowhere/demo.db": cannot open it: its folder is missing: make it; '
                    "or set `database` in the module's settings to another path")


@case
def no_answered_item_is_lost_when_workers_are_killed():
    server = demo(workers=3).start()
    needs_sqlite(server)
    server.expects_deaths = True
    choice = random.Random(7)
    with Writers(server) as writers:
        for _ in range(8):
            writers.wait_for_more()
            os.kill(choice.choice(server.workers()), signal.SIGKILL)
        writers.wait_for_more()
    writers.check()
    server.stop()


main()
