#!/bin/sh
# SPDX-License-Identifier: MIT
# systemd finds nothing wrong with the units, and rates them as well confined.
set -u
. "$(dirname "$0")/../../checks/tap.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if ! command -v systemd-analyze >/dev/null 2>&1; then
    skip "systemd-analyze verify finds nothing in the units" "no systemd-analyze"
    finish
fi

# A unit is judged with its program: this build's stands in for the installed one.
for unit in cadre.service cadre@.service; do
    sed -e "s|^ExecStart=[^ ]*|ExecStart=$top_builddir/master/cadre|" \
        -e "s|^ExecReload=[^ ]*/cadre|ExecReload=$top_builddir/master/cadre|" \
        "$top_builddir/systemd/$unit" >"$folder/$unit"
done
cp "$folder/cadre@.service" "$folder/cadre@shop.service"
cp "$top_srcdir/systemd/cadre.socket" "$folder"

# Man pages that are not installed are no fault of the unit's.
for unit in cadre.service cadre@shop.service cadre.socket; do
    judge "systemd-analyze verify finds nothing in $unit" \
        "$(systemd-analyze verify --man=no "$folder/$unit" 2>&1 | grep -F cadre)"
done
judge "an instance has folders and a conf of its own" "$(for word in \
    'ExecStart=.*/%i\.conf$' 'RuntimeDirectory=cadre/%i$' 'StateDirectory=cadre/%i$'; do
    grep -q "^$word" "$folder/cadre@.service" || echo "no $word"
done)"

# NAME THRESHOLD UNIT: the exposure level in tenths.
rate() {
    if systemd-analyze security --offline=yes --threshold="$2" "$3" >"$folder/rating" 2>&1; then
        pass "$1"
    elif grep -q 'exposure level' "$folder/rating"; then
        fail "$1" "$(tail -n 1 "$folder/rating")"
    else
        skip "$1" "this systemd-analyze cannot rate a file"
    fi
}
rate "cadre.service is exposed by 2.0 at most" 20 "$folder/cadre.service"
rate "cadre@.service is exposed by 2.0 at most" 20 "$folder/cadre@shop.service"

# FOLDER: the unit with the drop-in of standard input, which counts because it comes last.
drop_in() {
    mkdir "$folder/$1"
    sed '/^\[Install\]/,$d' "$folder/cadre.service" >"$folder/$1/cadre.service"
    cat >>"$folder/$1/cadre.service"
}
drop_in root <"$top_srcdir/systemd/root-master.conf"
judge "systemd-analyze verify finds nothing in the drop-in for a master as root" \
    "$(systemd-analyze verify --man=no "$folder/root/cadre.service" 2>&1 | grep -F cadre)"
rate "with a master as root it is exposed by 2.5 at most" 25 "$folder/root/cadre.service"

version=$(systemd-analyze --version | sed -n 's/^systemd \([0-9]*\).*/\1/p')
if [ "${version:-0}" -ge 253 ]; then
    sed 's/^#\([[A-Z]\)/\1/' "$top_srcdir/systemd/notify-reload.conf" | drop_in reload
    judge "systemd-analyze verify finds nothing in the drop-in for notify-reload" \
        "$(systemd-analyze verify --man=no "$folder/reload/cadre.service" 2>&1 | grep -F cadre)"
else
    skip "systemd-analyze verify finds nothing in the drop-in for notify-reload" \
        "systemd ${version:-?} has no notify-reload"
fi
finish
