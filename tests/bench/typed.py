#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the typed API costs: make bench-typed in a build tree.

A GET with parameters of path and query, checked, converted and answered as JSON; and a JSON body of
500 bytes read into a struct of ten fields, checked, and written as JSON again; beside the plaintext
hello of the same server, and beside the own way of the same of kore, FastAPI (Debian's, by uvicorn)
and Node.js, where they are installed. All in one run: rounds by turns, processor time of the whole
tree per request, medians of the rounds' ratios.
"""
import argparse
import json
import statistics
import sys

import workloads
from processes import Failed
from servers import CADRE_CONF, KORE_CONF, Server

ORDER = json.dumps({
    "id": 7, "name": "Ann Example", "street": "1 Long Street", "city": "Exampletown",
    "country": "DE", "email": "ann@example.com", "quantity": 3, "price": 19.95, "express": True,
    "note": "x" * 310}, separators=(",", ":"))

POST = f"""wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = [==[{ORDER}]==]
"""

CADRE = Server("cadre", ["@BUILD@/master/cadre", "-c", "@FOLDER@/cadre.conf"],
               {"cadre.conf": CADRE_CONF.replace("demo.so", "typed_module.so")},
               env={"CADRE_MODULE_PATH": "@BUILD@/tests/bench",
                    "CADRE_WORKER": "@BUILD@/worker/cadre-worker"})
KORE = Server("kore", ["kore", "-fnrc", "@FOLDER@/kore.conf"], {"kore.conf": KORE_CONF.replace(
    "domain * {", """http_body_max 65536
validator v_limit regex ^[0-9]{1,3}$
validator v_text regex ^.{0,50}$
domain * {""").replace("    route /plaintext plaintext\n", """    route /plaintext plaintext
    route ^/items/[0-9]+$ read_item
    params qs:get ^/items/[0-9]+$ {
        validate limit v_limit
        validate q v_text
    }
    route /orders echo_order
""")}, needs=["kore", "@BUILD@/tests/bench/kore_server.so"])

FASTAPI = Server("fastapi", ["/usr/bin/uvicorn", "--host", "127.0.0.1", "--port", "@PORT@",
                             "--no-access-log", "--log-level", "warning", "--app-dir", "@FOLDER@",
                             "twin:app"], {"twin.py": """
from fastapi import FastAPI, Path, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

app = FastAPI()


class Order(BaseModel):
    id: int = Field(ge=1)
    name: str = Field(min_length=1, max_length=80)
    street: str = Field(max_length=80)
    city: str = Field(max_length=80)
    country: str = Field(min_length=2, max_length=2)
    email: str = Field(max_length=80)
    quantity: int = Field(ge=1, le=1000)
    price: float = Field(gt=0)
    express: bool
    note: str = Field(max_length=400)


@app.get("/plaintext", response_class=PlainTextResponse)
async def plaintext():
    return "Hello, World!"


@app.get("/items/{item_id}")
async def read_item(item_id: int = Path(ge=1), limit: int = Query(10, le=100),
                    q: str = Query(max_length=50)):
    return {"item_id": item_id, "limit": limit, "q": q}


@app.post("/orders", response_model=Order)
async def echo_order(order: Order):
    return order
"""})
NODE = Server("node", ["node", "@FOLDER@/twin.js"], {"twin.js": """
const http = require("http");
const text = (v, min, max) => typeof v === "string" && v.length >= min && v.length <= max;
const whole = (v, min, max) => Number.isInteger(v) && v >= min && v <= max;
const isOrder = (o) => o !== null && typeof o === "object" && whole(o.id, 1, 2 ** 53) &&
    text(o.name, 1, 80) && text(o.street, 0, 80) && text(o.city, 0, 80) && text(o.country, 2, 2) &&
    text(o.email, 0, 80) && whole(o.quantity, 1, 1000) && typeof o.price === "number" &&
    o.price > 0 && typeof o.express === "boolean" && text(o.note, 0, 400);
const json = (res, status, value) => {
    const body = JSON.stringify(value);
    res.writeHead(status, {"content-type": "application/json",
                           "content-length": Buffer.byteLength(body)});
    res.end(body);
};
http.createServer((req, res) => {
    if (req.url === "/plaintext") {
        res.writeHead(200, {"content-type": "text/plain", "content-length": 13});
        return res.end("Hello, World!");
    }
    if (req.method === "GET") {
        const url = new URL(req.url, "http://x");
        const id = Number(url.pathname.slice(7)), limit = Number(url.searchParams.get("limit") ?? 10);
        const q = url.searchParams.get("q");
        if (!whole(id, 1, 2 ** 53) || !whole(limit, -(2 ** 31), 100) || !text(q, 0, 50))
            return json(res, 422, {});
        return json(res, 200, {item_id: id, limit: limit, q: q});
    }
    const pieces = [];
    req.on("data", (piece) => pieces.push(piece));
    req.on("end", () => {
        const order = JSON.parse(Buffer.concat(pieces));
        json(res, isOrder(order) ? 200 : 422, order);
    });
}).listen(@PORT@, "127.0.0.1", 1024);
"""})


class Load(workloads.Wrk):
    """One of the three, by wrk."""

    def __init__(self, name, path, script=None):
        super().__init__(name, name, script=script)
        self.path = path


LOADS = [Load("hello", "/plaintext"), Load("get", "/items/42?limit=10&q=abc"),
         Load("post", "/orders", POST)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    options = parser.parse_args()
    servers = [server for server in (CADRE, KORE, NODE, FASTAPI) if not server.missing()]
    found = {(s.name, load.name): [] for s in servers for load in LOADS}
    for _ in range(options.rounds):
        for server in servers:
            with server.start() as running:
                for load in LOADS:
                    found[server.name, load.name].append(
                        workloads.measure(running, load, options.seconds))
    for (server, load), times in found.items():
        ratios = [t / h for t, h in zip(times, found["cadre", "hello"])]
        print(f"{server:7} {load:6} {statistics.median(times):7.2f} µs   "
              f"{statistics.median(ratios):5.2f} x Cadre's hello "
              f"({min(ratios):.2f}..{max(ratios):.2f})")
    for peer in servers[1:]:
        for load in ("get", "post"):
            ratios = [c / p for c, p in zip(found["cadre", load], found[peer.name, load])]
            print(f"{load}: Cadre is {statistics.median(ratios):.3f} x {peer.name}")


try:
    main()
except Failed as failure:
    sys.exit(str(failure))
