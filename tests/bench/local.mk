# SPDX-License-Identifier: MIT
# Benchmarks, run by `make bench`; each prints a table and fails where a limit is passed. They are
# built by no other target.
noinst_HEADERS += %D%/bench.h

EXTRA_DIST += %D%/asyncio_reference.py

bench_programs = %D%/bench_async %D%/bench_json %D%/bench_openapi %D%/bench_router \
	%D%/bench_sleepers
EXTRA_PROGRAMS = $(bench_programs)
CLEANFILES += $(bench_programs)

%C%_bench_async_SOURCES = %D%/bench_async.c
%C%_bench_async_CFLAGS = $(AM_CFLAGS) $(LIBEVENT_CFLAGS)
%C%_bench_async_LDADD = lib/async/libasync.la lib/base/libbase.la $(LIBEVENT_LIBS)

# Beside simdjson, where it is: the one source of C++.
%C%_bench_json_SOURCES = %D%/bench_json.c %D%/simdjson_walk.h
%C%_bench_json_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_bench_json_LDADD = lib/model/libmodel.la lib/base/libbase.la $(JANSSON_LIBS)
EXTRA_DIST += %D%/simdjson_walk.cc
if HAVE_SIMDJSON
%C%_bench_json_LDADD += %D%/simdjson_walk.o $(SIMDJSON_LIBS) -lstdc++
%C%_bench_json_DEPENDENCIES = lib/model/libmodel.la lib/base/libbase.la %D%/simdjson_walk.o
CLEANFILES += %D%/simdjson_walk.o
%D%/simdjson_walk.o: %D%/simdjson_walk.cc %D%/simdjson_walk.h
	$(AM_V_GEN)$(MKDIR_P) %D% && $(CXX) -O2 -std=c++17 -I$(top_srcdir) $(SIMDJSON_CFLAGS) -c -o $@ \
		$(srcdir)/%D%/simdjson_walk.cc
endif

%C%_bench_openapi_SOURCES = %D%/bench_openapi.c
%C%_bench_openapi_LDADD = lib/libruntime.la $(LIBEVENT_LIBS)
EXTRA_DIST += %D%/openapi.py %D%/openapi_module.c
%D%/openapi_module.so: %D%/openapi_module.c
	$(AM_V_CC)$(MKDIR_P) %D% && $(CC) $(CPPFLAGS) -I$(top_srcdir)/lib/include $(CFLAGS) -fPIC -shared -o $@ \
		$(srcdir)/%D%/openapi_module.c
CLEANFILES += %D%/openapi_module.so

%C%_bench_router_SOURCES = %D%/bench_router.c
%C%_bench_router_LDADD = lib/libruntime.la $(LIBEVENT_LIBS)

%C%_bench_sleepers_SOURCES = %D%/bench_sleepers.c
%C%_bench_sleepers_LDADD = lib/async/libasync.la lib/base/libbase.la $(LIBEVENT_LIBS)

bench: $(bench_programs)
	@BENCH_ASYNCIO='$(abs_top_srcdir)/%D%/asyncio_reference.py'; export BENCH_ASYNCIO; \
	failed=; for program in $(bench_programs); do \
		echo "== $$program"; ./$$program || failed=yes; \
	done; test -z "$$failed"

.PHONY: bench

# What a request costs here and in other servers: run says how. Those of them that are libraries, or
# load a handler that was compiled, have theirs built where their headers are.
bench_peers = %D%/null_server %D%/callgrind_worker
EXTRA_DIST += %D%/run %D%/counts.py %D%/file_servers.py %D%/functions.py %D%/processes.py %D%/report.py \
	%D%/servers.py %D%/workloads.py %D%/kore_server.c
%C%_callgrind_worker_CPPFLAGS = $(AM_CPPFLAGS) -DWORKER='"$(abs_top_builddir)/worker/cadre-worker"' \
	-DOUT='"$(abs_top_builddir)/tests/bench/callgrind.out"'

EXTRA_PROGRAMS += %D%/null_server %D%/callgrind_worker %D%/microhttpd_server
%C%_microhttpd_server_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS)
%C%_microhttpd_server_LDADD = $(MICROHTTPD_LIBS)
if HAVE_MICROHTTPD
bench_peers += %D%/microhttpd_server
endif

%D%/kore_server.so: %D%/kore_server.c
	$(AM_V_CC)$(CC) $(CPPFLAGS) $(KORE_CFLAGS) $(CFLAGS) -fPIC -shared -o $@ \
		$(srcdir)/%D%/kore_server.c
if HAVE_KORE
bench_peers += %D%/kore_server.so
endif
EXTRA_DIST += %D%/typed.py %D%/typed_module.c
%D%/typed_module.so: %D%/typed_module.c
	$(AM_V_CC)$(CC) $(CPPFLAGS) -I$(top_srcdir)/lib/include $(CFLAGS) -fPIC -shared -o $@ \
		$(srcdir)/%D%/typed_module.c
bench_peers += %D%/typed_module.so

# The same module behind so many layers.
EXTRA_DIST += %D%/layers.py %D%/layers_module.c
bench_layers = %D%/layers_0.so %D%/layers_1.so %D%/layers_10.so
$(bench_layers): %D%/layers_%.so: %D%/layers_module.c
	$(AM_V_CC)$(MKDIR_P) %D% && $(CC) $(CPPFLAGS) -I$(top_srcdir)/lib/include $(CFLAGS) \
		-DLAYERS=$* -fPIC -shared -o $@ $(srcdir)/%D%/layers_module.c
CLEANFILES += $(bench_layers)
CLEANFILES += $(bench_peers) %D%/callgrind.out.*

bench_run = PYTHONDONTWRITEBYTECODE=1 top_builddir='$(abs_top_builddir)' $(PYTHON) $(srcdir)/%D%/run

bench-peers: all $(bench_peers)
	$(bench_run)

# What parameters, checks and JSON cost.
bench-typed: all $(bench_peers)
	PYTHONDONTWRITEBYTECODE=1 top_builddir='$(abs_top_builddir)' $(PYTHON) $(srcdir)/%D%/typed.py

# What middleware costs.
bench-layers: all $(bench_layers)
	PYTHONDONTWRITEBYTECODE=1 top_builddir='$(abs_top_builddir)' $(PYTHON) $(srcdir)/%D%/layers.py

# What the OpenAPI document costs.
bench-openapi: all %D%/openapi_module.so
	PYTHONDONTWRITEBYTECODE=1 top_builddir='$(abs_top_builddir)' $(PYTHON) $(srcdir)/%D%/openapi.py

# The same of Cadre alone, for who works on it.
bench-hello: all $(bench_peers)
	$(bench_run) --servers null,cadre

# Files alone, beside the servers that have them.
bench-files: all $(bench_peers)
	$(bench_run) --servers null,cadre,nginx,h2o,lighttpd --workloads file-1k,file-100k \
		--parts rounds,counts

# Its instructions by function.
bench-functions: all $(bench_peers)
	PYTHONDONTWRITEBYTECODE=1 top_builddir='$(abs_top_builddir)' $(PYTHON) \
		$(srcdir)/%D%/functions.py

.PHONY: bench-peers bench-hello bench-files bench-functions bench-layers bench-openapi bench-typed

# What a reload loses and how long a stop takes, beside other servers: reload.py says how.
EXTRA_DIST += %D%/reload.py

bench-reload: all
	top_builddir='$(abs_top_builddir)' $(PYTHON) $(srcdir)/%D%/reload.py

# How long a server is below strength when a worker is killed: recovery.py says how.
EXTRA_DIST += %D%/recovery.py

bench-recovery: all
	top_builddir='$(abs_top_builddir)' $(PYTHON) $(srcdir)/%D%/recovery.py

# What a handler that blocks costs the others: stall.py says how.
EXTRA_DIST += %D%/stall.py

bench-stall: all
	top_builddir='$(abs_top_builddir)' $(PYTHON) $(srcdir)/%D%/stall.py

# How exactly a rate limit is kept: rate_limit.py says how.
EXTRA_DIST += %D%/rate_limit.py

bench-rate-limit: all
	top_builddir='$(abs_top_builddir)' $(PYTHON) $(srcdir)/%D%/rate_limit.py

.PHONY: bench-rate-limit bench-reload bench-recovery bench-stall
