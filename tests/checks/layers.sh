#!/bin/sh
# SPDX-License-Identifier: MIT
# Includes go down, never up or sideways: layers.awk holds the table. Modules see only installed
# headers, and each source says its licence first.
set -u
. "$(dirname "$0")/tap.sh"
rules=$(cd "$(dirname "$0")" && pwd)/layers.awk

cd "$top_srcdir" || exit 1
for folder in lib/base lib/conf lib/ipc lib/gateway lib/async lib/model lib/web lib/api lib/client \
    lib/include master worker modules; do
    files=$(project_files | grep "^$folder/.*\.[chS]$")
    # shellcheck disable=SC2086 # a list of files
    [ -z "$files" ] || judge "$folder includes only what lies below it" "$(awk -f "$rules" $files)"
done
judge "every folder of lib has its row in layers.awk" "$(project_files |
    sed -n 's|^lib/\([a-z0-9_]*\)/.*\.[chS]$|\1|p' | sort -u | grep -v '^include$' |
    while read -r folder; do
        grep -q "knows\[\"$folder\"\]" "$rules" || echo "lib/$folder has none"
    done)"
# shellcheck disable=SC2046 # a list of files
judge "every source says its licence in its first line" "$(awk '
    FNR == 1 && $0 != "/* SPDX-License-Identifier: MIT */" {
        print FILENAME ": begin it with /* SPDX-License-Identifier: MIT */"
    }' $(project_files | grep '\.[chS]$'))"

finish
