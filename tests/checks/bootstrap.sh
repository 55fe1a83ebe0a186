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
bootstrap() {
    out=$(cd / && PATH=$bare/bin "$bare/bin/sh" "$top_srcdir/bootstrap" "$@" 2>&1 </dev/null)
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
[ ! -f "$top_srcdir/lib/api/pages/swagger-ui-bundle.js" ] || pages=
bootstrap serve
expect "without rights it names packages and the line to run" 1 \
    "missing: gcc libc6-dev make autoconf automake libtool pkg-config libevent-dev libconfig-dev libjansson-dev libpcre2-dev libdw-dev libssl-dev zlib1g-dev libbrotli-dev libsqlite3-dev$pages" \
    "apt-get install -y -q --no-install-recommends gcc" "no right"
judge "without rights it runs nothing" "$(cat "$bare/asked" 2>/dev/null)"

bootstrap check
expect "check asks for what tests need too" 1 "libconfig-dev libjansson-dev libpcre2-dev libdw-dev libssl-dev zlib1g-dev libbrotli-dev libsqlite3-dev$pages check python3"

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

finish
