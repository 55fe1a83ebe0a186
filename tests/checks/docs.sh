#!/bin/sh
# SPDX-License-Identifier: MIT
# Documents: what they link to is there, man pages are well-formed, each folder says what it is.
set -u
. "$(dirname "$0")/tap.sh"

cd "$top_srcdir" || exit 1
judge "what documents link to is there" "$(project_files | grep '\.md$' | while read -r file; do
    folder=$(dirname "$file")
    grep -o '](\([^)#]*\)' "$file" | sed 's/^](//' | grep -v '^[a-z]*:' | while read -r target; do
        [ -z "$target" ] || [ -e "$folder/$target" ] || echo "$file: there is no $target"
    done
done)"

if command -v man >/dev/null 2>&1 && command -v groff >/dev/null 2>&1; then
    judge "man pages are well-formed" "$(project_files | grep '^docs/.*\.[1-8]$' | while read -r page; do
        LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" \
            2>&1 >/dev/null
    done)"
else
    skip "man pages are well-formed" "no man"
fi

# help PATTERN: what of `cadre --help` matches it, as words.
help_words() {
    "$top_builddir/master/cadre" --help | sed -n "$1" | sort -u
}

if [ -x "$top_builddir/master/cadre" ]; then
    judge "the man page has each option and command of --help" "$({
        help_words '/^Options/,/^Commands/s/^ .*--\([a-z-]*\).*/--\1/p' | while read -r option; do
            grep -q -e "$(echo "$option" | sed 's/-/\\\\-/g')" docs/cadre.8 || echo "cadre.8 has no $option"
        done
        help_words '/^Commands/,/^Signals/s/^  \([a-z]*\) .*/\1/p' | while read -r command; do
            grep -q "^\.B[IR]* $command\b" docs/cadre.8 || echo "cadre.8 has no command $command"
            case $command in (openapi | routes) continue ;; esac # they need no server
            grep -q "cadre.conf $command" docs/control.md ||
                echo "control.md has no command $command"
        done
    })"
else
    skip "the man page has each option and command of --help" "cadre was not built"
fi

judge "each top folder says what lives there" "$(for folder in conf docs lib master modules systemd tests worker; do
    [ -s "$folder/README.md" ] || echo "$folder has no README.md"
done)"

judge "the README fits on one screen" "$(awk 'END { if (NR > 70) print "it has " NR " lines" }' README.md)"

finish
