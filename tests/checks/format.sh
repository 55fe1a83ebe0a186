#!/bin/sh
# SPDX-License-Identifier: MIT
# The C sources look as clang-format 14 writes them; another version differs in details.
set -u
. "$(dirname "$0")/tap.sh"

tool=${CLANG_FORMAT:-$(command -v clang-format-14 || command -v clang-format || true)}
if [ -z "$tool" ] || ! "$tool" --version | grep -q 'version 14\.'; then
    skip "sources are formatted" "no clang-format 14"
    finish
fi
judge "sources are formatted" "$(cd "$top_srcdir" && project_files | grep '\.[ch]$' |
    xargs "$tool" --dry-run 2>&1 | sed -n 's/^\(.*:[0-9]*\):[0-9]*: .*/\1: run clang-format-14 -i/p' |
    sort -u | head -n 40)"

finish
