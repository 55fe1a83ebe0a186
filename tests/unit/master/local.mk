# SPDX-License-Identifier: MIT
check_tests += %D%/test_unit_file.sh

if HAVE_CHECK
unit_tests += \
	%D%/test_actions \
	%D%/test_backoff \
	%D%/test_client \
	%D%/test_client_crashes \
	%D%/test_client_tasks \
	%D%/test_client_text \
	%D%/test_event_queue \
	%D%/test_predecessor \
	%D%/test_trace_text \
	%D%/test_unix_file \
	%D%/test_control \
	%D%/test_control_commands \
	%D%/test_crash_log \
	%D%/test_crash_report \
	%D%/test_crew_hear \
	%D%/test_crew_rates \
	%D%/test_environment \
	%D%/test_heir \
	%D%/test_listener \
	%D%/test_machine \
	%D%/test_machine_random \
	%D%/test_notify \
	%D%/test_passed \
	%D%/test_reporter \
	%D%/test_service \
	%D%/test_stale \
	%D%/test_status_writer \
	%D%/test_rss \
	%D%/test_openapi \
	%D%/test_routes \
	%D%/test_scale \
	%D%/test_quarantine \
	%D%/test_queue_group \
	%D%/test_queues \
	%D%/test_shared_file \
	%D%/test_signals \
	%D%/test_symboliser \
	%D%/test_supervisor \
	%D%/test_task_inquiry \
	%D%/test_upgrade

%C%_test_actions_SOURCES = %D%/test_actions.c
%C%_test_actions_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_client_SOURCES = %D%/test_client.c master/client.c master/client_crashes.c \
	master/client_status.c master/client_tasks.c master/client_text.c
%C%_test_client_CPPFLAGS = $(AM_CPPFLAGS) -DCLIENT_PATIENCE_S=1
%C%_test_client_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_client_LDADD = master/libmaster.la $(UNIT_LIBS) $(JANSSON_LIBS)
%C%_test_client_crashes_SOURCES = %D%/test_client_crashes.c %D%/printed.h master/client_crashes.c master/client_text.c
%C%_test_client_crashes_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_client_crashes_LDADD = master/libmaster.la $(UNIT_LIBS) $(JANSSON_LIBS)
%C%_test_client_tasks_SOURCES = %D%/test_client_tasks.c %D%/printed.h master/client_tasks.c master/client_text.c
%C%_test_client_tasks_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_client_tasks_LDADD = master/libmaster.la $(UNIT_LIBS) $(JANSSON_LIBS)
%C%_test_client_text_SOURCES = %D%/test_client_text.c master/client_text.c
%C%_test_client_text_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_client_text_LDADD = master/libmaster.la $(UNIT_LIBS) $(JANSSON_LIBS)
%C%_test_event_queue_SOURCES = %D%/test_event_queue.c
%C%_test_event_queue_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_predecessor_SOURCES = %D%/test_predecessor.c
%C%_test_predecessor_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS)
%C%_test_predecessor_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_trace_text_SOURCES = %D%/test_trace_text.c
%C%_test_trace_text_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_unix_file_SOURCES = %D%/test_unix_file.c
%C%_test_unix_file_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_backoff_SOURCES = %D%/test_backoff.c
%C%_test_backoff_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_task_inquiry_SOURCES = %D%/test_task_inquiry.c
%C%_test_task_inquiry_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_task_inquiry_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_control_commands_SOURCES = %D%/test_control_commands.c %D%/rig.c %D%/rig.h
%C%_test_control_commands_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_control_commands_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_shared_file_SOURCES = %D%/test_shared_file.c
%C%_test_shared_file_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_signals_SOURCES = %D%/test_signals.c %D%/rig.c %D%/rig.h
%C%_test_signals_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_stale_SOURCES = %D%/test_stale.c %D%/rig.c %D%/rig.h
%C%_test_stale_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_control_SOURCES = %D%/test_control.c
%C%_test_control_CFLAGS = $(AM_CFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_control_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_heir_SOURCES = %D%/test_heir.c %D%/rig.c %D%/rig.h
%C%_test_heir_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_machine_SOURCES = %D%/test_machine.c %D%/rig.c %D%/rig.h
%C%_test_machine_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_machine_random_SOURCES = %D%/test_machine_random.c %D%/rig.c %D%/rig.h
%C%_test_machine_random_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_environment_SOURCES = %D%/test_environment.c
%C%_test_environment_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_reporter_SOURCES = %D%/test_reporter.c %D%/rig.c %D%/rig.h
%C%_test_reporter_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_status_writer_SOURCES = %D%/test_status_writer.c %D%/rig.c %D%/rig.h
%C%_test_status_writer_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_listener_SOURCES = %D%/test_listener.c
%C%_test_listener_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_notify_SOURCES = %D%/test_notify.c
%C%_test_notify_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_passed_SOURCES = %D%/test_passed.c
%C%_test_passed_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_service_SOURCES = %D%/test_service.c
%C%_test_service_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_openapi_SOURCES = %D%/test_openapi.c
%C%_test_openapi_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_routes_SOURCES = %D%/test_routes.c
%C%_test_routes_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_routes_LDADD = master/libmaster.la $(UNIT_LIBS) $(JANSSON_LIBS)
%C%_test_rss_SOURCES = %D%/test_rss.c
%C%_test_rss_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_scale_SOURCES = %D%/test_scale.c %D%/rig.c %D%/rig.h
%C%_test_scale_LDADD = master/libmaster.la $(UNIT_LIBS)

%C%_test_upgrade_SOURCES = %D%/test_upgrade.c %D%/rig.c %D%/rig.h
%C%_test_upgrade_LDADD = master/libmaster.la $(UNIT_LIBS)

%C%_test_crash_log_SOURCES = %D%/test_crash_log.c
%C%_test_crash_log_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_crash_report_SOURCES = %D%/test_crash_report.c
%C%_test_crash_report_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_crew_hear_SOURCES = %D%/test_crew_hear.c
%C%_test_crew_hear_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS)
%C%_test_crew_hear_LDADD = master/libmaster.la $(UNIT_LIBS) $(LIBEVENT_LIBS)
%C%_test_crew_rates_SOURCES = %D%/test_crew_rates.c
%C%_test_crew_rates_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS)
%C%_test_crew_rates_LDADD = master/libmaster.la $(UNIT_LIBS) $(LIBEVENT_LIBS)
%C%_test_queue_group_SOURCES = %D%/test_queue_group.c
%C%_test_queue_group_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_queues_SOURCES = %D%/test_queues.c
%C%_test_queues_LDADD = master/libmaster.la $(UNIT_LIBS) $(LIBEVENT_LIBS)
%C%_test_queues_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS)
%C%_test_quarantine_SOURCES = %D%/test_quarantine.c
%C%_test_quarantine_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_symboliser_SOURCES = %D%/test_symboliser.c
%C%_test_symboliser_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_supervisor_SOURCES = %D%/test_supervisor.c
%C%_test_supervisor_CPPFLAGS = $(AM_CPPFLAGS) \
	-DFAKE_WORKER='"$(abs_top_builddir)/%D%/fake_worker"'
%C%_test_supervisor_LDADD = master/libmaster.la $(UNIT_LIBS)
EXTRA_%C%_test_supervisor_DEPENDENCIES = %D%/fake_worker

# The child that test_supervisor starts in the place of cadre-worker.
check_PROGRAMS += %D%/fake_worker
%C%_fake_worker_SOURCES = %D%/fake_worker.c
%C%_fake_worker_LDADD = lib/ipc/libipc.la lib/base/libbase.la
endif
