#!/bin/sh
# SPDX-License-Identifier: MIT
# bootstrap on a machine that lacks everything: a PATH with nothing but the commands below, an
# apt-get that only notes what it is asked for.
set -u
. "$(dirname "$0")/tap.sh"

bare=$(mktemp -d)
trap 'rm -rf "$bare"' EXIT
mkdir "$bare/bin"
for command in sh dirname tr cat env; do
    ln -s "$(command -v "$command")" "$bare/bin/$command"
done

# fake NAME TEXT: a command of that name.
fake() {
    printf '#!/bin/sh\n%s\n' "$2" >"$bare/bin/$1"
    chmod +x "$bare/bin/$1"
}

# bootstrap ARG...: its output in $out, its exit code in $code.
tree=$top_srcdir
bootstrap() {
    out=$(cd / && PATH=$bare/bin "$bare/bin/sh" "$tree/bootstrap" "$@" 2>&1 </dev/null)
    code=$?
}

# expect NAME CODE TEXT...: that exit code, and each TEXT in the output.
expect() {
    name=$1
    wrong=
    [ "$code" = "$2" ] || wrong="exit code $code, not $2"
    shift 2
    for text; do
        case $out in
        *"$text"*) ;;
        *) wrong="$wrong
not said: $text" ;;
        esac
    done
    judge "$name" "${wrong:+$wrong
$out}"
}

bootstrap help
expect "help tells the commands" 0 "serve" "check"

bootstrap no-such-command
expect "an unknown command is a usage error" 2 "Usage:"

fake id 'echo 1000'
fake apt-get "echo \"asked: \$*\" >>'$bare/asked'"
# npm brings the pages of the documentation, where the source tree has them not yet.
pages=' npm'
! "$top_srcdir/lib/api/pages/fetch" --check || pages=
bootstrap serve
expect "without rights it names packages and the line to run" 1 \
    "missing: gcc libc6-dev make autoconf automake libtool pkg-config libevent-dev libconfig-dev libjansson-dev libpcre2-dev libdw-dev libssl-dev libidn2-dev zlib1g-dev libbrotli-dev libsqlite3-dev$pages" \
    "apt-get install -y -q --no-install-recommends gcc" "no right"
judge "without rights it runs nothing" "$(cat "$bare/asked" 2>/dev/null)"

bootstrap check
expect "check asks for what tests need too" 1 "libconfig-dev libjansson-dev libpcre2-dev libdw-dev libssl-dev libidn2-dev zlib1g-dev libbrotli-dev libsqlite3-dev$pages check python3"

fake id 'echo 0'
bootstrap serve
expect "as root it installs, and says what did not come" 1 "running: apt-get update" "still missing"
judge "as root it updates before it installs" "$(grep -q '^asked: update' "$bare/asked" &&
    grep -q '^asked: install -y -q --no-install-recommends gcc' "$bare/asked" ||
    echo "asked: $(cat "$bare/asked")")"

fake apt-get 'echo "no network" >&2; exit 100'
bootstrap serve
expect "an apt-get that fails is told" 1 "no network" "could not install"

rm "$bare/bin/apt-get"
bootstrap serve
expect "without apt-get it names what to bring" 1 "no apt-get" "libevent-dev"

# A tree that was built before, on a machine that has got all since: its commands note what they are
# asked for.
tree=$bare/tree
mkdir -p "$tree/build/master" "$tree/lib/api/pages" "$tree/conf"
cp "$top_srcdir/bootstrap" "$tree/bootstrap"
cp "$top_srcdir/lib/api/pages/fetch" "$top_srcdir/lib/api/pages/files" "$tree/lib/api/pages"
for command in cc pkg-config autoreconf automake libtoolize npm python3 curl; do
    fake "$command" :
done
for command in sed mkdir getconf; do
    ln -s "$(command -v "$command")" "$bare/bin/$command"
done
fake make 'echo "made"'
for program in configure build/master/cadre build/config.status; do
    printf '#!/bin/sh\necho "%s: $*"\n' "$program" >"$tree/$program"
    chmod +x "$tree/$program"
done
: >"$tree/build/Makefile"
while read -r file _; do
    case $file in '' | '#'*) ;; *) : >"$tree/lib/api/pages/$file" ;; esac
done <"$top_srcdir/lib/api/pages/files"

# lacked LINE...: what the build noted as missing.
lacked() {
    printf '%s\n' "$@" >"$tree/build/packages-missing"
}

lacked wrk valgrind
bootstrap serve --set workers=1
expect "a build that lacks what there is not is used as it is" 0 "made" \
    "build/master/cadre: -c $tree/conf/demo.conf --set workers=1"
judge "it is not configured again" "$(printf '%s' "$out" | grep configur)"

lacked libsqlite3-dev wrk
bootstrap serve
expect "a build from before a package came is configured again" 0 \
    "configuring ./build anew, for these came since it was: libsqlite3-dev" \
    "build/config.status: --quiet --recheck" "build/config.status: --quiet" "made"

lacked npm pages
bootstrap serve
expect "a build from before the pages came is configured again" 0 \
    "these came since it was: npm pages" "build/config.status: --quiet --recheck"

lacked npm pages
rm "$tree/lib/api/pages/redoc.LICENSE.txt"
bootstrap serve
expect "pages are brought when npm came" 0 "bringing swagger-ui-dist and redoc by npm" \
    "going on without the pages" "these came since it was: npm"

rm "$tree/build/packages-missing"
bootstrap serve
expect "an older build has its Makefile see to it" 0 "made"

finish
