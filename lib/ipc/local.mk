# SPDX-License-Identifier: MIT
# What the master and its children share: heritage, messages, scoreboard.
noinst_LTLIBRARIES += %D%/libipc.la
%C%_libipc_la_SOURCES = \
	%D%/backtrace.c %D%/backtrace.h \
	%D%/channel.c %D%/channel.h \
	%D%/crash_record.c %D%/crash_record.h \
	%D%/heritage.c %D%/heritage.h \
	%D%/json_text.c %D%/json_text.h \
	%D%/module_pin.c %D%/module_pin.h \
	%D%/quarantine.c %D%/quarantine.h \
	%D%/scoreboard.c %D%/scoreboard.h \
	%D%/snapshot.c %D%/snapshot.h \
	%D%/snapshot_json.c \
	%D%/snapshot_metrics.c \
	%D%/status.c %D%/status.h \
	%D%/symbols.h \
	%D%/task_report.c %D%/task_report.h \
	%D%/totals.c %D%/totals.h \
	%D%/traffic.c %D%/traffic.h
%C%_libipc_la_CFLAGS = $(AM_CFLAGS) $(LTO_CFLAGS) $(JANSSON_CFLAGS)
%C%_libipc_la_LIBADD = $(JANSSON_LIBS)
