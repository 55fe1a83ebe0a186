# SPDX-License-Identifier: MIT
# The JSON reader and writer of models.
if HAVE_CHECK
unit_tests += %D%/test_real
%C%_test_real_SOURCES = %D%/test_real.c
%C%_test_real_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_json_scan
%C%_test_json_scan_SOURCES = %D%/test_json_scan.c %D%/json_cases.h
%C%_test_json_scan_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/%D%
%C%_test_json_scan_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
# The way of machines without SSE2, which all have.
unit_tests += %D%/test_json_scan_portable
%C%_test_json_scan_portable_SOURCES = %D%/test_json_scan.c %D%/json_cases.h lib/model/json_scan.c
%C%_test_json_scan_portable_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/%D% -U__SSE2__
%C%_test_json_scan_portable_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
json_check_h = %D%/every.h %D%/json_check.h %D%/json_models.h
unit_tests += %D%/test_json_read
%C%_test_json_read_SOURCES = %D%/test_json_read.c $(json_check_h) %D%/scalar_cases.h
%C%_test_json_read_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/%D%
%C%_test_json_read_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_json_read_many
%C%_test_json_read_many_SOURCES = %D%/test_json_read_many.c $(json_check_h)
%C%_test_json_read_many_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/%D%
%C%_test_json_read_many_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_json_read_object
%C%_test_json_read_object_SOURCES = %D%/test_json_read_object.c $(json_check_h)
%C%_test_json_read_object_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/%D%
%C%_test_json_read_object_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_json_read_union
%C%_test_json_read_union_SOURCES = %D%/test_json_read_union.c $(json_check_h)
%C%_test_json_read_union_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/%D%
%C%_test_json_read_union_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_json_read_value
%C%_test_json_read_value_SOURCES = %D%/test_json_read_value.c $(json_check_h)
%C%_test_json_read_value_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/%D%
%C%_test_json_read_value_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_json_names
%C%_test_json_names_SOURCES = %D%/test_json_names.c
%C%_test_json_names_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_json_write
%C%_test_json_write_SOURCES = %D%/test_json_write.c %D%/every.h %D%/json_models.h
%C%_test_json_write_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/%D%
%C%_test_json_write_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_keys
%C%_test_keys_SOURCES = %D%/test_keys.c
%C%_test_keys_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_json_stack
%C%_test_json_stack_SOURCES = %D%/test_json_stack.c %D%/every.h %D%/json_models.h
%C%_test_json_stack_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/%D%
%C%_test_json_stack_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_selection
%C%_test_selection_SOURCES = %D%/test_selection.c %D%/every.h %D%/json_models.h
%C%_test_selection_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/%D%
%C%_test_selection_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
endif
