# SPDX-License-Identifier: MIT
"""docs/typed-api.md does what it says; and a sample of the typed API over the wire: the answers that
the test client gives are those that a client gets."""

from cadretest import *

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "typed-api.md")
with open(PAGE) as page:
    LISTINGS = re.findall(r"^```(\S+)\n(.*?)^```$", page.read(), re.M | re.S)
SHOP = next(text for language, text in LISTINGS if language == "c")


def shop(**more):
    server = Server(workers=1, modules={"shop": {"file": "shop.so"}}, **more)
    server.build_module("shop.so", SHOP)
    server.start()
    return server


def ask(connection, method, path, body=None):
    """(status, what the JSON says)."""
    headers = {} if body is None else {"content-type": "application/json"}
    text = body if isinstance(body, (str, bytes)) or body is None else json.dumps(body)
    connection.request(method, path, body=text, headers=headers)
    answer = connection.getresponse()
    text = answer.read()
    return answer.status, json.loads(text) if text else None


@case
def the_listing_is_short():
    assert len(SHOP.splitlines()) <= 150, len(SHOP.splitlines())


@case
def the_commands_of_the_page_print_what_it_shows():
    server = shop()
    host, port = server.address()
    console = next(text for language, text in LISTINGS if language == "console")
    steps = re.findall(r"^\$ (.*)\n((?:[^$].*\n)*)", console, re.M)
    assert len(steps) == 4, steps
    for command, expected in steps:
        command = command.replace("127.0.0.1:8080", f"{host}:{port}")
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True,
                              timeout=deadline(30))
        assert done.stdout == expected.rstrip("\n"), (command, done.stdout, expected)


@case
def items_are_created_read_listed_changed_deleted():
    connection = shop().connection()
    assert ask(connection, "GET", "/items") == (200, [])
    for i in range(1, 26):
        item = {"name": f"item {i}", "price": i + 0.5}
        assert ask(connection, "POST", "/items", item) == (201, {"id": i, **item, "in_stock": True})
    assert [i["id"] for i in ask(connection, "GET", "/items")[1]] == list(range(1, 11))
    assert [i["id"] for i in ask(connection, "GET", "/items?offset=20&limit=3")[1]] == [21, 22, 23]
    assert [i["id"] for i in ask(connection, "GET", "/items?q=2&min_price=12")[1]] == [12, *range(20, 26)]
    assert ask(connection, "GET", "/items/7") == (
        200, {"id": 7, "name": "item 7", "price": 7.5, "in_stock": True})
    assert ask(connection, "PATCH", "/items/7", {"price": 1, "in_stock": False}) == (
        200, {"id": 7, "name": "item 7", "price": 1.0, "in_stock": False})
    assert ask(connection, "PATCH", "/items/7", {"name": "\u00e4"})[1]["name"] == "\u00e4"
    assert ask(connection, "DELETE", "/items/7") == (204, None)
    for method, body in (("GET", None), ("PATCH", {}), ("DELETE", None)):
        assert ask(connection, method, "/items/7", body) == (404, {"detail": "Item not found"})
    assert len(ask(connection, "GET", "/items?limit=100")[1]) == 24


@case
def what_does_not_fit_is_told_all_at_once():
    connection = shop().connection()
    status, answer = ask(connection, "POST", "/items", {"name": "", "price": "x", "in_stock": 3})
    assert status == 422
    assert [(e["loc"], e["type"]) for e in answer["detail"]] == [
        (["body", "name"], "string_too_short"), (["body", "price"], "float_parsing"),
        (["body", "in_stock"], "bool_parsing")], answer
    status, answer = ask(connection, "GET", "/items?limit=0&offset=x&q=" + "a" * 51)
    assert status == 422
    assert [e["loc"] for e in answer["detail"]] == [["query", "q"], ["query", "offset"],
                                                   ["query", "limit"]], answer
    assert ask(connection, "GET", "/items/x")[1]["detail"][0]["loc"] == ["path", "item_id"]
    assert ask(connection, "PATCH", "/items/x", {"name": None})[1]["detail"] == [
        {"type": "int_parsing", "loc": ["path", "item_id"], "input": "x",
         "msg": "Input should be a valid integer, unable to parse string as an integer"},
        {"type": "string_type", "loc": ["body", "name"], "input": None,
         "msg": "Input should be a valid string"}]
    assert ask(connection, "POST", "/items", '{"name":')[1]["detail"] == [
        {"type": "json_invalid", "loc": ["body", 8], "msg": "JSON decode error", "input": {},
         "ctx": {"error": "Expecting value"}}]
    assert ask(connection, "POST", "/items", b'{"name":"\xff","price":1}') == (
        400, {"detail": "There was an error parsing the body"})
    assert ask(connection, "GET", "/items") == (200, [])


main()
