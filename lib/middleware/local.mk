# SPDX-License-Identifier: MIT
# Bundled middleware: each a type for the tables of modules.
noinst_LTLIBRARIES += %D%/libmiddleware.la
%C%_libmiddleware_la_SOURCES = \
	%D%/https_redirect.c \
	%D%/networks.c \
	%D%/request_ids.c \
	%D%/security_headers.c \
	%D%/text.c \
	%D%/text.h \
	%D%/time_limit.c \
	%D%/trusted_hosts.c
