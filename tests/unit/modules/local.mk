# SPDX-License-Identifier: MIT
# Bundled modules, asked by the test client as authors do it with theirs.
if HAVE_CHECK
unit_tests += %D%/test_drop
%C%_test_drop_SOURCES = %D%/test_drop.c
%C%_test_drop_CPPFLAGS = $(AM_CPPFLAGS) -DDROP='"$(abs_top_builddir)/modules/.libs/drop.so"'
%C%_test_drop_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_drop_LDFLAGS = $(AM_LDFLAGS) $(RUNTIME_EXPORTS)
%C%_test_drop_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS) $(JANSSON_LIBS)
EXTRA_%C%_test_drop_DEPENDENCIES = modules/drop.la
endif

include tests/unit/modules/demo/local.mk
