#!/bin/sh
# SPDX-License-Identifier: MIT
# cadre-worker exports the public API and nothing else, what symbols.txt lists; libcadre.so the same
# and the test client, what symbols-test.txt lists. `symbols.sh --update` writes both lists anew from
# what was built.
set -u
. "$(dirname "$0")/tap.sh"

list=$top_srcdir/tests/checks/symbols.txt
test_list=$top_srcdir/tests/checks/symbols-test.txt
worker=$top_builddir/worker/cadre-worker
library=$top_builddir/lib/.libs/libcadre.so

# The names that an object defines for others; not those of the linker, nor copies of libc's.
exported() {
    nm -D --defined-only "$1" | awk '{ print $NF }' | grep -v '@' |
        grep -Ev '^(_init|_fini|_edata|_end|__bss_start|_IO_stdin_used|__data_start|data_start|_start)$' |
        LC_ALL=C sort
}

if [ "${1-}" = --update ]; then
    exported "$worker" >"$list"
    exported "$library" | LC_ALL=C comm -23 - "$list" >"$test_list"
    exit
fi

# judge_exports NAME FILE LIST...
judge_exports() {
    if ! [ -e "$2" ]; then
        fail "$1" "$2 was not built"
        return
    fi
    found=$(exported "$2")
    # Sanitizers and coverage bring names of their own.
    case "${AM_LDFLAGS-}" in
    *-fsanitize=* | *--coverage*) found=$(printf '%s\n' "$found" | grep '^cadre') ;;
    esac
    name=$1
    shift 2
    judge "$name" "$(printf '%s\n' "$found" | {
        LC_ALL=C sort "$@" >"$listed"
        LC_ALL=C comm -3 "$listed" -
    } | awk -F '\t' '
        $1 != "" { print $1 ": listed in tests/checks/symbols*.txt, not exported" }
        $2 != "" { print $2 ": exported, not listed; if modules are to call it: make update-symbols" }')"
}

listed=$(mktemp)
trap 'rm -f "$listed"' EXIT
judge_exports "cadre-worker exports the public API alone" "$worker" "$list"
judge_exports "libcadre.so exports the public API and the test client alone" "$library" "$list" \
    "$test_list"
judge "what is shared inside lib is exported to nobody" \
    "$(grep -n '^cadre__' "$list" "$test_list")"
judge "every exported name begins with cadre_" "$(grep -vn '^cadre_' "$list")"
judge "the test client's names begin with cadre_test_" "$(grep -vn '^cadre_test_' "$test_list")"

finish
