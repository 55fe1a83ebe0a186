# SPDX-License-Identifier: MIT
# Models: one description of a struct for parsing, validation, JSON, schema.
noinst_LTLIBRARIES += %D%/libmodel.la
%C%_libmodel_la_SOURCES = \
	%D%/bounds.c \
	%D%/bounds.h \
	%D%/convert.c \
	%D%/convert.h \
	%D%/convert_decimal.c \
	%D%/convert_decimal.h \
	%D%/convert_email.c \
	%D%/convert_enum.c \
	%D%/convert_ip.c \
	%D%/convert_json.c \
	%D%/convert_moment.c \
	%D%/convert_number.c \
	%D%/convert_text.c \
	%D%/convert_url.c \
	%D%/convert_uuid.c \
	%D%/converters.h \
	%D%/default.c \
	%D%/default.h \
	%D%/duration.c \
	%D%/issues.c \
	%D%/issues.h \
	%D%/json_names.c \
	%D%/json_names.h \
	%D%/json_read.c \
	%D%/json_read.h \
	%D%/json_read_many.c \
	%D%/json_read_object.c \
	%D%/json_read_tuple.c \
	%D%/json_read_union.c \
	%D%/json_read_value.c \
	%D%/json_reader.h \
	%D%/json_scan.c \
	%D%/json_scan.h \
	%D%/json_write.c \
	%D%/json_write.h \
	%D%/json_write_scalar.c \
	%D%/json_writer.h \
	%D%/keys.c \
	%D%/keys.h \
	%D%/model_check.c \
	%D%/model_check.h \
	%D%/model_check_bounds.c \
	%D%/model_place.h \
	%D%/model_row.c \
	%D%/model_json.c \
	%D%/moment.c \
	%D%/moment.h \
	%D%/number.c \
	%D%/number.h \
	%D%/powers.c \
	%D%/powers.h \
	%D%/real.c \
	%D%/real.h \
	%D%/real_format.c \
	%D%/regex.c \
	%D%/regex.h \
	%D%/plan.c \
	%D%/plan.h \
	%D%/same.c \
	%D%/same.h \
	%D%/schema.c \
	%D%/schema.h \
	%D%/schema_set.c \
	%D%/schema_set.h \
	%D%/selection.c \
	%D%/selection.h \
	%D%/url.c \
	%D%/url.h \
	%D%/url_host.c \
	%D%/value.c \
	%D%/value.h \
	%D%/verify.c
%C%_libmodel_la_CFLAGS = $(AM_CFLAGS) $(LTO_CFLAGS) $(PCRE2_CFLAGS)
%C%_libmodel_la_LIBADD = $(PCRE2_LIBS) -lm
