#!/bin/sh
# SPDX-License-Identifier: MIT
# Every test that docs/async-parity.md names exists, and no more than six rows are left out there.
set -u
. "$(dirname "$0")/tap.sh"

page=$top_srcdir/docs/async-parity.md

missing() {
    # shellcheck disable=SC2016 # these are backquotes of the page
    grep -o '`[a-z0-9_]*: [a-z0-9_]*`' "$page" | tr -d '`' | sort -u | while IFS=': ' read -r file name; do
        for source in "$top_srcdir/tests/unit/lib/async/$file.c" "$top_srcdir/tests/e2e/$file.py"; do
            grep -qE "(\(| )${name}(\(|\)|,)" "$source" 2>/dev/null && continue 2
        done
        echo "no test $file: $name"
    done
}

judge "every test of the parity page exists" "$(missing)"
rows=$(sed -n '/^## Left out/,/^## §/p' "$page" | grep -c '^| [^r-]')
judge "at most six rows are left out" "$([ "$rows" -le 6 ] || echo "$rows rows")"

finish
