#!/bin/sh
# SPDX-License-Identifier: MIT
# Shell scripts pass shellcheck, Python ones compile.
set -u
. "$(dirname "$0")/tap.sh"

cd "$top_srcdir" || exit 1
shell=$(project_files | while read -r file; do
    case $file in
    *.sh) echo "$file" ;;
    *.[a-z]*) ;;
    *) head -n 1 "$file" | grep -q '^#!/bin/\(sh\|bash\)' && echo "$file" ;;
    esac
done)
if command -v shellcheck >/dev/null 2>&1; then
    # shellcheck disable=SC2086 # a list of files
    judge "shellcheck finds nothing in scripts" "$(shellcheck -x -P SCRIPTDIR -f gcc $shell)"
else
    skip "shellcheck finds nothing in scripts" "no shellcheck"
fi
if command -v python3 >/dev/null 2>&1; then
    judge "Python scripts compile" "$(project_files | grep '\.py$' | while read -r file; do
        python3 -c 'import sys; compile(open(sys.argv[1]).read(), sys.argv[1], "exec")' "$file" 2>&1
    done)"
else
    skip "Python scripts compile" "no python3"
fi

finish
