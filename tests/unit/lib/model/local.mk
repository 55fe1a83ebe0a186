# SPDX-License-Identifier: MIT
if HAVE_CHECK
unit_tests += %D%/test_scalars
%C%_test_scalars_SOURCES = %D%/test_scalars.c %D%/every.h %D%/scalar_cases.h
%C%_test_scalars_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/%D% $(JANSSON_CFLAGS)
%C%_test_scalars_LDADD = lib/model/libmodel.la lib/base/libbase.la $(JANSSON_LIBS) $(UNIT_LIBS)
unit_tests += %D%/test_model_check
%C%_test_model_check_SOURCES = %D%/test_model_check.c
%C%_test_model_check_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
endif
include tests/unit/lib/model/json.mk
