# SPDX-License-Identifier: MIT
noinst_HEADERS += %D%/world.h
check_tests += %D%/reference.sh

if HAVE_CHECK
conf_test_libs = lib/conf/libconfload.la lib/conf/libconf.la lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_access_format
%C%_test_access_format_SOURCES = %D%/test_access_format.c
%C%_test_access_format_LDADD = $(conf_test_libs)
unit_tests += %D%/test_address
%C%_test_address_SOURCES = %D%/test_address.c
%C%_test_address_LDADD = $(conf_test_libs)
unit_tests += %D%/test_bind
%C%_test_bind_SOURCES = %D%/test_bind.c
%C%_test_bind_LDADD = $(conf_test_libs)
unit_tests += %D%/test_count_within
%C%_test_count_within_SOURCES = %D%/test_count_within.c
%C%_test_count_within_LDADD = $(conf_test_libs)
unit_tests += %D%/test_cpus
%C%_test_cpus_SOURCES = %D%/test_cpus.c
%C%_test_cpus_LDADD = $(conf_test_libs)
unit_tests += %D%/test_directive
%C%_test_directive_SOURCES = %D%/test_directive.c
%C%_test_directive_LDADD = $(conf_test_libs)
unit_tests += %D%/test_dump
%C%_test_dump_SOURCES = %D%/test_dump.c
%C%_test_dump_LDADD = $(conf_test_libs)
unit_tests += %D%/test_errors
%C%_test_errors_SOURCES = %D%/test_errors.c
%C%_test_errors_LDADD = $(conf_test_libs)
unit_tests += %D%/test_expand
%C%_test_expand_SOURCES = %D%/test_expand.c
%C%_test_expand_LDADD = $(conf_test_libs)
unit_tests += %D%/test_get
%C%_test_get_SOURCES = %D%/test_get.c
%C%_test_get_LDADD = $(conf_test_libs)
unit_tests += %D%/test_load
%C%_test_load_SOURCES = %D%/test_load.c
%C%_test_load_LDADD = $(conf_test_libs)
unit_tests += %D%/test_memory
%C%_test_memory_SOURCES = %D%/test_memory.c
%C%_test_memory_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc \
	-Wl,--wrap=strdup,--wrap=vasprintf
%C%_test_memory_LDADD = $(conf_test_libs)
unit_tests += %D%/test_source
%C%_test_source_SOURCES = %D%/test_source.c
%C%_test_source_LDADD = $(conf_test_libs)
unit_tests += %D%/test_tree
%C%_test_tree_SOURCES = %D%/test_tree.c
%C%_test_tree_LDADD = $(conf_test_libs)
unit_tests += %D%/test_value
%C%_test_value_SOURCES = %D%/test_value.c
%C%_test_value_LDADD = $(conf_test_libs)
endif
