# SPDX-License-Identifier: MIT
"""docs/tutorial.md does what it says: its listings make one module, chapter by chapter, which is built,
checked and served as the page says; its commands give what the page shows, its tests pass, and its
service is one that systemd takes."""

import shutil

from cadretest import *
from cadretest import CADRE, SOURCE, WORKER
from listings import CC, WARNINGS, build, listings, pkg_config, run_console, start_with

PAGE = os.path.join(SOURCE, "docs", "tutorial.md")
WHERE = re.compile(r'/\* (\S+?)(?:, (above|in place of) "(.*)")? \*/\n')


def put(files, text):
    """A listing of C: a file, or a part of one and the line that it goes to."""
    name, how, line = WHERE.match(text).groups()
    if how is None:
        assert name not in files, f"{name} is there already"
        files[name] = text
        return name
    lines = files[name].splitlines(keepends=True)
    places = [i for i, one in enumerate(lines) if one.strip().startswith(line)]
    assert places, f'{name} has no line "{line}"'
    part = text[text.index("\n") + 1:]
    at = places[-1] if how == "above" else places[0]
    lines[at:at + (how != "above")] = [part]
    files[name] = "".join(lines)
    return name


def environment():
    """For the commands of the page: what an installation brings."""
    env = dict(os.environ, PATH=os.path.dirname(CADRE) + ":" + os.environ["PATH"],
               PKG_CONFIG_PATH=os.path.join(BUILD, "lib"), CADRE_WORKER=WORKER)
    return {**env, "CC": CC[-1]}


def served(server, files, conf):
    """The module as it is by now, built as the page says, and the server on the conf."""
    build(server, "tasks.c", CC, *WARNINGS)
    text = conf.replace("127.0.0.1:8080", "127.0.0.1:0")
    checked = server.run("-t", text=text)
    assert checked.returncode == 0, checked.stderr
    start_with(server, text)


@case
def page_does_what_it_says():
    if shutil.which("pkg-config") is None or shutil.which("curl") is None:
        raise Skip("needs pkg-config and curl")
    files, conf, server, seen = {}, None, None, 0
    for language, text in listings(PAGE):
        if language == "c":
            name = put(files, text)
            server = server if name != "tasks.c" else None
        elif language == "conf":
            conf, server = text, None
        elif language == "console":
            if server is None:
                server = Server(modules={})
                server.write("tasks.c", files["tasks.c"])
                served(server, files, conf)
            for name in files:
                server.write(name, files[name])
            if "./test_tasks" in text and sanitized():
                continue  # the program would need the sanitizer too
            seen += run_console(server, text, env=environment())
    assert set(files) == {"tasks.c", "test_tasks.c"}, set(files)
    assert seen >= (15 if sanitized() else 17), f"only {seen} commands"


@case
def service_is_as_the_page_says():
    server = Server(modules={}, env={"TASKS_KEY": "open sesame"})
    files = {}
    for language, text in listings(PAGE):
        if language == "c":
            put(files, text)
    conf = [text for language, text in listings(PAGE) if language == "conf"][-1]
    server.write("tasks.c", files["tasks.c"])
    server.env["CADRE_MODULE_PATH"] = server.folder
    assert "tasks.so" in conf and "./" not in conf
    build(server, "tasks.c", CC, *WARNINGS)
    text = conf.replace("127.0.0.1:8080", "127.0.0.1:0").replace("127.0.0.1:9090", "127.0.0.1:0")
    start_with(server, text)
    assert server.get("/hello").text == "Hello\n"
    server.stop()
    del server.env["TASKS_KEY"]
    checked = server.run("-t", text=text)
    assert checked.returncode == 1 and "TASKS_KEY" in checked.stderr, checked.stderr
    # Of the commands the check finds the key where the service does.
    command = next(line for language, part in listings(PAGE) if language == "sh"
                   for line in part.splitlines() if line.endswith("cadre -t)"))
    assert "EnvironmentFile=/etc/cadre/tasks.env" in open(PAGE).read()
    server.write("tasks.env", 'TASKS_KEY="open sesame"\n')
    command = command.replace("/etc/cadre/tasks.env", "./tasks.env").replace(
        "cadre -t", "cadre -c cadre.conf -t")
    checked = subprocess.run(["sh", "-c", command], cwd=server.folder, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True,
                             env={**server.environment(), "PATH": environment()["PATH"]},
                             timeout=deadline(60))
    assert checked.returncode == 0, checked.stderr


@case
def without_a_key_the_check_asks_for_one():
    server = Server(modules={})
    files = {}
    confs = []
    for language, text in listings(PAGE):
        if language == "c":
            put(files, text)
        elif language == "conf":
            confs.append(text)
    server.write("tasks.c", files["tasks.c"])
    build(server, "tasks.c", CC, *WARNINGS)
    checked = server.run("-t", text=confs[0])
    assert checked.returncode == 1 and "key" in checked.stderr, checked.stderr


main()
