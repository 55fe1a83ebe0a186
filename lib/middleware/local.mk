# SPDX-License-Identifier: MIT
# Bundled middleware: each a type for the tables of modules.
noinst_LTLIBRARIES += %D%/libmiddleware.la
%C%_libmiddleware_la_SOURCES = \
	%D%/authentication.c \
	%D%/base64url.c \
	%D%/base64url.h \
	%D%/bundled.c \
	%D%/bundled.h \
	%D%/codec.c \
	%D%/codec.h \
	%D%/compress.c \
	%D%/cors.c \
	%D%/https_redirect.c \
	%D%/networks.c \
	%D%/options.c \
	%D%/options.h \
	%D%/rate_limit.c \
	%D%/rate_limit.h \
	%D%/request_ids.c \
	%D%/security_headers.c \
	%D%/session.c \
	%D%/signature.c \
	%D%/signature.h \
	%D%/text.c \
	%D%/text.h \
	%D%/time_limit.c \
	%D%/trusted_hosts.c
%C%_libmiddleware_la_CFLAGS = $(AM_CFLAGS) $(LTO_CFLAGS) $(ZLIB_CFLAGS) $(BROTLI_CFLAGS) $(OPENSSL_CFLAGS) $(JANSSON_CFLAGS)
%C%_libmiddleware_la_LIBADD = $(ZLIB_LIBS) $(BROTLI_LIBS)
if HAVE_ZLIB
%C%_libmiddleware_la_SOURCES += %D%/codec_gzip.c
endif
if HAVE_BROTLI
%C%_libmiddleware_la_SOURCES += %D%/codec_brotli.c
endif

# The part of the conf's reference that is about middleware: see lib/conf/local.mk.
noinst_PROGRAMS += %D%/middleware-reference
%C%_middleware_reference_SOURCES = %D%/reference.c %D%/options.c %D%/options.h \
	lib/conf/man.c lib/conf/man.h
%C%_middleware_reference_CFLAGS = $(AM_CFLAGS)
