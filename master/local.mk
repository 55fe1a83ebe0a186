# SPDX-License-Identifier: MIT
# libmaster.la is all of the master but its main(), so that tests can link it.
noinst_LTLIBRARIES += %D%/libmaster.la
%C%_libmaster_la_SOURCES = \
	%D%/actions.c \
	%D%/actions.h \
	%D%/backoff.c \
	%D%/backoff.h \
	%D%/checker.h \
	%D%/child.c \
	%D%/child.h \
	%D%/generation.c \
	%D%/generation.h \
	%D%/machine.c \
	%D%/machine.h \
	%D%/signals.c \
	%D%/signals.h \
	%D%/supervisor.h
%C%_libmaster_la_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS)
%C%_libmaster_la_LIBADD = \
	lib/ipc/libipc.la \
	lib/conf/libconfload.la \
	lib/conf/libconf.la \
	lib/base/libbase.la \
	$(LIBEVENT_LIBS)
