# SPDX-License-Identifier: MIT
EXTRA_DIST += %D%/database_file.h %D%/demo_test.h %D%/other_program.h %D%/store_test.h
if HAVE_CHECK
if HAVE_SQLITE
unit_tests += \
	%D%/test_database \
	%D%/test_failure \
	%D%/test_forms \
	%D%/test_items \
	%D%/test_schema \
	%D%/test_shelf \
	%D%/test_store
%C%_test_database_SOURCES = %D%/test_database.c
%C%_test_database_CPPFLAGS = $(AM_CPPFLAGS) -DDEMO='"$(abs_top_builddir)/modules/.libs/demo.so"'
%C%_test_database_LDFLAGS = $(AM_LDFLAGS) $(RUNTIME_EXPORTS)
%C%_test_database_LDADD = $(test_client_libs)
EXTRA_%C%_test_database_DEPENDENCIES = modules/demo.la
%C%_test_failure_SOURCES = %D%/test_failure.c
%C%_test_failure_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) -DDEMO='"$(abs_top_builddir)/modules/.libs/demo.so"'
%C%_test_failure_LDFLAGS = $(AM_LDFLAGS) $(RUNTIME_EXPORTS)
%C%_test_failure_LDADD = $(test_client_libs) $(SQLITE_LIBS)
EXTRA_%C%_test_failure_DEPENDENCIES = modules/demo.la
%C%_test_forms_SOURCES = %D%/test_forms.c
%C%_test_forms_CPPFLAGS = $(AM_CPPFLAGS) -DDEMO='"$(abs_top_builddir)/modules/.libs/demo.so"'
%C%_test_forms_LDFLAGS = $(AM_LDFLAGS) $(RUNTIME_EXPORTS)
%C%_test_forms_LDADD = $(test_client_libs)
EXTRA_%C%_test_forms_DEPENDENCIES = modules/demo.la
%C%_test_items_SOURCES = %D%/test_items.c
%C%_test_items_CPPFLAGS = $(AM_CPPFLAGS) -DDEMO='"$(abs_top_builddir)/modules/.libs/demo.so"'
%C%_test_items_LDFLAGS = $(AM_LDFLAGS) $(RUNTIME_EXPORTS)
%C%_test_items_LDADD = $(test_client_libs)
EXTRA_%C%_test_items_DEPENDENCIES = modules/demo.la
%C%_test_shelf_SOURCES = %D%/test_shelf.c
%C%_test_shelf_CPPFLAGS = $(AM_CPPFLAGS) -DDEMO='"$(abs_top_builddir)/modules/.libs/demo.so"'
%C%_test_shelf_LDFLAGS = $(AM_LDFLAGS) $(RUNTIME_EXPORTS)
%C%_test_shelf_LDADD = $(test_client_libs)
EXTRA_%C%_test_shelf_DEPENDENCIES = modules/demo.la
%C%_test_schema_SOURCES = %D%/test_schema.c
nodist_%C%_test_schema_SOURCES = modules/demo/schema.c modules/demo/store.c
%C%_test_schema_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
%C%_test_schema_LDADD = $(test_client_libs) $(SQLITE_LIBS)
%C%_test_store_SOURCES = %D%/test_store.c
nodist_%C%_test_store_SOURCES = modules/demo/schema.c modules/demo/store.c
%C%_test_store_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
%C%_test_store_LDADD = $(test_client_libs) $(SQLITE_LIBS)
endif
endif
