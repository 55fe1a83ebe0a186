# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += %D%/libasync.la
%C%_libasync_la_SOURCES = \
	%D%/as_completed.c \
	%D%/completion.c \
	%D%/completion.h \
	%D%/context.h \
	%D%/coroutine.c \
	%D%/coroutine.h \
	%D%/coroutine_internal.h \
	%D%/future.c \
	%D%/gather.c \
	%D%/group.c \
	%D%/group.h \
	%D%/io.c \
	%D%/io.h \
	%D%/local.c \
	%D%/local.h \
	%D%/loop.c \
	%D%/loop.h \
	%D%/loop_internal.h \
	%D%/loop_public.c \
	%D%/owner.c \
	%D%/owner.h \
	%D%/run_threadsafe.c \
	%D%/sanitizer.h \
	%D%/scope.c \
	%D%/scope.h \
	%D%/signal.c \
	%D%/signal.h \
	%D%/sleep.c \
	%D%/stack.c \
	%D%/stack.h \
	%D%/task.c \
	%D%/task.h \
	%D%/thread.c \
	%D%/thread.h \
	%D%/task_list.c \
	%D%/test_clock.c \
	%D%/test_loop.h \
	%D%/thread_pool.c \
	%D%/thread_pool.h \
	%D%/watchdog.c \
	%D%/watchdog.h
%C%_libasync_la_CFLAGS = $(AM_CFLAGS) $(LTO_CFLAGS) $(LIBEVENT_CFLAGS) $(LIBEVENT_EXTRA_CFLAGS)
%C%_libasync_la_LIBADD = $(LIBEVENT_EXTRA_LIBS) $(LIBEVENT_LIBS)

# What coroutines wait with.
%C%_libasync_la_SOURCES += \
	%D%/barrier.c \
	%D%/condition.c \
	%D%/event.c \
	%D%/items.c \
	%D%/items.h \
	%D%/limiter.c \
	%D%/limiter.h \
	%D%/lock.c \
	%D%/lock.h \
	%D%/memory_stream.c \
	%D%/queue.c \
	%D%/semaphore.c \
	%D%/waiters.c \
	%D%/waiters.h

# Threads, and the way back from them.
%C%_libasync_la_SOURCES += \
	%D%/thread_call.c \
	%D%/thread_call.h

# Descriptors, names, files, processes, signals.
%C%_libasync_la_SOURCES += \
	%D%/address.c \
	%D%/address.h \
	%D%/bytes.h \
	%D%/connect.c \
	%D%/dns.c \
	%D%/dns.h \
	%D%/fd_io.c \
	%D%/fd_io.h \
	%D%/fd_wait.c \
	%D%/fd_wait.h \
	%D%/file.c \
	%D%/file_whole.c \
	%D%/process.c \
	%D%/process_communicate.c \
	%D%/process_internal.h \
	%D%/process_spawn.c \
	%D%/signal_receiver.c \
	%D%/socket.c \
	%D%/stream.c \
	%D%/stream_internal.h \
	%D%/stream_read.c \
	%D%/stream_serve.c \
	%D%/stream_write.c

# One of three, by configure.
if SWITCH_X86_64
%C%_libasync_la_SOURCES += %D%/context.c %D%/context_x86_64.S
endif
if SWITCH_AARCH64
%C%_libasync_la_SOURCES += %D%/context.c %D%/context_aarch64.S
endif
if SWITCH_UCONTEXT
%C%_libasync_la_SOURCES += %D%/context_ucontext.c
endif

# What gdb needs to see coroutines.
dist_pkgdata_DATA += %D%/gdb/cadre-gdb.py
