# SPDX-License-Identifier: MIT
if HAVE_CHECK
unit_tests += \
	%D%/test_guards \
	%D%/test_text
%C%_test_guards_SOURCES = %D%/test_guards.c
%C%_test_guards_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_text_SOURCES = %D%/test_text.c
%C%_test_text_LDADD = lib/libruntime.la $(UNIT_LIBS)
endif
