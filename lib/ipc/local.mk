# SPDX-License-Identifier: MIT
# What the master and its children share: heritage, messages, scoreboard.
noinst_LTLIBRARIES += %D%/libipc.la
%C%_libipc_la_SOURCES = \
	%D%/channel.c %D%/channel.h \
	%D%/heritage.c %D%/heritage.h \
	%D%/scoreboard.c %D%/scoreboard.h
%C%_libipc_la_CFLAGS = $(AM_CFLAGS) $(LTO_CFLAGS)
