# SPDX-License-Identifier: MIT
# libmaster.la is all of the master but its main(), so that tests can link it.
noinst_LTLIBRARIES += %D%/libmaster.la
%C%_libmaster_la_SOURCES = \
	%D%/actions.c \
	%D%/actions.h \
	%D%/backoff.c \
	%D%/backoff.h \
	%D%/bind_error.c \
	%D%/bind_error.h \
	%D%/checker.c \
	%D%/checker.h \
	%D%/child.c \
	%D%/control.c \
	%D%/control.h \
	%D%/control_commands.c \
	%D%/control_commands.h \
	%D%/control_point.c \
	%D%/control_point.h \
	%D%/control_status.c \
	%D%/control_status.h \
	%D%/child.h \
	%D%/crash_log.c %D%/crash_log.h \
	%D%/crash_report.c %D%/crash_report.h \
	%D%/crew.c \
	%D%/crew.h \
	%D%/crew_end.c \
	%D%/crew_hear.c \
	%D%/crew_process.h \
	%D%/crew_send.c \
	%D%/crew_rates.c \
	%D%/crew_start.c \
	%D%/crew_watch.c \
	%D%/environment.c \
	%D%/environment.h \
	%D%/estate.c \
	%D%/estate.h \
	%D%/event_queue.c \
	%D%/event_queue.h \
	%D%/generation.c \
	%D%/generation.h \
	%D%/heir.c \
	%D%/heir.h \
	%D%/incidents.c %D%/incidents.h \
	%D%/kinds.c \
	%D%/kinds.h \
	%D%/listener.c \
	%D%/listener.h \
	%D%/machine.c \
	%D%/machine.h \
	%D%/notify.c \
	%D%/notify.h \
	%D%/oom.c \
	%D%/oom.h \
	%D%/openapi.c %D%/openapi.h \
	%D%/predecessor.c \
	%D%/predecessor.h \
	%D%/passed.c \
	%D%/passed.h \
	%D%/queue_group.c %D%/queue_group.h \
	%D%/queues.c %D%/queues.h \
	%D%/queues_inside.h %D%/queues_look.c %D%/queues_tell.c \
	%D%/service.c \
	%D%/service.h \
	%D%/routes.c \
	%D%/routes.h \
	%D%/rss.c \
	%D%/rss.h \
	%D%/scale.c \
	%D%/scale.h \
	%D%/quarantine.c \
	%D%/quarantine.h \
	%D%/shared_file.c %D%/shared_file.h \
	%D%/signals.c \
	%D%/signals.h \
	%D%/socket_holder.c \
	%D%/socket_holder.h \
	%D%/spawn.c \
	%D%/spawn.h \
	%D%/symboliser.c %D%/symboliser.h \
	%D%/trace_text.c %D%/trace_text.h \
	%D%/status_writer.c \
	%D%/status_writer.h \
	%D%/successor.c \
	%D%/successor.h \
	%D%/supervisor.c \
	%D%/supervisor.h \
	%D%/supervisor_actions.c \
	%D%/supervisor_crew.c \
	%D%/supervisor_generations.c \
	%D%/supervisor_log.c \
	%D%/supervisor_queues.c \
	%D%/supervisor_signals.c \
	%D%/supervisor_state.h \
	%D%/supervisor_totals.c \
	%D%/supervisor_upgrade.c \
	%D%/task_inquiry.c \
	%D%/task_inquiry.h \
	%D%/unix_file.c \
	%D%/unix_file.h \
	%D%/upgrade.c \
	%D%/upgrade.h
%C%_libmaster_la_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_libmaster_la_LIBADD = \
	lib/ipc/libipc.la \
	lib/conf/libconfload.la \
	lib/conf/libconf.la \
	lib/base/libbase.la \
	$(LIBEVENT_LIBS) \
	$(JANSSON_LIBS)

sbin_PROGRAMS += %D%/cadre
%C%_cadre_SOURCES = %D%/main.c %D%/options.c %D%/options.h \
	%D%/client.c %D%/client.h \
	%D%/client_crashes.c %D%/client_crashes.h %D%/client_status.c %D%/client_status.h \
	%D%/client_tasks.c %D%/client_tasks.h %D%/client_text.c %D%/client_text.h
%C%_cadre_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) -DCADRECONFDIR='"$(cadreconfdir)"' \
	-DSBINDIR='"$(sbindir)"' \
	-DPKGLIBEXECDIR='"$(pkglibexecdir)"'
%C%_cadre_CFLAGS = $(AM_CFLAGS) $(cadre_program_cflags)
%C%_cadre_LDFLAGS = $(AM_LDFLAGS) $(cadre_program_ldflags)
%C%_cadre_LDADD = %D%/libmaster.la
