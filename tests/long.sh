#!/bin/sh
# SPDX-License-Identifier: MIT
# What takes long: `make check-long` runs it in the build tree. Each stage builds what it needs
# below ./long and leaves its output in long/STAGE.log.
#
#   asan       the whole suite under AddressSanitizer and UndefinedBehaviorSanitizer
#   clang      all sources by clang, warnings are errors
#   fuzz       libFuzzer over each target of tests/fuzz, CADRE_FUZZ_SECONDS (10) each
#   stress     load, many reloads and deaths, totals: tests/e2e/long_*
#   distcheck  the tarball builds, passes its tests, installs and uninstalls without a rest
#   tsan       what has threads, under ThreadSanitizer
#   ucontext   the runtime with the portable switch
#   valgrind   the unit tests that it can run, under memcheck
#
# Usage: long.sh [STAGE]...; in the environment: top_srcdir, top_builddir, CADRE_LONG_SECONDS: a
# stage that would end later is not begun, and one that has not ended by then is left out.
# shellcheck disable=SC2317 # stages are called by name
set -u

top_srcdir=${top_srcdir:?}
top_builddir=${top_builddir:?}
stages="asan clang fuzz stress distcheck tsan ucontext valgrind"
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
began=$(date +%s)
limit=${CADRE_LONG_SECONDS:-1000000}
number=0
bad=0
: "${MAKE:=make}"
unset MAKEFLAGS MFLAGS MAKELEVEL TESTS TEST_LOGS

left() {
    echo $((limit - $(date +%s) + began))
}

# tree NAME ARG...: a build tree of that configuration below long/, all built, warnings as errors.
tree() {
    tree_name=$1
    shift
    mkdir -p "$top_builddir/long/$tree_name" && cd "$top_builddir/long/$tree_name" || return
    [ -f Makefile ] || "$top_srcdir/configure" --quiet --enable-werror "$@" || return
    $MAKE -j"$jobs" all || return
    $MAKE -j"$jobs" check TESTS=
}

# With -g1 it is compiled sooner, and what is reported has its lines all the same.
stage_asan() {
    tree asan --enable-asan --enable-ubsan CFLAGS="-O2 -g1" && $MAKE -j"$((2 * jobs))" check
}

stage_clang() {
    tree clang CC=clang
}

stage_fuzz() {
    mkdir -p "$top_builddir/long/fuzz" && cd "$top_builddir/long/fuzz" || return
    [ -f Makefile ] || "$top_srcdir/configure" --quiet --enable-fuzzers CC=clang || return
    $MAKE -j"$jobs" check-fuzz
}

stage_stress() {
    $MAKE -C "$top_builddir" check-stress
}

stage_distcheck() {
    $MAKE -C "$top_builddir" -j"$jobs" distcheck
}

stage_tsan() {
    tree tsan --enable-tsan || return
    $MAKE -j"$jobs" check-threads &&
        $MAKE check TESTS="tests/e2e/31_http_requests.py tests/e2e/71_stop_graceful.py"
}

stage_ucontext() {
    tree ucontext --enable-ucontext || return
    $MAKE -j"$jobs" check-unit &&
        $MAKE check TESTS="tests/e2e/01_serve_first.py tests/e2e/31_http_requests.py"
}

stage_valgrind() {
    tree debug --enable-debug || return
    $MAKE -j"$jobs" check-memcheck
}

# seconds STAGE: about how long it takes on two cores.
seconds() {
    case $1 in
    asan) echo 600 ;;
    clang) echo 60 ;;
    fuzz) echo $((60 + 6 * ${CADRE_FUZZ_SECONDS:-10})) ;;
    stress) echo 220 ;;
    distcheck) echo 150 ;;
    tsan) echo 150 ;;
    ucontext) echo 80 ;;
    *) echo 600 ;;
    esac
}

# Prints why STAGE cannot run here; nothing where it can.
obstacle() {
    case $1 in
    stress) ;;
    *) if [ "$top_srcdir" = "$top_builddir" ]; then
        echo "needs a build tree outside of the sources"
        return
    fi ;;
    esac
    case $1 in
    clang | fuzz) command -v clang >/dev/null 2>&1 || echo "no clang" ;;
    valgrind) command -v valgrind >/dev/null 2>&1 || echo "no valgrind" ;;
    esac
    [ "$(left)" -ge "$(seconds "$1")" ] || echo "no time left for it"
}

# report RESULT STAGE TEXT: as TAP, and in the form that automake's drivers leave.
report() {
    number=$((number + 1))
    case $1 in
    PASS) echo "ok $number - $2 ($3)" ;;
    SKIP) echo "ok $number - $2 # SKIP $3" ;;
    FAIL) echo "not ok $number - $2 ($3)" ;;
    esac
    printf ':test-result: %s %s\n' "$1" "$2" >"$top_builddir/long/$2.trs"
}

# Called by itself, below: one stage, in a process that can be ended.
if [ "${1-}" = --stage ]; then
    cd "$top_builddir" && "stage_$2"
    exit
fi

[ $# -gt 0 ] || {
    # shellcheck disable=SC2086 # a list of words
    set -- $stages
}
mkdir -p "$top_builddir/long"
echo "1..$#"
for stage; do
    case " $stages " in
    *" $stage "*) ;;
    *)
        echo "Bail out! no stage $stage: there are $stages"
        exit 2
        ;;
    esac
    why=$(obstacle "$stage")
    if [ -n "$why" ]; then
        report SKIP "$stage" "$why"
        continue
    fi
    log=$top_builddir/long/$stage.log
    stage_began=$(date +%s)
    timeout -k 10 "$(left)" "${SHELL:-/bin/sh}" "$0" --stage "$stage" >"$log" 2>&1 </dev/null
    code=$?
    took=$(($(date +%s) - stage_began))
    if [ "$code" -eq 0 ]; then
        report PASS "$stage" "$took s"
    elif [ "$code" -eq 124 ] && [ "$(left)" -le 1 ]; then
        report SKIP "$stage" "it had not ended after $took s, when the time was over"
    else
        report FAIL "$stage" "$took s, see $log"
        bad=1
        { grep -E '^(FAIL|ERROR):|error:|ERROR: files left|^# .*(Error|assert)' "$log" | head -n 40
            echo "..."
            tail -n 25 "$log"; } | sed 's/^/# /'
    fi
done
exit $bad
