#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/conf-reference.md is what the tables of directives and of middleware say, and the man page is
# well-formed.
set -u

directives=${top_builddir:?}/lib/conf/conf-reference
middleware=$top_builddir/lib/middleware/middleware-reference
committed=${top_srcdir:?}/docs/conf-reference.md
ok=0

# reference FORMAT: all of it.
reference() {
    "$directives" "$1" && "$middleware" "$1" && { [ "$1" != man ] || "$directives" man-end; }
}

echo "1..3"

if made=$(reference markdown) && [ "$made" = "$(cat "$committed")" ]; then
    echo "ok 1 - docs/conf-reference.md is up to date"
else
    echo "not ok 1 - docs/conf-reference.md is up to date"
    echo "# run: make update-conf-reference"
    reference markdown | diff "$committed" - | head -20 | sed 's/^/# /'
    ok=1
fi

missing=$(reference markdown | sed -n 's/^### //p' | while read -r name; do
    reference man | grep -q "^\\.B $name\$" || echo "$name"
done)
if [ -z "$missing" ]; then
    echo "ok 2 - the man page has every directive of the reference"
else
    echo "not ok 2 - the man page has every directive of the reference"
    echo "# missing: $missing"
    ok=1
fi

if ! command -v groff >/dev/null 2>&1; then
    echo "ok 3 - groff takes the man page # SKIP no groff"
elif complaints=$(reference man | LC_ALL=C groff -man -Tascii -ww -z 2>&1) &&
    [ -z "$complaints" ]; then
    echo "ok 3 - groff takes the man page"
else
    echo "not ok 3 - groff takes the man page"
    echo "$complaints" | head -20 | sed 's/^/# /'
    ok=1
fi

exit "$ok"
