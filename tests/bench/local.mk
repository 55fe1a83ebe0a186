# SPDX-License-Identifier: MIT
# Benchmarks, run by `make bench`; each prints a table and fails where a limit is passed. They are
# built by no other target.
noinst_HEADERS += %D%/bench.h

EXTRA_DIST += %D%/asyncio_reference.py

bench_programs = %D%/bench_async %D%/bench_sleepers
EXTRA_PROGRAMS = $(bench_programs)
CLEANFILES += $(bench_programs)

%C%_bench_async_SOURCES = %D%/bench_async.c
%C%_bench_async_CFLAGS = $(AM_CFLAGS) $(LIBEVENT_CFLAGS)
%C%_bench_async_LDADD = lib/async/libasync.la lib/base/libbase.la $(LIBEVENT_LIBS)

%C%_bench_sleepers_SOURCES = %D%/bench_sleepers.c
%C%_bench_sleepers_LDADD = lib/async/libasync.la lib/base/libbase.la $(LIBEVENT_LIBS)

bench: $(bench_programs)
	@BENCH_ASYNCIO='$(abs_top_srcdir)/%D%/asyncio_reference.py'; export BENCH_ASYNCIO; \
	failed=; for program in $(bench_programs); do \
		echo "== $$program"; ./$$program || failed=yes; \
	done; test -z "$$failed"

.PHONY: bench

# What a keep-alive hello costs, beside a server that does nothing: hello.py says how.
EXTRA_PROGRAMS += %D%/null_server %D%/callgrind_worker
CLEANFILES += %D%/null_server %D%/callgrind_worker
EXTRA_DIST += %D%/hello.py
%C%_callgrind_worker_CPPFLAGS = $(AM_CPPFLAGS) -DWORKER='"$(abs_top_builddir)/worker/cadre-worker"' \
	-DOUT='"$(abs_top_builddir)/tests/bench/callgrind.out"'

bench-hello: all %D%/null_server %D%/callgrind_worker
	top_builddir='$(top_builddir)' $(PYTHON) $(srcdir)/%D%/hello.py

.PHONY: bench-hello

# What a reload loses and how long a stop takes, beside other servers: reload.py says how.
EXTRA_DIST += %D%/reload.py

bench-reload: all
	top_builddir='$(abs_top_builddir)' $(PYTHON) $(srcdir)/%D%/reload.py

.PHONY: bench-reload
