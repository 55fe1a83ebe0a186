# SPDX-License-Identifier: MIT
"""What tests of documents share: the listings of a page, built, served and run as the page says."""

import atexit
import shutil
import tempfile

from cadretest import *

CXX = (os.environ.get("CXX") or "c++").split()
CC = (os.environ.get("CC") or "cc").split()
WARNINGS = ["-Wall", "-Wextra", "-Werror"]


def listings(path):
    """The fenced parts of a page, (language, text), in order."""
    with open(path) as page:
        return re.findall(r"^```(\S+)\n(.*?)^```$", page.read(), re.M | re.S)


_stage = []


def stage():
    """A folder with the headers and pkg-config files as `make install` puts them."""
    if not _stage:
        folder = tempfile.mkdtemp(prefix="cadre-stage-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        done = subprocess.run(
            ["make", "-C", BUILD, "install-includeHEADERS", "install-cadreincludeHEADERS",
             "install-pkgconfigDATA", "DESTDIR=" + folder],
            env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        _stage.append(folder)
    return _stage[0]


def pkg_config(*args):
    """pkg-config, on the staged files."""
    root = stage()
    folder = next(path for path, _, files in os.walk(root) if "cadre.pc" in files)
    env = dict(os.environ, PKG_CONFIG_PATH=folder, PKG_CONFIG_SYSROOT_DIR=root)
    env.pop("PKG_CONFIG_LIBDIR", None)
    done = subprocess.run(["pkg-config", *args], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def build(server, source, compiler, *flags):
    """The command of the page, on a file of the server's folder."""
    target = os.path.splitext(source)[0] + ".so"
    command = [*compiler, "-shared", "-fPIC", *pkg_config("--cflags", "cadre"), *flags,
               server.path(source), "-o", server.path(target)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, " ".join(command) + "\n" + done.stderr
    assert done.stderr == "", done.stderr


def commands(console):
    """(command, what it prints) of a console listing."""
    for part in re.split(r"^\$ ", console, flags=re.M)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def run_console(server, console, **more):
    """Runs what the listing shows, at the server's address; how many commands there were."""
    count = 0
    for command, output in commands(console):
        command = command.replace("127.0.0.1:8080", f"127.0.0.1:{server.address()[1]}")
        done = subprocess.run(["sh", "-c", command], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=deadline(60), cwd=server.folder, **more)
        # A listing cannot show a last line without an end.
        assert done.stdout.rstrip("\n") == output.rstrip("\n"), \
            f"{command}\ngives: {done.stdout!r}\nnot: {output!r}\n{done.stderr}"
        count += 1
    return count


def start_with(server, text):
    """Starts the server on a conf given as text."""
    server.write_conf = lambda given=None: server.write("cadre.conf", given or text)
    server.start()


def run_test_program(server, parts):
    """Runs the commands of the page's console, which build and run a test by the test client, in the
    server's folder, and compares what they say. How many there were."""
    if shutil.which("pkg-config") is None:
        raise Skip("needs pkg-config")
    if sanitized():
        raise Skip("the program would need the sanitizer too")
    if subprocess.run(["pkg-config", "--exists", "check"]).returncode != 0:
        raise Skip("needs check")
    console = next(text for language, text in parts if language == "console")
    env = dict(os.environ, PKG_CONFIG_PATH=os.path.join(BUILD, "lib"))
    seen = 0
    for part in re.split(r"^\$ ", console, flags=re.M)[1:]:
        command, _, output = part.partition("\n")
        done = subprocess.run(["sh", "-c", command], cwd=server.path("."), env=env,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=deadline(60))
        assert done.returncode == 0, command + "\n" + done.stdout + done.stderr
        assert done.stdout == output, f"{command}\ngives: {done.stdout!r}\nnot: {output!r}"
        seen += 1
    return seen
