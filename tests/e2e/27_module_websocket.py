# SPDX-License-Identifier: MIT
"""docs/websocket.md does what it says: its chat and the test of it are built and run as it says; and
what a server makes of handshakes that its connections do not carry."""

import shutil

from cadretest import *

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "websocket.md")
with open(PAGE) as page:
    LISTINGS = re.findall(r"^```(\S+)\n(.*?)^```$", page.read(), re.M | re.S)
CHAT, TEST = (text for language, text in LISTINGS if language == "c")
HANDSHAKE = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
             "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}


def chat():
    server = Server(workers=1, modules={"chat": {"file": "chat.so"}})
    server.build_module("chat.so", CHAT)
    return server


@case
def the_test_of_the_page_passes():
    if shutil.which("pkg-config") is None:
        raise Skip("needs pkg-config")
    if sanitized():
        raise Skip("the program would need the sanitizer too")
    if subprocess.run(["pkg-config", "--exists", "check"]).returncode != 0:
        raise Skip("needs check")
    server = chat()
    server.write("test_chat.c", TEST)
    console = next(text for language, text in LISTINGS if language == "console")
    env = dict(os.environ, PKG_CONFIG_PATH=os.path.join(BUILD, "lib"))
    for part in re.split(r"^\$ ", console, flags=re.M)[1:]:
        command, _, output = part.partition("\n")
        done = subprocess.run(["sh", "-c", command], cwd=server.path("."), env=env,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=deadline(60))
        assert done.returncode == 0, command + "\n" + done.stdout + done.stderr
        assert done.stdout == output, f"{command}\ngives: {done.stdout!r}\nnot: {output!r}"


@case
def routes_are_listed():
    server = chat()
    done = server.run("routes")
    assert re.search(r"WEBSOCKET +/rooms/\{room\}", done.stdout), done.stdout + done.stderr


@case
def a_handshake_over_http_is_told_so():
    server = chat()
    server.start()
    answer = server.get("/rooms/tea?name=ann", headers=HANDSHAKE)
    assert answer.status == 501, answer
    assert "WebSocket is not served over this connection" in answer.text, answer
    assert server.get("/rooms/tea?name=ann").status == 404
    assert server.get("/none", headers=HANDSHAKE).status == 404
    server.stop()


main()
