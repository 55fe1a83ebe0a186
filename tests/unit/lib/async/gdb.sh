#!/bin/sh
# SPDX-License-Identifier: MIT
# gdb sees the coroutines by lib/async/gdb/cadre-gdb.py: of a process that stands still, and of a
# core of it.
set -u
. "$(dirname "$0")/../../../checks/tap.sh"

target=$top_builddir/tests/unit/lib/async/gdb_target
script=$top_srcdir/lib/async/gdb/cadre-gdb.py
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit

# debug ARGUMENT...: gdb's output.
debug() {
    DEBUGINFOD_URLS='' HOME=$folder timeout 60 gdb -q -nx -batch "$@" 2>&1
}

# expect NAME TEXT PATTERN...: all of these basic regular expressions, in this order.
expect() {
    name=$1 left=$2
    shift 2
    for pattern; do
        line=$(printf '%s\n' "$left" | grep -n "$pattern" | head -n 1 | cut -d: -f1)
        if [ -z "$line" ]; then
            fail "$name" "no \"$pattern\" in:
$left"
            return
        fi
        left=$(printf '%s\n' "$left" | tail -n +$((line + 1)))
    done
    pass "$name"
}

why=
case "${AM_LDFLAGS-}" in *-fsanitize=*) why="a sanitizer is at work" ;; esac
command -v gdb >/dev/null 2>&1 || why="no gdb"
[ -n "$why" ] || debug -ex 'python print("py" "thon")' | grep -q python || why="a gdb without Python"
[ -n "$why" ] || debug -ex 'break here' -ex run "$target" | grep -q 'Breakpoint 1, .*here' ||
    why="gdb may not run programs here"
[ -n "$why" ] || debug -ex 'info line deep' "$target" | grep -q 'gdb_target.c' ||
    why="the program has no debug information"
[ -n "$why" ] || debug -ex 'info symbol cadre__context_begin' "$target" | grep -q 'in section' ||
    why="it switches by ucontext"
if [ -n "$why" ]; then
    skip "gdb shows coroutines" "$why"
    finish
fi

live=$(debug -ex 'break here' -ex run -ex "source $script" -ex 'cadre tasks' -ex 'echo ---\n' \
    -ex 'cadre tasks -bt' -ex 'echo ---\n' -ex 'cadre task fetch_user bt -2' -ex 'bt 1' "$target")
expect "cadre tasks lists them" "$live" '"main" running' '"fetch_user" waits in cadre_sleep for' \
    '"nap" waits in cadre_sleep for' '^---'
expect "cadre tasks -bt shows the stack of each" "$(printf '%s\n' "$live" | sed '1,/^---/d')" \
    'fetch_user' 'cadre_sleep (' 'in deep (' 'in deep (' 'in deep (' 'in deep (' 'in fetch (' \
    '"nap"' 'cadre_sleep (' 'in deep (' 'in nap (' '^---'
expect "the thread's own stack is there again afterwards" "$live" '^---' '^---' '^#0 .*here ('

# shellcheck disable=SC3045 # not POSIX, and in every shell
(ulimit -c unlimited && exec "$target" abort) >/dev/null 2>&1
core=$(find "$folder" -maxdepth 1 -name 'core*' | head -n 1)
if [ -z "$core" ]; then
    skip "a core shows them too" "the system writes cores elsewhere"
else
    expect "a core shows them too" "$(debug -ex "source $script" -ex 'cadre tasks -bt' "$target" "$core")" \
        'fetch_user' 'cadre_sleep (' 'in deep (' 'in fetch ('
fi

finish
