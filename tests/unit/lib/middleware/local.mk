# SPDX-License-Identifier: MIT
if HAVE_CHECK
unit_tests += \
	%D%/test_authentication \
	%D%/test_base64url \
	%D%/test_compress \
	%D%/test_cors \
	%D%/test_guards \
	%D%/test_rate_limit \
	%D%/test_session \
	%D%/test_signature \
	%D%/test_text
%C%_test_authentication_SOURCES = %D%/test_authentication.c %D%/layered.h
%C%_test_authentication_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_compress_SOURCES = %D%/test_compress.c
%C%_test_compress_CFLAGS = $(AM_CFLAGS) $(ZLIB_CFLAGS) $(BROTLI_CFLAGS)
%C%_test_compress_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS) $(ZLIB_LIBS) $(BROTLI_DECODER_LIBS)
%C%_test_cors_SOURCES = %D%/test_cors.c
%C%_test_cors_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_guards_SOURCES = %D%/test_guards.c
%C%_test_guards_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_rate_limit_SOURCES = %D%/test_rate_limit.c %D%/layered.h
%C%_test_rate_limit_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_base64url_SOURCES = %D%/test_base64url.c
%C%_test_base64url_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_signature_SOURCES = %D%/test_signature.c
%C%_test_signature_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_session_SOURCES = %D%/test_session.c
%C%_test_session_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_session_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS) $(JANSSON_LIBS)
%C%_test_text_SOURCES = %D%/test_text.c
%C%_test_text_LDADD = lib/libruntime.la $(UNIT_LIBS)
endif
