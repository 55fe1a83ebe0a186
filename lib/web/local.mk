# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += %D%/libweb.la
%C%_libweb_la_SOURCES = \
	%D%/app.c \
	%D%/app.h \
	%D%/body.c \
	%D%/byte_range.c \
	%D%/byte_range.h \
	%D%/content.c \
	%D%/content.h \
	%D%/cookie.c \
	%D%/cookie.h \
	%D%/cookies.c \
	%D%/disposition.c \
	%D%/disposition.h \
	%D%/form.c \
	%D%/form.h \
	%D%/converter.c \
	%D%/converter.h \
	%D%/interim.c \
	%D%/json.c \
	%D%/json_quote.c \
	%D%/lifespan.c \
	%D%/lifespan.h \
	%D%/links.c \
	%D%/module_abi.c \
	%D%/module_abi.h \
	%D%/mount.c \
	%D%/mount.h \
	%D%/media_type.c \
	%D%/media_type.h \
	%D%/multipart.c \
	%D%/multipart.h \
	%D%/parameters.c \
	%D%/parameters.h \
	%D%/mount_find.c \
	%D%/pattern.c \
	%D%/pattern.h \
	%D%/precondition.c \
	%D%/precondition.h \
	%D%/query.c \
	%D%/refusal.c \
	%D%/redirect.c \
	%D%/request.c \
	%D%/request.h \
	%D%/request_names.c \
	%D%/respond.c \
	%D%/respond_fd.c \
	%D%/respond_file.c \
	%D%/respond_more.c \
	%D%/router.c \
	%D%/router.h \
	%D%/server_state.c \
	%D%/server_state.h \
	%D%/spool.c \
	%D%/spool.h \
	%D%/trailers.c \
	%D%/url.c \
	%D%/urlencoded.c \
	%D%/urlencoded.h \
	%D%/worker_info.c \
	%D%/worker_info.h
%C%_libweb_la_CFLAGS = $(AM_CFLAGS) $(LTO_CFLAGS) $(JANSSON_CFLAGS)
%C%_libweb_la_LIBADD = $(JANSSON_LIBS)
