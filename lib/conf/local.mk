# SPDX-License-Identifier: MIT
# libconf.la: the tree, its getters, the table of directives and the typed conf; all link it.
# libconfload.la: reading files by libconfig; `cadre` alone links it.
noinst_LTLIBRARIES += %D%/libconf.la
%C%_libconf_la_SOURCES = \
	%D%/access_format.c \
	%D%/access_format.h \
	%D%/count_within.c \
	%D%/count_within.h \
	%D%/address.c \
	%D%/address.h \
	%D%/bind.c \
	%D%/bind.h \
	%D%/bind_value.c \
	%D%/blob.h \
	%D%/builder.c \
	%D%/check.c \
	%D%/directive.c \
	%D%/directive.h \
	%D%/directives.c \
	%D%/errors.c \
	%D%/errors.h \
	%D%/get.c \
	%D%/server_conf.h \
	%D%/tree.c \
	%D%/tree.h \
	%D%/value.c \
	%D%/value.h

noinst_LTLIBRARIES += %D%/libconfload.la
%C%_libconfload_la_SOURCES = \
	%D%/cpus.c \
	%D%/cpus.h \
	%D%/dump.c \
	%D%/dump.h \
	%D%/expand.c \
	%D%/expand.h \
	%D%/load.c \
	%D%/load.h \
	%D%/raw.c \
	%D%/raw.h \
	%D%/resolve.c \
	%D%/resolve.h \
	%D%/source.c \
	%D%/source.h
%C%_libconfload_la_CPPFLAGS = $(AM_CPPFLAGS) -DMODULEDIR='"$(moduledir)"'
%C%_libconfload_la_CFLAGS = $(AM_CFLAGS) $(LIBCONFIG_CFLAGS)
%C%_libconfload_la_LIBADD = $(LIBCONFIG_LIBS) -lm

# The documents of the table, and of the options of middleware. The reference is committed (`make
# update-conf-reference` writes it anew, a test compares it); the man page is made at build time.
noinst_PROGRAMS += %D%/conf-reference
%C%_conf_reference_SOURCES = %D%/reference.c %D%/man.c %D%/man.h
%C%_conf_reference_LDADD = %D%/libconf.la lib/base/libbase.la

man_MANS += docs/cadre.conf.5
CLEANFILES += docs/cadre.conf.5
conf_references = %D%/conf-reference$(EXEEXT) lib/middleware/middleware-reference$(EXEEXT)
docs/cadre.conf.5: $(conf_references)
	$(AM_V_GEN)$(MKDIR_P) docs && { %D%/conf-reference$(EXEEXT) man && \
		lib/middleware/middleware-reference$(EXEEXT) man && \
		%D%/conf-reference$(EXEEXT) man-end; } >$@.new && mv $@.new $@

dist_doc_DATA += docs/conf-reference.md
update-conf-reference: $(conf_references)
	{ %D%/conf-reference$(EXEEXT) markdown && \
		lib/middleware/middleware-reference$(EXEEXT) markdown; } \
		>$(srcdir)/docs/conf-reference.md
.PHONY: update-conf-reference
