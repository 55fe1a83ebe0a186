# SPDX-License-Identifier: MIT
# Bundled modules: plain shared objects that link nothing of Cadre.
module_LTLIBRARIES += %D%/demo.la
%C%_demo_la_SOURCES = \
	%D%/demo/background.c \
	%D%/demo/basics.c \
	%D%/demo/cookies.c \
	%D%/demo/demo.c \
	%D%/demo/files.c \
	%D%/demo/forms.c \
	%D%/demo/links.c \
	%D%/demo/pages.c \
	%D%/demo/trouble.c \
	%D%/demo/upload.c \
	%D%/demo/waiting.c \
	%D%/demo/database.h \
	%D%/demo/demo.h \
	%D%/demo/highlight.c \
	%D%/demo/page.c \
	%D%/demo/page.h \
	%D%/demo/source.c \
	%D%/demo/stops.c \
	%D%/demo/stops.h
if HAVE_SQLITE
%C%_demo_la_SOURCES += $(demo_store)
else
%C%_demo_la_SOURCES += %D%/demo/without.c
endif
# Its data: SQLite, which the module itself links.
demo_store = \
	%D%/demo/database.c \
	%D%/demo/failure.c \
	%D%/demo/failure.h \
	%D%/demo/item.c \
	%D%/demo/item.h \
	%D%/demo/items.c \
	%D%/demo/schema.c \
	%D%/demo/schema.h \
	%D%/demo/shelf.c \
	%D%/demo/store.c \
	%D%/demo/store.h
EXTRA_DIST += $(demo_store) %D%/demo/without.c
%C%_demo_la_CPPFLAGS = -I$(top_srcdir)/lib/include -DDEMO_FOLDER='"$(abs_srcdir)/%D%/demo"' \
	$(SQLITE_CFLAGS)
%C%_demo_la_LIBADD = $(SQLITE_LIBS)
%C%_demo_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared

module_LTLIBRARIES += %D%/static.la
%C%_static_la_SOURCES = %D%/static/static.c
%C%_static_la_CPPFLAGS = -I$(top_srcdir)/lib/include
%C%_static_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared
EXTRA_DIST += %D%/README.md

module_LTLIBRARIES += %D%/drop.la
%C%_drop_la_SOURCES = %D%/drop/drop.c %D%/drop/drop.h %D%/drop/folder.c
%C%_drop_la_CPPFLAGS = -I$(top_srcdir)/lib/include -DDROP_FOLDER='"$(abs_srcdir)/%D%/drop"'
%C%_drop_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared
drop_page = %D%/drop/page.css %D%/drop/page.html %D%/drop/page.js
drop_object = %D%/drop/la-drop.lo
$(drop_object): $(drop_page)
EXTRA_DIST += $(drop_page) %D%/drop/README.md
