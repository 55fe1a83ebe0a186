# SPDX-License-Identifier: MIT
"""Bad modules: each is refused by `cadre -t`, before anything is started, with the line of the conf
and a message that says what is wrong and how to mend it; exit 1."""

from cadretest import *

INCLUDE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib", "include")
CC = (os.environ.get("CC") or "cc").split()

HEAD = """
#include <cadre.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
static int hello(struct cadre_request *req) { return cadre_respond_text(req, 200, "hello"); }
static const struct cadre_route good[] = { CADRE_GET("/", hello), CADRE_ROUTES_END };
"""
GOOD = HEAD + "CADRE_MODULE = { .title = \"Good\", .routes = good };\n"


def routes(rows, more=""):
    """A module with those rows; the first one is line 1 of routes.c."""
    return (HEAD + '#line 1 "routes.c"\n'
            f"static const struct cadre_route rows[] = {{\n{rows}\nCADRE_ROUTES_END }};\n{more}"
            'CADRE_MODULE = { .title = "Bad", .routes = rows };\n')


def refused(modules, *expected, prepare=None, code=1, args=("-t",)):
    """Runs `cadre -t` on a conf with those modules (a dict, or the C text of one); each of EXPECTED
    must be a line of the output, FOLDER standing for the server's. Returns the output."""
    if isinstance(modules, str):
        text, modules = modules, {"bad": {"file": "bad.so"}}
    else:
        text = None
    server = Server(modules=modules)
    if text is not None:
        server.build_module("bad.so", text)
    if prepare is not None:
        prepare(server)
    done = server.run(*args)
    output = done.stdout + done.stderr
    assert done.returncode == code, f"exit {done.returncode}: {output}"
    assert "Sanitizer" not in output, output
    for line in expected:
        line = line.replace("FOLDER", server.folder)
        found = [l for l in output.splitlines() if l.endswith(line)]
        assert found, f"no line ends in:\n{line}\nbut:\n{output}"
        assert re.match(r"(.*/)?cadre\.conf:\d+: ", found[0]), f"no place: {found[0]}"
    return output


def descriptor(major="CADRE_ABI_MAJOR", minor="CADRE_ABI_MINOR", size="32", module_size=None,
               route_size=None, module="&body"):
    """A module whose descriptor is written by hand."""
    return HEAD + f"""
static const struct cadre_module body = {{ .title = "Bad", .routes = good }};
CADRE_EXPORT const struct cadre_module_descriptor cadre_module = {{
    {major}, {minor}, {size}, {module_size or "sizeof(struct cadre_module)"},
    {route_size or "sizeof(struct cadre_route)"}, "gcc 0.1", {module} }};
"""


# --- the file ------------------------------------------------------------------------------------


@case
def missing_file():
    refused({"bad": {"file": "bad.so"}},
            'module "bad": there is no file "bad.so" in FOLDER or '
            f'{module_path()}: build and install it, or mend `file`')


def module_path():
    """The folder that the conf's default names."""
    done = Server(modules={}).run("-T")
    found = re.search(r'module_path = \[?\s*"([^"]*)"', done.stdout)
    assert found, done.stdout + done.stderr
    return found.group(1)


@case
def missing_file_with_a_path():
    refused({"bad": {"file": "/nowhere/bad.so"}},
            'module "bad": there is no file "/nowhere/bad.so": build and install it, or mend `file`')
    refused({"bad": {"file": "sub/bad.so"}},
            'module "bad": there is no file "sub/bad.so" in FOLDER: '
            'build and install it, or mend `file`')


@case
def not_an_elf_file():
    def prepare(server):
        server.write("bad.so", "this is text\n")

    refused({"bad": {"file": "bad.so"}},
            'module "bad": FOLDER/bad.so: it is not a shared object (no ELF file): build it by '
            'cc -shared -fPIC', prepare=prepare)


@case
def empty_file():
    refused({"bad": {"file": "bad.so"}},
            'module "bad": FOLDER/bad.so: the file is empty: build it again',
            prepare=lambda server: server.write("bad.so", ""))


@case
def directory():
    refused({"bad": {"file": "bad.so"}},
            'module "bad": FOLDER/bad.so: it is a directory: name the module\'s .so file',
            prepare=lambda server: os.mkdir(server.path("bad.so")))


@case
def file_that_is_cut():
    def prepare(server):
        server.build_module("whole.so", GOOD)
        with open(server.path("whole.so"), "rb") as whole, open(server.path("bad.so"), "wb") as bad:
            bad.write(whole.read()[:5000])

    refused({"bad": {"file": "bad.so"}},
            'module "bad": FOLDER/bad.so: the file is cut: build it again', prepare=prepare)


def build(server, target, text, *flags):
    """Runs the compiler on the C TEXT with those flags alone."""
    source = server.write(target + ".c", text)
    subprocess.run([*CC, "-I" + INCLUDE, source, *flags, "-o", server.path(target)], check=True)


@case
def object_file():
    refused({"bad": {"file": "bad.so"}},
            'module "bad": FOLDER/bad.so: it is an object file: link it, cc -shared',
            prepare=lambda server: build(server, "bad.so", GOOD, "-c", "-fPIC"))


@case
def program():
    refused({"bad": {"file": "bad.so"}},
            'module "bad": FOLDER/bad.so: it is a program, not a shared object: link it by '
            'cc -shared -fPIC',
            prepare=lambda server: build(server, "bad.so", "int main(void) { return 0; }\n"))


@case
def file_of_another_machine():
    def prepare(server):
        server.build_module("bad.so", GOOD)
        with open(server.path("bad.so"), "r+b") as handle:
            handle.seek(18)
            handle.write(b"\x16\x00")  # s390

    machine = {"x86_64": "x86-64"}.get(os.uname().machine, os.uname().machine)
    refused({"bad": {"file": "bad.so"}},
            f'module "bad": FOLDER/bad.so: it is built for s390, this server runs on {machine}: '
            'build it for the same', prepare=prepare)


@case
def broken_at_every_place():
    """Whatever is damaged: one line and an exit code, also where the dynamic linker falls over it
    (it trusts its files), which costs the checker alone."""
    server = Server(modules={"bad": {"file": "bad.so"}})
    server.build_module("whole.so", GOOD, flags=["-s"])
    with open(server.path("whole.so"), "rb") as handle:
        whole = handle.read()
    for place in [*range(0, 64, 9), *range(64, 1200, 113)]:
        broken = bytearray(whole)
        broken[place] ^= 0xff
        with open(server.path("bad.so"), "wb") as handle:
            handle.write(broken)
        done = server.run("-t")
        assert done.returncode in (0, 1), f"byte {place}: {done}"
        assert len(done.stderr.splitlines()) <= 3, f"byte {place}: {done.stderr}"


# --- what it exports -------------------------------------------------------------------------------


@case
def no_descriptor():
    refused(HEAD + "int x; const void *keep(void); const void *keep(void) { return good; }\n",
            'module "bad": FOLDER/bad.so: it is no handler module, since it exports no '
            '"cadre_module": write CADRE_MODULE = {...}; once in it, at file scope, outside of any '
            'namespace')


@case
def constructor_of_what_is_no_module_never_runs():
    output = refused(
        '#include <stdlib.h>\n__attribute__((constructor)) static void f(void) { abort(); }\n',
        'write CADRE_MODULE = {...}; once in it, at file scope, outside of any namespace')
    assert "signal" not in output


@case
def another_thing_of_that_name():
    refused("__attribute__((visibility(\"default\"))) int cadre_module = 1;\n",
            'module "bad": FOLDER/bad.so: its "cadre_module" has 4 bytes, which is no module\'s '
            'descriptor: write CADRE_MODULE = {...}; of <cadre.h>')


@case
def missing_symbol():
    refused(HEAD + "int nowhere(void);\nstatic int bad(struct cadre_request *req)\n"
            "{ (void)req; return nowhere(); }\n"
            'CADRE_MODULE = { .lifespan = 0, .routes = good, .title = "x" };\n'
            "int (*keep)(struct cadre_request *) = bad;\n",
            'module "bad": FOLDER/bad.so: it needs the symbol nowhere, which nothing defines: link '
            'the library that has it, cc -shared ... -lNAME')


@case
def function_of_a_newer_cadre():
    refused(HEAD + "int cadre_fly(void);\nint (*keep)(void) = cadre_fly;\n"
            'CADRE_MODULE = { .routes = good, .title = "x" };\n',
            'it calls cadre_fly, which Cadre 0.1.0 does not have: rebuild it against this '
            'server\'s headers, or upgrade the server')


@case
def missing_library():
    def prepare(server):
        build(server, "libgone.so", "int gone(void) { return 0; }\n", "-shared", "-fPIC")
        build(server, "bad.so", HEAD + "int gone(void);\nint (*keep)(void) = gone;\n"
              'CADRE_MODULE = { .routes = good };\n', "-shared", "-fPIC",
              "-L" + server.folder, "-lgone")
        os.unlink(server.path("libgone.so"))

    output = refused({"bad": {"file": "bad.so"}}, prepare=prepare)
    assert ('it needs the library libgone.so, which is not found: install it, or link the module '
            'with -Wl,-rpath,') in output, output


# --- the ABI ------------------------------------------------------------------------------------------


@case
def another_major():
    refused(descriptor(major=7, minor=3),
            'module "bad": FOLDER/bad.so: it has module ABI 7.3, this server (Cadre 0.1.0) has '
            '0.4: rebuild it against this server\'s headers')


@case
def newer_minor():
    refused(descriptor(minor="CADRE_ABI_MINOR + 1"),
            'module "bad": FOLDER/bad.so: it has module ABI 0.5, this server (Cadre 0.1.0) has '
            '0.4: upgrade the server, or rebuild it against this server\'s headers')


@case
def wrong_sizes():
    tail = ("build it with the headers as they are installed and without flags that change the "
            "layout of structs (-fpack-struct)")
    refused(descriptor(size=24),
            f"its descriptor has 24 bytes, in module ABI 0.4 it has 32: {tail}")
    refused(descriptor(module_size=48),
            f"its struct cadre_module has 48 bytes, in module ABI 0.4 it has 152: {tail}")
    refused(descriptor(route_size=64),
            f"its struct cadre_route has 64 bytes, in module ABI 0.4 it has 200: {tail}")


@case
def descriptor_that_points_nowhere():
    refused(descriptor(module="0"),
            "its descriptor points nowhere: write CADRE_MODULE = {...}; (gcc 0.1)")


@case
def module_linked_to_the_runtime():
    def prepare(server):
        build(server, "bad.so", GOOD, "-shared", "-fPIC", "-Wl,--no-as-needed",
              "-L" + os.path.join(BUILD, "lib", ".libs"), "-lcadre")

    refused({"bad": {"file": "bad.so"}},
            'module "bad": FOLDER/bad.so: it is linked to libcadre.so.0, a second copy of the '
            'runtime: modules link nothing of Cadre; leave -lcadre out', prepare=prepare)


@case
def module_whose_library_is_linked_to_the_runtime():
    libs = os.path.join(BUILD, "lib", ".libs")

    def prepare(server):
        build(server, "libhelp.so", HEAD + "int help(void) { return good[0].sync; }\n", "-shared",
              "-fPIC", "-Wl,--no-as-needed", "-L" + libs, "-lcadre", "-Wl,-rpath," + libs)
        build(server, "bad.so", HEAD + "int help(void);\nint (*keep)(void) = help;\n"
              'CADRE_MODULE = { .routes = good };\n', "-shared", "-fPIC", "-L" + server.folder,
              "-lhelp", "-Wl,-rpath," + server.folder)

    if sanitized():
        raise Skip("the sanitizer's runtime is in libcadre.so")
    refused({"bad": {"file": "bad.so"}},
            'module "bad": FOLDER/bad.so: a library that it needs is linked to libcadre.so, a '
            'second copy of the runtime: link that library without -lcadre', prepare=prepare)


@case
def static_copy_of_the_runtime():
    archive = os.path.join(BUILD, "lib", ".libs", "libruntime.a")
    flags = ["-shared", "-fPIC", "-Wl,--unresolved-symbols=ignore-all"]
    if sanitized():
        raise Skip("the archive needs the sanitizer's runtime")
    output = refused({"bad": {"file": "bad.so"}},
                     prepare=lambda server: build_static(server, archive, flags))
    assert re.search(r"it brings a copy of Cadre's runtime along \(it defines cadre_\w+\): modules "
                     r"link nothing of Cadre; leave libcadre out", output), output


@case
def static_copy_of_the_runtime_that_hides_itself():
    archive = os.path.join(BUILD, "lib", ".libs", "libruntime.a")
    flags = ["-shared", "-fPIC", "-Wl,--unresolved-symbols=ignore-all", "-Wl,--exclude-libs,ALL"]
    if sanitized():
        raise Skip("the archive needs the sanitizer's runtime")
    refused({"bad": {"file": "bad.so"}},
            "it brings a copy of Cadre's runtime along (hidden in it): modules link nothing of "
            "Cadre; leave libcadre out",
            prepare=lambda server: build_static(server, archive, flags))


def build_static(server, archive, flags):
    source = server.write("bad.c", GOOD)
    subprocess.run([*CC, "-I" + INCLUDE, source, *flags, archive, "-o", server.path("bad.so")],
                   check=True)


# --- routes, mounts, settings ---------------------------------------------------------------------------


@case
def bad_routes_all_at_once():
    output = refused(
        routes('CADRE_GET("/a/{id", hello),\n'
               'CADRE_ROUTE("GTE", "/b", hello),\n'
               'CADRE_GET("/c", NULL),\n'
               'CADRE_GET("/d/{x}", hello),\n'
               'CADRE_GET("/d/{y}", hello),\n'
               'CADRE_GET("e", hello),\n'
               'CADRE_GET("/f/{id:num}", hello),\n'),
        'module "bad": routes.c:2: route "GET /a/{id": a \'{\' has no \'}\' behind it in its part '
        'of the path',
        'module "bad": routes.c:3: route "GTE /b": "GTE" is not a method: did you mean "GET"?',
        'module "bad": routes.c:4: route "GET /c": it has no handler',
        'module "bad": routes.c:6: route "GET /d/{y}": it is there already, at routes.c:5: it would '
        'never be reached; remove one',
        'module "bad": routes.c:7: route "GET e": it does not begin with \'/\'',
        'module "bad": routes.c:8: route "GET /f/{id:num}": "num" is not a known type of '
        'parameter: it is one of str, int, float, uuid, path, or one of .converters of the module')
    assert len([l for l in output.splitlines() if 'module "bad"' in l]) == 6, output


@case
def two_modules_on_one_mount():
    refused({"shop": {"file": "good.so", "mount": "/shop"},
             "blog": {"file": "good.so", "mount": "/shop"}},
            'module.blog.mount: "/shop" is taken by module.shop (FOLDER/cadre.conf:8); give one of '
            'them another',
            prepare=lambda server: server.build_module("good.so", GOOD))


@case
def unknown_settings():
    text = HEAD + ('static const char *const names[] = {"currency", "greeting", NULL};\n'
                   'CADRE_MODULE = { .routes = good, .setting_names = names };\n')
    refused({"bad": {"file": "bad.so", "settings": {"curency": "EUR", "zzz": 1, "greeting": "x"}}},
            'module "bad": unknown setting "curency": did you mean "currency"?',
            'module "bad": unknown setting "zzz": it knows currency, greeting',
            prepare=lambda server: server.build_module("bad.so", text))


@case
def settings_against_their_model():
    text = HEAD + """
struct shop { const char *currency; int limit; };
static const struct cadre_field fields[] = {
    CADRE_FIELD(struct shop, currency, .min_length = 3),
    CADRE_FIELD(struct shop, limit, CADRE_DEFAULT(1), CADRE_LE(100)),
    CADRE_FIELDS_END };
CADRE_MODEL(shop_model, struct shop, fields);
CADRE_MODULE = { .routes = good, .settings = &shop_model, .settings_env = "SHOP_" };
"""
    modules = {"bad": {"file": "bad.so", "settings": {"currency": "E", "limit": 101, "limits": 5}}}
    output = refused(modules,
                     'module "bad": setting "currency": String should have at least 3 characters',
                     'module "bad": setting "limit": Input should be less than or equal to 100',
                     'module "bad": unknown setting "limits": did you mean "limit"?',
                     prepare=lambda server: server.build_module("bad.so", text))
    lines = [int(line.split(":")[1]) for line in output.splitlines() if "setting" in line]
    assert len(lines) == 3 and len(set(lines)) == 3, output

    def prepare(server):
        server.build_module("bad.so", text)
        server.env["SHOP_LIMIT"] = "many"

    refused({"bad": {"file": "bad.so", "settings": {"currency": "EUR"}}},
            'module "bad": setting "limit", from the environment variable SHOP_LIMIT: Input should '
            'be a valid integer, unable to parse string as an integer', prepare=prepare)



@case
def settings_of_a_module_that_takes_none():
    refused({"bad": {"file": "bad.so", "settings": {"a": 1}}},
            'module "bad": unknown setting "a": it takes no settings',
            prepare=lambda server: server.build_module("bad.so", GOOD))


@case
def all_modules_are_reported_in_one_run():
    refused({"one": {"file": "one.so", "mount": "/one"}, "two": {"file": "two.so", "mount": "/two"},
             "good": {"file": "good.so", "settings": {"x": 1}}},
            'module "one": FOLDER/one.so: the file is empty: build it again',
            'module "two": FOLDER/two.so: the file is empty: build it again',
            'module "good": unknown setting "x": it takes no settings',
            prepare=lambda server: (server.write("one.so", ""), server.write("two.so", ""),
                                    server.build_module("good.so", GOOD)))


# --- code that runs while it is loaded --------------------------------------------------------------------


@case
def constructor_that_crashes():
    output = refused(GOOD + "__attribute__((constructor)) static void f(void)\n"
                     "{ raise(SIGSEGV); }\n")
    assert re.search(r"bad", output) and re.search(r"signal 11|SIGSEGV", output), output


@case
def constructor_that_exits():
    for status in (0, 1, 7):
        output = refused(GOOD + "__attribute__((constructor)) static void f(void) "
                         f"{{ _exit({status}); }}\n")
        assert (f"the check of the modules ended in the midst, with exit status {status}, in loading "
                "module bad: a module calls exit when it is loaded") in output, output


# --- at a start ---------------------------------------------------------------------------------------------


@case
def start_with_a_bad_module_says_the_same():
    output = refused(descriptor(major=7), args=(), code=3)
    last = output.strip().splitlines()[-1]
    assert "it has module ABI 7.4, this server (Cadre 0.1.0) has 0.4" in last, output
    assert 'module "bad"' in last and "cadre.conf:" in last, output


@case
def no_modules_skips_the_check():
    refused(descriptor(major=7), args=("-t", "--no-modules"), code=0)


main()
