# SPDX-License-Identifier: MIT
"""docs/writing-a-module.md does what it says: each listing is built as the page says, each conf is
served, each command gives what the page shows. Also the build outside of the tree: the headers and
cadre.pc, installed into a folder, are enough."""

import shutil

from cadretest import *
from listings import CC, CXX, WARNINGS, build, listings, pkg_config, run_console, start_with

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "..", "..", "docs", "writing-a-module.md")


def chapters():
    """(files, conf, console) of each example of the page."""
    files = {}
    conf = None
    for language, text in listings(PAGE):
        if language in ("c", "c++"):
            name = re.match(r"/\* (\S+) \*/|// (\S+)", text)
            files[name.group(1) or name.group(2)] = text
        elif language == "conf":
            conf = text
        elif language == "console":
            yield files, conf, text
            files = {}


@case
def page_does_what_it_says():
    if shutil.which("pkg-config") is None or shutil.which("curl") is None:
        raise Skip("needs pkg-config and curl")
    seen = 0
    for files, conf, console in chapters():
        server = Server(modules={})
        for name, text in files.items():
            server.write(name, text)
            if name.endswith(".c"):
                build(server, name, CC, *WARNINGS)
            elif shutil.which(CXX[0]) is not None:
                build(server, name, CXX, "-std=c++20", *WARNINGS)
            else:
                continue
        if not all(os.path.exists(server.path(os.path.splitext(n)[0] + ".so")) for n in files):
            continue
        text = conf.replace("127.0.0.1:8080", "127.0.0.1:0")
        checked = server.run("-t", text=text)
        assert checked.returncode == 0, checked.stderr
        start_with(server, text)
        seen += run_console(server, console)
        server.stop()
    assert seen >= 11, f"only {seen} commands"


@case
def one_command_builds_a_module_out_of_the_tree():
    """cc -shared -fPIC $(pkg-config --cflags cadre) hello.c -o hello.so, and nothing of the tree."""
    if shutil.which("pkg-config") is None:
        raise Skip("needs pkg-config")
    server = Server(modules={"hello": {"file": "hello.so"}})
    hello = next(text for language, text in listings(PAGE) if language == "c")
    server.write("hello.c", hello)
    flags = pkg_config("--cflags", "cadre")
    tree = os.path.realpath(os.path.join(HERE, "..", "..", "lib"))
    assert not any(tree in flag for flag in flags), flags
    assert "-fstack-clash-protection" in flags or os.uname().machine != "x86_64", flags
    build(server, "hello.c", CC)
    server.start()
    assert server.get("/").text == "Hello, world!\n"
    server.stop()


@case
def pkg_config_tells_where_modules_live():
    if shutil.which("pkg-config") is None:
        raise Skip("needs pkg-config")
    (folder,) = pkg_config("--variable=moduledir", "cadre")
    assert folder.endswith("/cadre/modules"), folder


@case
def headers_compile_with_every_standard():
    """Pedantic C99 to C17 and C++, by the compilers that are there."""
    server = Server(modules={})
    hello = next(text for language, text in listings(PAGE) if language == "c")
    server.write("hello.c", hello)
    flags = pkg_config("--cflags", "cadre")
    tried = 0
    for compiler, standards in (("gcc", "c99 c11 c17 gnu17"), ("clang", "c99 c11 c17 gnu17"),
                                ("g++", "c++20"), ("clang++", "c++20")):
        if shutil.which(compiler) is None:
            continue
        for standard in standards.split():
            language = ["-x", "c++"] if "++" in compiler else []
            done = subprocess.run(
                [compiler, "-std=" + standard, *WARNINGS, "-Wpedantic", "-Wshadow", *flags,
                 "-fsyntax-only", *language, server.path("hello.c")],
                stdin=subprocess.DEVNULL, capture_output=True, text=True)
            assert done.returncode == 0 and done.stderr == "", f"{compiler} {standard}: {done.stderr}"
            tried += 1
    assert tried > 0


@case
def test_programs_link_the_same_runtime():
    if shutil.which("pkg-config") is None:
        raise Skip("needs pkg-config")
    if sanitized():
        raise Skip("the program would need the sanitizer too")
    server = Server(modules={})
    server.write("test.c", """
        #include <cadre.h>
        #include <stdio.h>
        int main(void) { return puts(cadre_strerror(-2)) < 0 || cadre_worker_index() != -1; }
        """)
    env = dict(os.environ, PKG_CONFIG_PATH=os.path.join(BUILD, "lib"))
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "cadre-test"], env=env, check=True,
                           capture_output=True, text=True).stdout.split()
    subprocess.run([*CC, server.path("test.c"), "-o", server.path("test"), *flags], check=True)
    done = subprocess.run([server.path("test")], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "No such file or directory\n"), done


main()
