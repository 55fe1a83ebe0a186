# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What the checks share: TAP from a shell script. A check reads $top_srcdir and $top_builddir,
# calls `pass`, `fail` or `skip` for each point, and ends with `finish`.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$top_srcdir/build}
tap_count=0
tap_failed=0

# pass NAME
pass() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1"
}

# fail NAME [TEXT]: TEXT says what is wrong, and how to mend it.
fail() {
    tap_count=$((tap_count + 1))
    tap_failed=$((tap_failed + 1))
    echo "not ok $tap_count - $1"
    [ $# -lt 2 ] || printf '%s\n' "$2" | sed 's/^/# /'
}

# skip NAME REASON
skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

# judge NAME TEXT: passes where TEXT is empty.
judge() {
    if [ -z "$2" ]; then
        pass "$1"
    else
        fail "$1" "$2"
    fi
}

finish() {
    echo "1..$tap_count"
    [ "$tap_failed" -eq 0 ]
    exit
}

# The files that belong to the project, relative to the sources: what git knows, else what a
# tarball holds.
project_files() {
    if [ -e "$top_srcdir/.git" ] && command -v git >/dev/null 2>&1 &&
        git -C "$top_srcdir" ls-files >/dev/null 2>&1; then
        git -C "$top_srcdir" ls-files --cached --others --exclude-standard | while read -r file; do
            [ ! -f "$top_srcdir/$file" ] || echo "$file"
        done
    else
        (cd "$top_srcdir" && find .ci bootstrap README.md CHANGELOG.md Makefile.am configure.ac \
            conf docs lib m4/cadre_flags.m4 master modules systemd tests worker -type f \
            \( -name '*.[chS]' -o -name '*.py' -o -name '*.sh' -o -name '*.mk' -o -name '*.md' \
            -o -name '*.in' -o -name '*.am' -o -name '*.ac' -o -name '*.m4' -o -name '*.[158]' \
            -o -name '*.conf' -o -name '*.txt' -o -name '*.awk' -o -name bootstrap -o -name run \) 2>/dev/null)
    fi | sort
}
