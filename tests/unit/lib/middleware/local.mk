# SPDX-License-Identifier: MIT
if HAVE_CHECK
unit_tests += \
	%D%/test_authentication \
	%D%/test_base64url \
	%D%/test_bundled \
	%D%/test_codec \
	%D%/test_compress \
	%D%/test_cors \
	%D%/test_https_redirect \
	%D%/test_networks \
	%D%/test_rate_limit \
	%D%/test_request_ids \
	%D%/test_security_headers \
	%D%/test_session \
	%D%/test_signature \
	%D%/test_text \
	%D%/test_time_limit \
	%D%/test_trusted_hosts
%C%_test_authentication_SOURCES = %D%/test_authentication.c %D%/layered.h
%C%_test_authentication_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_compress_SOURCES = %D%/test_compress.c
%C%_test_compress_CFLAGS = $(AM_CFLAGS) $(ZLIB_CFLAGS) $(BROTLI_CFLAGS)
%C%_test_compress_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS) $(ZLIB_LIBS) $(BROTLI_DECODER_LIBS)
%C%_test_cors_SOURCES = %D%/test_cors.c
%C%_test_cors_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_https_redirect_SOURCES = %D%/test_https_redirect.c %D%/layered.h
%C%_test_https_redirect_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_networks_SOURCES = %D%/test_networks.c %D%/layered.h
%C%_test_networks_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_request_ids_SOURCES = %D%/test_request_ids.c %D%/layered.h
%C%_test_request_ids_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_security_headers_SOURCES = %D%/test_security_headers.c %D%/layered.h
%C%_test_security_headers_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_time_limit_SOURCES = %D%/test_time_limit.c %D%/layered.h
%C%_test_time_limit_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_trusted_hosts_SOURCES = %D%/test_trusted_hosts.c %D%/layered.h
%C%_test_trusted_hosts_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_bundled_SOURCES = %D%/test_bundled.c
%C%_test_bundled_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_codec_SOURCES = %D%/test_codec.c
%C%_test_codec_LDADD = lib/libruntime.la $(UNIT_LIBS)
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
if HAVE_ZLIB
unit_tests += %D%/test_codec_gzip
%C%_test_codec_gzip_SOURCES = %D%/test_codec_gzip.c %D%/coded.h
%C%_test_codec_gzip_CFLAGS = $(AM_CFLAGS) $(ZLIB_CFLAGS)
%C%_test_codec_gzip_LDADD = lib/libruntime.la $(UNIT_LIBS) $(ZLIB_LIBS)
endif
if HAVE_BROTLI
unit_tests += %D%/test_codec_brotli
%C%_test_codec_brotli_SOURCES = %D%/test_codec_brotli.c %D%/coded.h
%C%_test_codec_brotli_CFLAGS = $(AM_CFLAGS) $(BROTLI_CFLAGS)
%C%_test_codec_brotli_LDADD = lib/libruntime.la $(UNIT_LIBS) $(BROTLI_DECODER_LIBS)
endif
endif
