# SPDX-License-Identifier: MIT
noinst_HEADERS += \
	%D%/coroutine.h \
	%D%/io.h \
	%D%/loop.h \
	%D%/signal.h \
	%D%/stack.h \
	%D%/thread_pool.h
