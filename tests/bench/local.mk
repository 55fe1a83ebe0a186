# SPDX-License-Identifier: MIT
# Benchmarks, run by `make bench`; each prints a table and fails where a limit is passed. They are
# built by no other target.
noinst_HEADERS += %D%/bench.h

bench_programs = %D%/bench_async
EXTRA_PROGRAMS = $(bench_programs)
CLEANFILES += $(bench_programs)

%C%_bench_async_SOURCES = %D%/bench_async.c
%C%_bench_async_CFLAGS = $(AM_CFLAGS) $(LIBEVENT_CFLAGS)
%C%_bench_async_LDADD = lib/async/libasync.la lib/base/libbase.la $(LIBEVENT_LIBS)

bench: $(bench_programs)
	@failed=; for program in $(bench_programs); do \
		echo "== $$program"; ./$$program || failed=yes; \
	done; test -z "$$failed"

.PHONY: bench
