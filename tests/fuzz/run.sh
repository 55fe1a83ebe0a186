#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs each fuzzer for a while over its kept inputs; what it finds new stays in fuzz-NAME/ of the
# working directory, what is wrong in fuzz-NAME/crash-*. Speaks TAP.
#
# Usage: run.sh FUZZER...; in the environment: top_srcdir, CADRE_FUZZ_SECONDS (10): how long each,
# CADRE_FUZZ_SEED (another each time): where it begins; the same one tries the same inputs.
set -u

top_srcdir=${top_srcdir:?}
seconds=${CADRE_FUZZ_SECONDS:-10}
number=0
bad=0

echo "1..$#"
for fuzzer; do
    name=${fuzzer##*/fuzz_}
    number=$((number + 1))
    mkdir -p "fuzz-$name" "fuzz-$name/corpus"
    if "$fuzzer" -max_total_time="$seconds" -seed="${CADRE_FUZZ_SEED:-0}" -max_len=2048 \
        -timeout=60 -rss_limit_mb=1024 -print_final_stats=1 -dict="$top_srcdir/tests/fuzz/http1.dict" \
        -artifact_prefix="fuzz-$name/" "fuzz-$name/corpus" \
        "$top_srcdir/tests/fuzz/corpus/$name" >"fuzz-$name/log" 2>&1 </dev/null; then
        echo "ok $number - $name ($seconds s)"
        sed -n 's/^stat::number_of_executed_units: */# runs: /p' "fuzz-$name/log"
    else
        echo "not ok $number - $name, see fuzz-$name/log"
        tail -n 40 "fuzz-$name/log" | sed 's/^/# /'
        bad=1
    fi
done
exit $bad
