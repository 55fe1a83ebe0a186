# SPDX-License-Identifier: MIT
if HAVE_CHECK
unit_tests += \
	%D%/test_bounds \
	%D%/test_convert \
	%D%/test_example \
	%D%/test_direct \
	%D%/test_duration \
	%D%/test_issues \
	%D%/test_json_merge \
	%D%/test_model_check \
	%D%/test_moment \
	%D%/test_number \
	%D%/test_plan \
	%D%/test_powers \
	%D%/test_presence \
	%D%/test_regex \
	%D%/test_scalars \
	%D%/test_schema \
	%D%/test_url \
	%D%/test_value \
	%D%/test_verify
%C%_test_convert_SOURCES = %D%/test_convert.c
%C%_test_convert_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_example_SOURCES = %D%/test_example.c
%C%_test_example_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_json_merge_SOURCES = %D%/test_json_merge.c
%C%_test_json_merge_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_issues_SOURCES = %D%/test_issues.c
%C%_test_issues_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_model_check_SOURCES = %D%/test_model_check.c
%C%_test_model_check_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_number_SOURCES = %D%/test_number.c
%C%_test_number_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_plan_SOURCES = %D%/test_plan.c
%C%_test_plan_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_presence_SOURCES = %D%/test_presence.c
%C%_test_presence_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_regex_SOURCES = %D%/test_regex.c
%C%_test_regex_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_scalars_SOURCES = %D%/test_scalars.c %D%/every.h %D%/scalar_cases.h \
	%D%/show.h
%C%_test_scalars_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/%D% $(JANSSON_CFLAGS)
%C%_test_scalars_LDADD = lib/model/libmodel.la lib/base/libbase.la $(JANSSON_LIBS) $(UNIT_LIBS)
%C%_test_schema_SOURCES = %D%/test_schema.c %D%/choice_models.h %D%/every.h %D%/json_models.h
%C%_test_schema_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/%D%
%C%_test_schema_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_url_SOURCES = %D%/test_url.c
%C%_test_url_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_bounds_SOURCES = %D%/test_bounds.c
%C%_test_bounds_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_direct_SOURCES = %D%/test_direct.c
%C%_test_direct_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_duration_SOURCES = %D%/test_duration.c
%C%_test_duration_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_moment_SOURCES = %D%/test_moment.c
%C%_test_moment_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_powers_SOURCES = %D%/test_powers.c
%C%_test_powers_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_value_SOURCES = %D%/test_value.c
%C%_test_value_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_verify_SOURCES = %D%/test_verify.c
%C%_test_verify_LDADD = lib/model/libmodel.la lib/base/libbase.la $(UNIT_LIBS)
endif
include tests/unit/lib/model/json.mk
