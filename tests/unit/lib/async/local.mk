# SPDX-License-Identifier: MIT
if HAVE_CHECK
async_unit_libs = lib/async/libasync.la lib/base/libbase.la $(LIBEVENT_LIBS) $(UNIT_LIBS)

unit_tests += \
	%D%/test_context \
	%D%/test_coroutine \
	%D%/test_coroutine_random \
	%D%/test_io \
	%D%/test_loop \
	%D%/test_stack \
	%D%/test_sleep \
	%D%/test_thread

%C%_test_context_SOURCES = %D%/test_context.c
%C%_test_context_LDADD = $(async_unit_libs) -lm
%C%_test_coroutine_SOURCES = %D%/test_coroutine.c
%C%_test_coroutine_LDADD = $(async_unit_libs) -lm
%C%_test_coroutine_random_SOURCES = %D%/test_coroutine_random.c
%C%_test_coroutine_random_LDADD = $(async_unit_libs)
%C%_test_io_SOURCES = %D%/test_io.c
%C%_test_io_LDADD = $(async_unit_libs)
%C%_test_loop_SOURCES = %D%/test_loop.c
%C%_test_loop_LDADD = $(async_unit_libs)
%C%_test_stack_SOURCES = %D%/test_stack.c
%C%_test_stack_LDADD = $(async_unit_libs)
%C%_test_sleep_SOURCES = %D%/test_sleep.c
%C%_test_sleep_LDADD = $(async_unit_libs)
%C%_test_thread_SOURCES = %D%/test_thread.c
%C%_test_thread_LDADD = $(async_unit_libs)

# Descriptors, names, files, processes, signals.
noinst_HEADERS += %D%/io_test.h
unit_tests += \
	%D%/test_dns \
	%D%/test_file \
	%D%/test_process \
	%D%/test_signal_receiver \
	%D%/test_socket \
	%D%/test_stream \
	%D%/test_stream_serve

%C%_test_dns_SOURCES = %D%/test_dns.c
%C%_test_dns_LDADD = $(async_unit_libs)
%C%_test_file_SOURCES = %D%/test_file.c
%C%_test_file_LDADD = $(async_unit_libs)
%C%_test_process_SOURCES = %D%/test_process.c
%C%_test_process_LDADD = $(async_unit_libs)
%C%_test_signal_receiver_SOURCES = %D%/test_signal_receiver.c
%C%_test_signal_receiver_LDADD = $(async_unit_libs)
%C%_test_socket_SOURCES = %D%/test_socket.c
%C%_test_socket_LDADD = $(async_unit_libs)
%C%_test_stream_SOURCES = %D%/test_stream.c
%C%_test_stream_LDADD = $(async_unit_libs)
%C%_test_stream_serve_SOURCES = %D%/test_stream_serve.c
%C%_test_stream_serve_LDADD = $(async_unit_libs)

# Tasks and what they are in.
noinst_HEADERS += %D%/tasks.h
unit_tests += \
	%D%/test_as_completed \
	%D%/test_future \
	%D%/test_gather \
	%D%/test_group \
	%D%/test_local \
	%D%/test_loop_public \
	%D%/test_owner \
	%D%/test_run_threadsafe \
	%D%/test_scope \
	%D%/test_task

%C%_test_as_completed_SOURCES = %D%/test_as_completed.c
%C%_test_as_completed_LDADD = $(async_unit_libs)
%C%_test_future_SOURCES = %D%/test_future.c
%C%_test_future_LDADD = $(async_unit_libs)
%C%_test_gather_SOURCES = %D%/test_gather.c
%C%_test_gather_LDADD = $(async_unit_libs)
%C%_test_group_SOURCES = %D%/test_group.c
%C%_test_group_LDADD = $(async_unit_libs)
%C%_test_local_SOURCES = %D%/test_local.c
%C%_test_local_LDADD = $(async_unit_libs)
%C%_test_loop_public_SOURCES = %D%/test_loop_public.c
%C%_test_loop_public_LDADD = $(async_unit_libs)
%C%_test_owner_SOURCES = %D%/test_owner.c
%C%_test_owner_LDADD = $(async_unit_libs)
%C%_test_run_threadsafe_SOURCES = %D%/test_run_threadsafe.c
%C%_test_run_threadsafe_LDADD = $(async_unit_libs)
%C%_test_scope_SOURCES = %D%/test_scope.c
%C%_test_scope_LDADD = $(async_unit_libs)
%C%_test_task_SOURCES = %D%/test_task.c
%C%_test_task_LDADD = $(async_unit_libs)
endif

include tests/unit/lib/async/primitives.mk
include tests/unit/lib/async/proof.mk
