# SPDX-License-Identifier: MIT
"""gdb sees what a debugger of threads cannot: the coroutines of a process that runs Cadre.

    (gdb) source .../cadre-gdb.py
    (gdb) cadre tasks          all live coroutines: name, state, the call they wait in
    (gdb) cadre tasks -bt      the same, each with its stack
    (gdb) cadre task 3 bt      a command as if coroutine 3 of that list were running: bt, bt full
    (gdb) cadre task fetch bt  the same for all of that name

For a live process and for a core, on x86-64 and aarch64. It reads memory and changes none. Needs the
debug information of the program (or of libcadre.so): build with -g.
"""
import gdb

try:
    from gdb.unwinder import Unwinder
except ImportError:
    Unwinder = object

STATES = {0: "running", 1: "waits", 2: "woken"}

# What a context at rest keeps, from its stack pointer upward (context_*.S).
LAYOUTS = {
    "x86_64": {
        "pc": "rip", "sp": "rsp", "size": 64,
        "registers": {"r12": 8, "r13": 16, "r14": 24, "r15": 32, "rbx": 40, "rbp": 48, "rip": 56},
    },
    "aarch64": {
        "pc": "pc", "sp": "sp", "size": 176,
        "registers": {**{f"x{19 + i}": 64 + 8 * i for i in range(10)}, "x29": 144, "x30": 152, "pc": 152},
    },
}


def layout():
    try:
        gdb.parse_and_eval("(void *)&cadre__context_begin")
    except gdb.error:
        raise gdb.GdbError("cadre: this build switches by ucontext, whose stacks are not known here")
    name = gdb.selected_frame().architecture().name()
    if "x86-64" in name:
        return LAYOUTS["x86_64"]
    if "aarch64" in name:
        return LAYOUTS["aarch64"]
    raise gdb.GdbError(f"cadre: the layout of a context on {name} is not known")


def word(address):
    return int.from_bytes(gdb.selected_inferior().read_memory(address, 8).tobytes(), "little")


def container(pointer, type_name, member):
    """The struct around a member."""
    type_ = gdb.lookup_type(type_name)
    offset = next(f.bitpos // 8 for f in type_.fields() if f.name == member)
    return gdb.Value(int(pointer) - offset).cast(type_.pointer())


def entries(head):
    """The links of a circular list."""
    link = head["next"]
    while int(link) != int(head.address):
        yield link
        link = link["next"]


class Coroutine:
    def __init__(self, thread, loop, value):
        self.thread = thread
        self.loop = loop
        self.value = value

    def text(self, field):
        pointer = self.value[field]
        return pointer.string(errors="replace") if int(pointer) else None

    def is_parked(self):
        return int(self.value["state"]) != 0

    def seconds(self):
        """Since when it has been waiting, at the loop's last turn."""
        return (int(self.loop["now_ns"]) - int(self.value["since_ns"])) / 1e9

    def line(self):
        text = f'"{self.text("name") or "?"}" {STATES.get(int(self.value["state"]), "?")}'
        if self.is_parked():
            text += f' in {self.text("where") or "?"} for {max(self.seconds(), 0):.3f} s'
        if int(self.value["cancels"]):
            text += ", cancelled"
        return text


def loops():
    """(thread, loop) of each thread that has one."""
    selected = gdb.selected_thread()
    try:
        for thread in sorted(gdb.selected_inferior().threads(), key=lambda t: t.num):
            thread.switch()
            try:
                loop = gdb.parse_and_eval("cadre__loop_here")
            except gdb.error as error:
                raise gdb.GdbError(f"cadre: no loop can be found: {error}")
            if int(loop):
                yield thread, loop.dereference()
    finally:
        if selected:
            selected.switch()


def coroutines():
    """All that live, the oldest first."""
    found = []
    for thread, loop in loops():
        pool = loop["stacks"].dereference()
        links = list(entries(pool["used"]))
        for link in reversed(links):
            stack = container(link, "struct cadre__stack", "link").dereference()
            if int(stack["user"]):
                value = stack["user"].cast(gdb.lookup_type("struct cadre__coroutine").pointer())
                found.append(Coroutine(thread, loop, value.dereference()))
    return found


class Parked(Unwinder):
    """While it has a context, the innermost frame's caller is where that context stopped."""

    def __init__(self):
        super().__init__("cadre-coroutine")
        self.layout = None

    def prepare(self, context, innermost):
        """All is read here: within __call__ nothing may ask gdb for a frame."""
        self.innermost = innermost
        self.registers = {name: word(context + offset)
                          for name, offset in layout()["registers"].items()}
        self.registers[layout()["sp"]] = context + layout()["size"]
        self.layout = layout()

    def done(self):
        self.layout = None

    def __call__(self, pending):
        if self.layout is None:
            return None
        sp = pending.read_register(self.layout["sp"])
        if int(sp) != self.innermost:
            return None
        info = pending.create_unwind_info(FrameId(sp, pending.read_register(self.layout["pc"])))
        for name, value in self.registers.items():
            type_ = pending.read_register(name).type
            info.add_saved_register(name, gdb.Value(value).cast(type_))
        return info


class FrameId:
    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


PARKED = Parked()
if Unwinder is not object:
    gdb.unwinder.register_unwinder(None, PARKED, replace=True)


def run_in(coroutine, command):
    """The output of a gdb command with the stack of a parked coroutine in place of the thread's."""
    if Unwinder is object:
        raise gdb.GdbError("cadre: this gdb has no unwinders in Python")
    selected = gdb.selected_thread()
    coroutine.thread.switch()
    frame = gdb.newest_frame()
    frame.select()
    PARKED.prepare(int(coroutine.value["context"]["sp"]),
                   int(frame.read_register(layout()["sp"])))
    try:
        gdb.invalidate_cached_frames()
        gdb.newest_frame().older().select()
        return gdb.execute(command, to_string=True)
    finally:
        PARKED.done()
        gdb.invalidate_cached_frames()
        if selected:
            selected.switch()


def stack_of(coroutine, command="bt"):
    if not coroutine.is_parked():
        return "    (it has the processor, or waits for one that it resumed: see the thread)\n"
    lines = run_in(coroutine, command).splitlines()
    # The first frame is the thread's own, and no part of it.
    if lines and lines[0].startswith("#0"):
        lines = lines[1:]
    return "".join(f"    {line}\n" for line in lines)


class Cadre(gdb.Command):
    """Looks at a process that runs Cadre."""

    def __init__(self):
        super().__init__("cadre", gdb.COMMAND_STACK, prefix=True)


class Tasks(gdb.Command):
    """cadre tasks [-bt]: all live coroutines; with -bt each with its stack."""

    def __init__(self):
        super().__init__("cadre tasks", gdb.COMMAND_STACK)

    def invoke(self, argument, _from_tty):
        found = coroutines()
        if not found:
            gdb.write("no coroutine is alive\n")
        for number, coroutine in enumerate(found, 1):
            gdb.write(f"{number}: {coroutine.line()}\n")
            if argument.strip() == "-bt":
                gdb.write(stack_of(coroutine))


class Task(gdb.Command):
    """cadre task NUMBER|NAME COMMAND: a gdb command, bt by default, in the stack of a coroutine."""

    def __init__(self):
        super().__init__("cadre task", gdb.COMMAND_STACK)

    def invoke(self, argument, _from_tty):
        words = argument.split(None, 1)
        if not words:
            raise gdb.GdbError("cadre task NUMBER|NAME [COMMAND]")
        command = words[1] if len(words) > 1 else "bt"
        which = [(number, coroutine) for number, coroutine in enumerate(coroutines(), 1)
                 if words[0] in (str(number), coroutine.text("name"))]
        if not which:
            raise gdb.GdbError(f"cadre: no coroutine {words[0]}")
        for number, coroutine in which:
            gdb.write(f"{number}: {coroutine.line()}\n")
            gdb.write(stack_of(coroutine, command))


Cadre()
Tasks()
Task()
