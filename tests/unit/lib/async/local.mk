# SPDX-License-Identifier: MIT
if HAVE_CHECK
async_unit_libs = lib/async/libasync.la lib/base/libbase.la $(LIBEVENT_LIBS) $(UNIT_LIBS)

unit_tests += %D%/test_coroutine
%C%_test_coroutine_SOURCES = %D%/test_coroutine.c
%C%_test_coroutine_LDADD = $(async_unit_libs) -lm
endif
