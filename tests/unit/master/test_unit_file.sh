#!/bin/sh
# SPDX-License-Identifier: MIT
# systemd finds nothing wrong with the unit, and rates it as well confined.
set -u
. "$(dirname "$0")/../../checks/tap.sh"

# A unit is judged with its program: this build's stands in for the installed one.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unit=$folder/cadre.service

if ! command -v systemd-analyze >/dev/null 2>&1; then
    skip "systemd-analyze verify finds nothing in cadre.service" "no systemd-analyze"
    skip "cadre.service is well confined" "no systemd-analyze"
    finish
fi
sed "s|^ExecStart=[^ ]*|ExecStart=$top_builddir/master/cadre|" \
    "$top_builddir/systemd/cadre.service" >"$unit"
# Man pages that are not installed are no fault of the unit's.
judge "systemd-analyze verify finds nothing in cadre.service" \
    "$(systemd-analyze verify --man=no "$unit" 2>&1 | grep -F cadre)"
if systemd-analyze security --offline=yes --threshold=40 "$unit" >"$folder/rating" 2>&1; then
    pass "cadre.service is well confined"
elif grep -q 'exposure level' "$folder/rating"; then
    fail "cadre.service is well confined" "$(tail -n 1 "$folder/rating")"
else
    skip "cadre.service is well confined" "this systemd-analyze cannot rate a file"
fi
finish
