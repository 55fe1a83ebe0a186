# SPDX-License-Identifier: MIT
# What coroutines wait with, and threads.
if HAVE_CHECK
noinst_HEADERS += %D%/beside.h %D%/gate.h
unit_tests += \
	%D%/test_barrier \
	%D%/test_condition \
	%D%/test_event \
	%D%/test_limiter \
	%D%/test_lock \
	%D%/test_memory_stream \
	%D%/test_primitives_random \
	%D%/test_queue \
	%D%/test_semaphore \
	%D%/test_thread_call \
	%D%/test_thread_pool \
	%D%/test_waiters

%C%_test_barrier_SOURCES = %D%/test_barrier.c
%C%_test_barrier_LDADD = $(async_unit_libs)
%C%_test_condition_SOURCES = %D%/test_condition.c
%C%_test_condition_LDADD = $(async_unit_libs)
%C%_test_event_SOURCES = %D%/test_event.c
%C%_test_event_LDADD = $(async_unit_libs)
%C%_test_limiter_SOURCES = %D%/test_limiter.c
%C%_test_limiter_LDADD = $(async_unit_libs)
%C%_test_lock_SOURCES = %D%/test_lock.c
%C%_test_lock_LDADD = $(async_unit_libs)
%C%_test_memory_stream_SOURCES = %D%/test_memory_stream.c
%C%_test_memory_stream_LDADD = $(async_unit_libs)
%C%_test_primitives_random_SOURCES = %D%/test_primitives_random.c
%C%_test_primitives_random_LDADD = $(async_unit_libs)
%C%_test_queue_SOURCES = %D%/test_queue.c
%C%_test_queue_LDADD = $(async_unit_libs)
%C%_test_semaphore_SOURCES = %D%/test_semaphore.c
%C%_test_semaphore_LDADD = $(async_unit_libs)
%C%_test_thread_call_SOURCES = %D%/test_thread_call.c
%C%_test_thread_call_LDADD = $(async_unit_libs)
%C%_test_thread_pool_SOURCES = %D%/test_thread_pool.c
%C%_test_thread_pool_LDADD = $(async_unit_libs)
%C%_test_waiters_SOURCES = %D%/test_waiters.c
%C%_test_waiters_LDADD = $(async_unit_libs)
endif
