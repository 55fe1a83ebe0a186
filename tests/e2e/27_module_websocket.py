# SPDX-License-Identifier: MIT
"""docs/websocket.md does what it says: its chat and the test of it are built and run as it says; and
what a server makes of handshakes that its connections do not carry."""

from cadretest import *
from listings import listings, run_test_program

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "websocket.md")
LISTINGS = listings(PAGE)
CHAT, TEST = (text for language, text in LISTINGS if language == "c")
HANDSHAKE = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
             "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}


def chat():
    server = Server(workers=1, modules={"chat": {"file": "chat.so"}})
    server.build_module("chat.so", CHAT)
    return server


@case
def the_test_of_the_page_passes():
    server = chat()
    server.write("test_chat.c", TEST)
    assert run_test_program(server, LISTINGS) == 2


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
