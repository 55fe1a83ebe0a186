# SPDX-License-Identifier: MIT
noinst_HEADERS += %D%/harness.h
if HAVE_CHECK
worker_test_libs = worker/libworker.la lib/libruntime.la $(LIBEVENT_LIBS) $(UNIT_LIBS)

unit_tests += %D%/test_http1
%C%_test_http1_SOURCES = %D%/test_http1.c
%C%_test_http1_LDADD = $(worker_test_libs)
endif
