# SPDX-License-Identifier: MIT
# All of the worker but its main(), so that tests link it; and the program.
noinst_LTLIBRARIES += %D%/libworker.la
%C%_libworker_la_SOURCES = \
	%D%/accept_guess.h \
	%D%/access_file.c %D%/access_file.h \
	%D%/access_line.c %D%/access_line.h \
	%D%/access_log.c %D%/access_log.h \
	%D%/acceptor.c %D%/acceptor.h \
	%D%/buffer.c %D%/buffer.h \
	%D%/checker.c %D%/checker.h \
	%D%/child.c %D%/child.h \
	%D%/client_table.c %D%/client_table.h \
	%D%/connection.c %D%/connection.h \
	%D%/crash.c %D%/crash.h \
	%D%/document_list.c %D%/document_list.h \
	%D%/drain.c %D%/drain.h \
	%D%/forwarded.c %D%/forwarded.h \
	%D%/gate.c %D%/gate.h \
	%D%/handover.c %D%/handover.h \
	%D%/http1.c %D%/http1.h \
	%D%/http1_body.c %D%/http1_body.h \
	%D%/http1_channel.c \
	%D%/http1_detach.c \
	%D%/http1_chars.c %D%/http1_chars.h \
	%D%/http1_file.c %D%/http1_file.h \
	%D%/http1_log.c \
	%D%/http1_output.c \
	%D%/http1_memo.c %D%/http1_memo.h \
	%D%/http1_parser.c %D%/http1_parser.h \
	%D%/http1_request.c \
	%D%/http1_scan.h \
	%D%/http1_target.c %D%/http1_target.h \
	%D%/http1_trailers.c %D%/http1_trailers.h \
	%D%/http_date.c %D%/http_date.h \
	%D%/locate.c %D%/locate.h \
	%D%/master_link.c %D%/master_link.h \
	%D%/meter.c %D%/meter.h \
	%D%/module.c %D%/module.h \
	%D%/module_file.c %D%/module_file.h \
	%D%/module_layers.c %D%/module_layers.h \
	%D%/pace.h \
	%D%/protocol.h \
	%D%/proxy_protocol.c %D%/proxy_protocol.h \
	%D%/quarantine_guard.c %D%/quarantine_guard.h \
	%D%/queue_intake.c %D%/queue_intake.h \
	%D%/report_app.c %D%/report_app.h \
	%D%/reporter.c %D%/reporter.h \
	%D%/request_line.c %D%/request_line.h \
	%D%/response_head.c %D%/response_head.h \
	%D%/rights.c %D%/rights.h \
	%D%/route_list.c \
	%D%/route_list.h \
	%D%/score.c %D%/score.h \
	%D%/response_memo.c %D%/response_memo.h \
	%D%/server.c %D%/server.h \
	%D%/short_text.h \
	%D%/slow.c %D%/slow.h \
	%D%/steward.c %D%/steward.h \
	%D%/task_teller.c %D%/task_teller.h \
	%D%/wait_list.c %D%/wait_list.h \
	%D%/worker.c %D%/worker.h
%C%_libworker_la_CFLAGS = $(AM_CFLAGS) $(LTO_CFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_libworker_la_LIBADD = lib/ipc/libipc.la

# The program holds the whole runtime and exports it: modules link nothing.
pkglibexec_PROGRAMS += %D%/cadre-worker
%C%_cadre_worker_SOURCES = %D%/main.c
%C%_cadre_worker_CFLAGS = $(AM_CFLAGS) $(LTO_CFLAGS) $(cadre_program_cflags)
%C%_cadre_worker_LDFLAGS = $(LTO_LDFLAGS) $(cadre_program_ldflags) $(RUNTIME_EXPORTS)
%C%_cadre_worker_LDADD = %D%/libworker.la lib/libruntime.la $(LIBEVENT_LIBS)
%C%_cadre_worker_DEPENDENCIES = %D%/libworker.la lib/libruntime.la

# Not the runtime, no libevent: what reads debug information links nothing of what serves.
if HAVE_LIBDW
pkglibexec_PROGRAMS += %D%/cadre-symboliser
%C%_cadre_symboliser_SOURCES = %D%/symboliser.c
%C%_cadre_symboliser_CFLAGS = $(AM_CFLAGS) $(LIBDW_CFLAGS) $(cadre_program_cflags)
%C%_cadre_symboliser_LDFLAGS = $(AM_LDFLAGS) $(cadre_program_ldflags)
%C%_cadre_symboliser_LDADD = lib/ipc/libipc.la $(LIBDW_LIBS)
endif
