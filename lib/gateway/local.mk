# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += %D%/libgateway.la
%C%_libgateway_la_SOURCES = \
	%D%/field.c \
	%D%/field.h \
	%D%/field_list.c \
	%D%/field_list.h \
	%D%/gateway.c \
	%D%/gateway.h \
	%D%/http_date.c \
	%D%/http_date.h \
	%D%/prepared.c \
	%D%/prepared.h \
	%D%/request_id.c \
	%D%/request_id.h \
	%D%/response.c \
	%D%/response.h \
	%D%/status.c \
	%D%/status.h \
	%D%/trace_context.c \
	%D%/trace_context.h \
	%D%/websocket.c \
	%D%/websocket.h
%C%_libgateway_la_CFLAGS = $(AM_CFLAGS) $(LTO_CFLAGS)
