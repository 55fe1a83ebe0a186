# SPDX-License-Identifier: MIT
noinst_HEADERS += %D%/harness.h
if HAVE_CHECK
worker_test_libs = worker/libworker.la lib/libruntime.la $(LIBEVENT_LIBS) $(UNIT_LIBS)

unit_tests += %D%/test_http1 %D%/test_module_abi %D%/test_module_file
%C%_test_http1_SOURCES = %D%/test_http1.c
%C%_test_http1_LDADD = $(worker_test_libs)
%C%_test_module_abi_SOURCES = %D%/test_module_abi.c
%C%_test_module_abi_LDADD = $(worker_test_libs)
%C%_test_module_file_SOURCES = %D%/test_module_file.c
%C%_test_module_file_LDADD = $(worker_test_libs)
endif
