# SPDX-License-Identifier: MIT
"""docs/testing.md does what it says: its module and the test of it are built and run as it says."""

from cadretest import *
from listings import listings, run_test_program

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "testing.md")


@case
def the_test_of_the_page_passes():
    server = Server(modules={})
    for language, text in listings(PAGE):
        name = re.match(r"/\* (\S+) \*/", text)
        if language == "c" and name:
            server.write(name.group(1), text)
    assert run_test_program(server, listings(PAGE)) == 3


main()
