# SPDX-License-Identifier: MIT
# Tests of the runtime as a whole, and of what watches it.
check_PROGRAMS += %D%/gdb_target
%C%_gdb_target_SOURCES = %D%/gdb_target.c
%C%_gdb_target_LDADD = lib/async/libasync.la lib/base/libbase.la $(LIBEVENT_LIBS)
check_tests += %D%/gdb.sh

if HAVE_CHECK
unit_tests += %D%/test_watchdog
%C%_test_watchdog_SOURCES = %D%/test_watchdog.c
%C%_test_watchdog_LDADD = $(async_unit_libs)

unit_tests += %D%/test_test_clock
%C%_test_test_clock_SOURCES = %D%/test_test_clock.c
%C%_test_test_clock_LDADD = $(async_unit_libs)

unit_tests += %D%/test_suspending_calls
%C%_test_suspending_calls_SOURCES = %D%/test_suspending_calls.c %D%/suspending_calls.h
%C%_test_suspending_calls_LDADD = $(async_unit_libs)

unit_tests += %D%/test_async_random
%C%_test_async_random_SOURCES = %D%/test_async_random.c
%C%_test_async_random_LDADD = $(async_unit_libs)

unit_tests += %D%/test_lifetimes
%C%_test_lifetimes_SOURCES = %D%/test_lifetimes.c
%C%_test_lifetimes_LDADD = $(async_unit_libs)

unit_tests += %D%/test_faults
%C%_test_faults_SOURCES = %D%/test_faults.c
%C%_test_faults_LDADD = $(async_unit_libs)

unit_tests += %D%/test_parity
%C%_test_parity_SOURCES = %D%/test_parity.c
%C%_test_parity_LDADD = $(async_unit_libs)
endif
