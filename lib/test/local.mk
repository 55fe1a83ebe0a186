# SPDX-License-Identifier: MIT
# The test client: in libcadre.so for test programs, not in the worker.
noinst_LTLIBRARIES += %D%/libtest.la
%C%_libtest_la_SOURCES = \
	%D%/body.c \
	%D%/body.h \
	%D%/check.c \
	%D%/check.h \
	%D%/client.c \
	%D%/client.h \
	%D%/cookies.c \
	%D%/cookies.h \
	%D%/exchange.c \
	%D%/exchange.h \
	%D%/json.c \
	%D%/response.c \
	%D%/response.h \
	%D%/scope.c \
	%D%/served.c \
	%D%/served.h \
	%D%/stream.c \
	%D%/socket.c \
	%D%/socket.h \
	%D%/url.c \
	%D%/url.h \
	%D%/wait.c \
	%D%/wait.h \
	%D%/websocket.c
%C%_libtest_la_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_libtest_la_LIBADD = $(JANSSON_LIBS)
