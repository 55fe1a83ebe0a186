#!/bin/sh
# SPDX-License-Identifier: MIT
# The tree names no place of the machine that it was written or built on: no home folder, no path
# of this build, no host of a private package registry.
set -u
. "$(dirname "$0")/tap.sh"

judge_text() { # NAME, EXTENDED-REGEX
    judge "$1" "$(cd "$top_srcdir" && project_files | grep -v '^tests/checks/places\.sh$' |
        xargs grep -nIE -- "$2" /dev/null | cut -c 1-200)"
}

# A path that is short is no mark of this machine ("/src").
quoted() {
    printf '%s' "$1" | sed 's/[][\.*^$+?(){}|]/\\&/g'
}

judge_text "no home folder is named" '(^|[^A-Za-z0-9_.])/(home|root|Users)/[A-Za-z0-9._-]+'
here=$(cd "$top_srcdir" && pwd)
case $here in
/*/?*) judge_text "no path of the sources is named" "$(quoted "$here")([^A-Za-z0-9_-]|$)" ;;
*) skip "no path of the sources is named" "the path is too short to be one's own" ;;
esac

hosts=$(printf '%s\n' "${PIP_INDEX_URL-}" "${npm_config_registry-}" "${GOPROXY-}" \
    "${CARGO_REGISTRIES_CRATES_IO_INDEX-}" "${http_proxy-}" "${https_proxy-}" |
    tr ',' '\n' | sed -n 's|^[a-z+]*://\([^/@]*@\)\{0,1\}\([^/:]*\).*|\2|p' | sort -u |
    grep -vE '^(proxy\.golang\.org|pypi\.org|registry\.npmjs\.org|localhost|127\.0\.0\.1)$')
name=$(hostname 2>/dev/null || uname -n)
case $name in
localhost | debian | '' | ?????????? | ????????? | ???????? | ??????? | ?????? | ????? | ???? | ??? | ?? | ?) ;;
*) hosts="$hosts $name" ;;
esac
found=
for host in $hosts; do
    found="$found$(cd "$top_srcdir" && project_files | xargs grep -nIF -- "$host" /dev/null)"
done
judge "no host of this machine is named" "$found"

finish
