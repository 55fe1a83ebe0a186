# SPDX-License-Identifier: MIT
"""The document of modules/every.c against that which FastAPI makes of its twin, twin.py: what differs
is what docs/openapi.md lists, and nothing else."""

from cadretest import *

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"  # Debian's, which has python3-fastapi
PLAIN = {"/files/{file_path}", "/orgs/{org}"}  # their parameters are any text: nothing is checked


def walk(node, change):
    """Every object below a node, the innermost first, replaced by what `change` makes of it."""
    if isinstance(node, dict):
        return change({name: walk(value, change) for name, value in node.items()})
    return [walk(value, change) for value in node] if isinstance(node, list) else node


def of_cadre(node):
    """Cadre's document without what it says besides, by the numbers of docs/openapi.md."""
    kinds = node.get("anyOf")
    if isinstance(kinds, list) and {"type": "null"} in kinds:                                # 2
        node = {**kinds[0], **{name: value for name, value in node.items() if name != "anyOf"}}
    if node.get("format") in ("int32", "int64"):                                             # 3
        node = {name: value for name, value in node.items() if name != "format"}
    if node.get("format") == "uri":                                                          # 9
        node = {name: value for name, value in node.items() if name != "maxLength"}
    return node


def of_fastapi(node):
    """FastAPI's as later versions of it have it, or without what it says besides."""
    if node.get("content") == {"application/json": {"schema": {}}}:                          # 4
        node = {name: value for name, value in node.items() if name != "content"}
    if "in" in node and "name" in node and "schema" in node:                                 # 6
        node = {**node, "schema": {name: value for name, value in node["schema"].items()
                                   if name != "description"}}
    if node.get("format") == "binary":                                                       # 1
        node = {name: value for name, value in node.items() if name != "format"}
        node["contentMediaType"] = "application/octet-stream"
    if len(node.get("allOf", ())) == 1:
        node = {**node["allOf"][0], **{name: value for name, value in node.items() if name != "allOf"}}
    if isinstance(node.get("enum"), list) and "title" in node:
        node = {"type": "string", **node}
        if node.get("description") == "An enumeration.":                                     # 8
            del node["description"]
        if len(node["enum"]) == 1:
            node["const"] = node.pop("enum")[0]
    return of_cadre(node)


def differences(ours, twin, at=""):
    if isinstance(ours, dict) and isinstance(twin, dict):
        for name in sorted({*ours, *twin}):
            if name not in ours or name not in twin:
                yield f"{at}/{name} is {'not ' if name not in ours else ''}Cadre's: " \
                      f"{(ours if name in ours else twin)[name]}"
            else:
                yield from differences(ours[name], twin[name], f"{at}/{name}")
    elif isinstance(ours, list) and isinstance(twin, list) and len(ours) == len(twin):
        for i, (one, other) in enumerate(zip(ours, twin)):
            yield from differences(one, other, f"{at}/{i}")
    elif ours != twin:
        yield f"{at}: {ours} is {twin} in FastAPI"


def documents():
    made = subprocess.run([PYTHON, os.path.join(HERE, "twin.py")], capture_output=True, text=True,
                          timeout=deadline(60))
    if "No module named" in made.stderr or not os.path.exists(PYTHON):
        raise Skip("FastAPI is missing (Debian: python3-fastapi)")
    assert made.returncode == 0, made.stderr
    server = Server()
    with open(os.path.join(HERE, "modules", "every.c")) as source:
        server.build_module("every.so", source.read())
    done = server.run_without_conf("openapi", server.path("every.so"))
    assert (done.returncode, done.stderr) == (0, ""), done
    return json.loads(done.stdout), json.loads(made.stdout)


@case
def it_says_what_the_twin_says():
    ours, twin = documents()
    assert (ours.pop("openapi"), twin.pop("openapi")) == ("3.1.0", "3.0.2")                  # 1
    ours["paths"] = {path: item for path, item in ours["paths"].items()
                     if not path.startswith("/own/")}
    assert list(ours.pop("webhooks")) == ["new-item"]  # FastAPI has them since 0.99
    assert sum(len(item) for item in ours["paths"].values()) >= 30, ours["paths"].keys()
    for path in PLAIN:                                                                       # 5
        del twin["paths"][path]["get"]["responses"]["422"]
    for name in ("input", "ctx"):                                                            # 7
        del ours["components"]["schemas"]["ValidationError"]["properties"][name]
    for name in [name for name in ours["components"]["schemas"]
                 if name.startswith(("account", "point"))]:
        del ours["components"]["schemas"][name]
    found = list(differences(walk(ours, of_cadre), walk(twin, of_fastapi)))
    assert found == [], "\n".join(found)


@case
def what_differs_is_documented():
    with open(os.path.join(HERE, "..", "..", "docs", "openapi.md")) as page:
        listed = set(re.findall(r"^(\d+)\. ", page.read(), re.M))
    with open(__file__) as test:
        used = set(re.findall(r" # (\d+)$", test.read(), re.M))
    assert used <= listed, used - listed


main()
