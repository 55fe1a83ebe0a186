#!/bin/sh
# SPDX-License-Identifier: MIT
# Each program links against what its row lists and nothing else, so that the idle master stays
# small and a module brings no second runtime along.
set -u
. "$(dirname "$0")/tap.sh"

# linked NAME FILE LIBRARY...: FILE needs these at most, and libc.
linked() {
    name=$1 file=$2
    shift 2
    if ! [ -e "$file" ]; then
        fail "$name" "$file was not built"
        return
    fi
    judge "$name" "$(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p' |
        while read -r library; do
            case $library in
            libc.so.* | ld-linux* | libasan.* | libubsan.* | libtsan.*) continue ;;
            esac
            # What a sanitizer's own library needs.
            case "${AM_LDFLAGS-} $library" in
            *-fsanitize=*libm.so.*) continue ;;
            *-fsanitize=*libgcc_s.so.*) continue ;;
            esac
            case " $* " in
            *" ${library%.so*} "*) ;;
            *) echo "it needs $library; it may need: ${*:-nothing} libc" ;;
            esac
        done)"
}

linked "cadre links libevent_core, libconfig, libjansson, libc" "$top_builddir/master/cadre" \
    libevent_core-2.1 libconfig libjansson
linked "cadre-worker links libevent_core, libevent_extra, libjansson, libpcre2, libz, libbrotlienc, libm, libc" \
    "$top_builddir/worker/cadre-worker" libevent_core-2.1 libevent_extra-2.1 libjansson \
    libpcre2-8 libz libbrotlienc libm
symboliser=$top_builddir/worker/cadre-symboliser
[ ! -e "$symboliser" ] || linked "cadre-symboliser links libdw, libc" "$symboliser" libdw
library=$top_builddir/lib/.libs/libcadre.so
linked "libcadre.so links libevent_core, libevent_extra, libjansson, libpcre2, libz, libbrotlienc, libm, libc" \
    "$library" libevent_core-2.1 libevent_extra-2.1 libjansson libpcre2-8 libz libbrotlienc libm
for module in "$top_builddir"/modules/.libs/*.so "$top_builddir"/modules/*/.libs/*.so; do
    case $module in
    */demo.so) linked "the module demo.so links libsqlite3, libc" "$module" libsqlite3 ;;
    *) [ ! -e "$module" ] || linked "the module $(basename "$module") links libc alone" "$module" ;;
    esac
done

# hardened NAME FILE: position-independent, its tables read-only once it is linked at its start.
hardened() {
    judge "$1" "$(readelf -lW "$2" | grep -q GNU_RELRO || echo "no RELRO"
        readelf -d "$2" | grep -q 'FLAGS_1.*NOW' || echo "no immediate binding"
        readelf -h "$2" | grep -q 'Type: *DYN' || echo "not position-independent")"
}

hardened "cadre is hardened" "$top_builddir/master/cadre"
hardened "cadre-worker is hardened" "$top_builddir/worker/cadre-worker"
[ ! -e "$symboliser" ] || hardened "cadre-symboliser is hardened" "$symboliser"
hardened "libcadre.so is hardened" "$library"

finish
