#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The OpenAPI document in the hands of others: two validators, and a TypeScript client that is made
of the demo's and talks to it. All by packages of npm, of exact versions (tests/e2e/npm)."""
import shutil

from cadretest import *

FILES = os.path.join(SOURCE, "tests", "e2e", "npm")
FOLDER = os.path.join(BUILD, "tests", "e2e", "npm.work")


def bring():
    """The packages, into the build tree: once."""
    if not shutil.which("npm") or not shutil.which("node"):
        raise Skip("npm is not installed")
    os.makedirs(FOLDER, exist_ok=True)
    for name in os.listdir(FILES):
        shutil.copy(os.path.join(FILES, name), FOLDER)
    with open(os.path.join(FILES, "package-lock.json")) as file:
        lock = file.read()
    mark = os.path.join(FOLDER, "brought")
    if os.path.exists(mark):
        with open(mark) as file:
            if file.read() == lock:
                return
    done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=FOLDER,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=deadline(240))
    if done.returncode != 0:
        raise Skip(f"npm cannot bring the packages: {done.stderr[-300:]}")
    with open(mark, "w") as file:
        file.write(lock)


def run(*words):
    done = subprocess.run(words, cwd=FOLDER, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=deadline(120))
    assert done.returncode == 0, f"{words}: {done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout


def keep_document(server, name, path="/openapi.json"):
    """The document, as a file in the folder."""
    answer = server.get(path)
    assert answer.status == 200, answer
    with open(os.path.join(FOLDER, name), "w") as file:
        file.write(answer.text)
    return answer.json()


def demo():
    server = Server(modules={"demo": {
        "file": os.path.join(BUILD, "modules", ".libs", "demo.so"), "mount": "/",
        "settings": {"api_key": "let-me-in"}}})
    server.conf["module"]["demo"]["settings"]["database"] = server.path("demo.db")
    return server.start()


@case
def the_documents_are_valid():
    bring()
    server = demo()
    assert len(keep_document(server, "demo.json")["paths"]) > 5
    server.stop()
    run("node", "validate.mjs", "demo.json")


@case
def a_document_of_all_features_is_valid():
    bring()
    server = Server()
    with open(os.path.join(SOURCE, "tests", "e2e", "modules", "every.c")) as source:
        server.build_module("every.so", source.read())
    done = server.run_without_conf("openapi", server.path("every.so"))
    assert (done.returncode, done.stderr) == (0, ""), done
    with open(os.path.join(FOLDER, "every.json"), "w") as file:
        file.write(done.stdout)
    run("node", "validate.mjs", "every.json")
    run("node_modules/.bin/openapi-typescript", "every.json", "-o", "every.d.ts")


@case
def validators_find_what_is_wrong():
    bring()
    wrong = {"openapi": "3.1.0", "info": {"title": "x"}, "paths": {}}
    with open(os.path.join(FOLDER, "wrong.json"), "w") as file:
        json.dump(wrong, file)
    done = subprocess.run(["node", "validate.mjs", "wrong.json"], cwd=FOLDER, capture_output=True,
                          stdin=subprocess.DEVNULL, text=True, timeout=deadline(120))
    assert done.returncode == 1, done
    for validator in ("openapi-schema-validator", "swagger-parser"):
        assert f"wrong.json: {validator}: " in done.stderr, done.stderr


@case
def a_client_made_of_the_document_talks_to_the_demo():
    bring()
    server = demo()
    keep_document(server, "demo.json")
    # What has a default need not be sent.
    run("node_modules/.bin/openapi-typescript", "demo.json", "-o", "api.d.ts",
        "--default-non-nullable", "false")
    run("node_modules/.bin/tsc", "-p", ".")
    host, port = server.address()
    assert run("node", "out/demo.js", f"http://{host}:{port}") == "all as it should be\n"
    server.stop()


main()
