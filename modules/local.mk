# SPDX-License-Identifier: MIT
# Bundled modules: plain shared objects that link nothing of Cadre.
module_LTLIBRARIES += %D%/demo.la
%C%_demo_la_SOURCES = \
	%D%/demo/demo.c \
	%D%/demo/page.h
%C%_demo_la_CPPFLAGS = -I$(top_srcdir)/lib/include -DDEMO_SOURCE='"$(abs_srcdir)/%D%/demo/demo.c"'
%C%_demo_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared

module_LTLIBRARIES += %D%/static.la
%C%_static_la_SOURCES = %D%/static/static.c
%C%_static_la_CPPFLAGS = -I$(top_srcdir)/lib/include
%C%_static_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared
EXTRA_DIST += %D%/README.md
