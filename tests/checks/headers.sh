#!/bin/sh
# SPDX-License-Identifier: MIT
# Each header compiles by itself: the installed ones strictly, in C11 and C++; the others in ours.
set -u
. "$(dirname "$0")/tap.sh"

CC=${CC:-cc}
CXX=${CXX:-$(command -v g++ || command -v clang++ || true)}
strict="-Wall -Wextra -Wpedantic -Wshadow -Wcast-qual -Wundef -Werror"
ours="-std=gnu17 -Wall -Wextra -Wundef -Wno-unused-function -Werror"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# compile COMPILER SUFFIX FLAGS HEADER...: prints what the compiler says of each header.
compile() {
    compiler=$1 suffix=$2 flags=$3
    shift 3
    for header; do
        printf "#include %s\n#include %s\nextern int one;\n" "$header" "$header" >"$folder/one.$suffix"
        # shellcheck disable=SC2086 # lists of words
        $compiler $flags -fsyntax-only "$folder/one.$suffix" 2>&1 |
            sed "s|^|$header: |" | head -n 20
    done
}

public=$(project_files | sed -n 's|^lib/include/\(.*\.h\)$|<\1>|p')
installed="-I$top_srcdir/lib/include"
# shellcheck disable=SC2086 # a list of headers
judge "installed headers compile alone in C" "$(compile "$CC" c "-std=c11 $strict $installed" $public)"
if [ -n "$CXX" ]; then
    # shellcheck disable=SC2086 # a list of headers
    judge "installed headers compile alone in C++" \
        "$(compile "$CXX" cc "-std=c++17 $strict $installed" $public)"
else
    skip "installed headers compile alone in C++" "no C++ compiler"
fi

internal=$(project_files | sed -n 's|^lib/\([^/]*/[^/]*\.h\)$|"\1"|p' | grep -v '^"include/'
    project_files | sed -n 's|^\(\(master\|worker\)/.*\.h\)$|"\1"|p')
# shellcheck disable=SC2086 # a list of headers
judge "internal headers compile alone" "$(compile "$CC" c "$ours $installed -I$top_builddir \
    -I$top_srcdir/lib -I$top_srcdir ${LIBEVENT_CFLAGS-} ${LIBCONFIG_CFLAGS-} -include config.h" $internal)"

finish
