# SPDX-License-Identifier: MIT
# Fuzz targets: tests/fuzz/README.md. Each is fuzz_NAME.c, and becomes the program NAME, which runs
# the kept inputs corpus/NAME as a test, and in a tree configured with CC=clang --enable-fuzzers the
# fuzzer fuzz_NAME. To add one:
#
#   fuzz_runs += %D%/NAME
#   %C%_NAME_SOURCES = %D%/fuzz_NAME.c $(fuzz_driver)
#   %C%_NAME_LDADD = $(fuzz_libs)
#   if FUZZERS
#   fuzzers += %D%/fuzz_NAME
#   %C%_fuzz_NAME_SOURCES = %D%/fuzz_NAME.c
#   %C%_fuzz_NAME_LDADD = $(fuzz_libs)
#   %C%_fuzz_NAME_LDFLAGS = $(fuzz_ldflags)
#   endif

fuzz_runs =
fuzzers =
fuzz_driver = %D%/run_corpus.c
fuzz_libs = worker/libworker.la lib/libruntime.la $(LIBEVENT_LIBS)
fuzz_layered_libs = lib/test/libtest.la lib/libruntime.la $(LIBEVENT_LIBS)
fuzz_model_libs = lib/model/libmodel.la lib/base/libbase.la
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer

noinst_HEADERS += %D%/fuzz.h %D%/jansson_limits.h %D%/http1_messages.h
EXTRA_DIST += %D%/README.md %D%/run.sh %D%/http1.dict %D%/corpus

fuzz_runs += %D%/http1_parser
%C%_http1_parser_SOURCES = %D%/fuzz_http1_parser.c %D%/http1_messages.c $(fuzz_driver)
%C%_http1_parser_LDADD = $(fuzz_libs)
if FUZZERS
fuzzers += %D%/fuzz_http1_parser
%C%_fuzz_http1_parser_SOURCES = %D%/fuzz_http1_parser.c %D%/http1_messages.c
%C%_fuzz_http1_parser_LDADD = $(fuzz_libs)
%C%_fuzz_http1_parser_LDFLAGS = $(fuzz_ldflags)
endif

# llhttp's sources as Debian's node-llhttp installs them: for this comparison alone.
if HAVE_LLHTTP
llhttp_sources = %D%/llhttp_api.c %D%/llhttp_http.c %D%/llhttp_llhttp.c
fuzz_runs += %D%/http1_llhttp
%C%_http1_llhttp_SOURCES = %D%/fuzz_http1_llhttp.c %D%/http1_messages.c $(llhttp_sources) \
	$(fuzz_driver)
%C%_http1_llhttp_CPPFLAGS = $(AM_CPPFLAGS) $(LLHTTP_CPPFLAGS)
%C%_http1_llhttp_LDADD = $(fuzz_libs)
if FUZZERS
fuzzers += %D%/fuzz_http1_llhttp
%C%_fuzz_http1_llhttp_SOURCES = %D%/fuzz_http1_llhttp.c %D%/http1_messages.c $(llhttp_sources)
%C%_fuzz_http1_llhttp_CPPFLAGS = $(AM_CPPFLAGS) $(LLHTTP_CPPFLAGS)
%C%_fuzz_http1_llhttp_LDADD = $(fuzz_libs)
%C%_fuzz_http1_llhttp_LDFLAGS = $(fuzz_ldflags)
endif
endif

fuzz_runs += %D%/http1_connection
%C%_http1_connection_SOURCES = %D%/fuzz_http1_connection.c $(fuzz_driver)
%C%_http1_connection_LDADD = $(fuzz_libs)
if FUZZERS
fuzzers += %D%/fuzz_http1_connection
%C%_fuzz_http1_connection_SOURCES = %D%/fuzz_http1_connection.c
%C%_fuzz_http1_connection_LDADD = $(fuzz_libs)
%C%_fuzz_http1_connection_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_runs += %D%/proxy_header
%C%_proxy_header_SOURCES = %D%/fuzz_proxy_header.c $(fuzz_driver)
%C%_proxy_header_LDADD = $(fuzz_libs)
if FUZZERS
fuzzers += %D%/fuzz_proxy_header
%C%_fuzz_proxy_header_SOURCES = %D%/fuzz_proxy_header.c
%C%_fuzz_proxy_header_LDADD = $(fuzz_libs)
%C%_fuzz_proxy_header_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_runs += %D%/forwarded
%C%_forwarded_SOURCES = %D%/fuzz_forwarded.c $(fuzz_driver)
%C%_forwarded_LDADD = $(fuzz_libs)
if FUZZERS
fuzzers += %D%/fuzz_forwarded
%C%_fuzz_forwarded_SOURCES = %D%/fuzz_forwarded.c
%C%_fuzz_forwarded_LDADD = $(fuzz_libs)
%C%_fuzz_forwarded_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_runs += %D%/multipart
%C%_multipart_SOURCES = %D%/fuzz_multipart.c $(fuzz_driver)
%C%_multipart_LDADD = $(fuzz_libs)
if FUZZERS
fuzzers += %D%/fuzz_multipart
%C%_fuzz_multipart_SOURCES = %D%/fuzz_multipart.c
%C%_fuzz_multipart_LDADD = $(fuzz_libs)
%C%_fuzz_multipart_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_runs += %D%/cookies
%C%_cookies_SOURCES = %D%/fuzz_cookies.c $(fuzz_driver)
%C%_cookies_LDADD = $(fuzz_libs)
if FUZZERS
fuzzers += %D%/fuzz_cookies
%C%_fuzz_cookies_SOURCES = %D%/fuzz_cookies.c
%C%_fuzz_cookies_LDADD = $(fuzz_libs)
%C%_fuzz_cookies_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_runs += %D%/urlencoded
%C%_urlencoded_SOURCES = %D%/fuzz_urlencoded.c $(fuzz_driver)
%C%_urlencoded_LDADD = $(fuzz_libs)
if FUZZERS
fuzzers += %D%/fuzz_urlencoded
%C%_fuzz_urlencoded_SOURCES = %D%/fuzz_urlencoded.c
%C%_fuzz_urlencoded_LDADD = $(fuzz_libs)
%C%_fuzz_urlencoded_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_runs += %D%/ranges
%C%_ranges_SOURCES = %D%/fuzz_ranges.c $(fuzz_driver)
%C%_ranges_LDADD = $(fuzz_libs)
if FUZZERS
fuzzers += %D%/fuzz_ranges
%C%_fuzz_ranges_SOURCES = %D%/fuzz_ranges.c
%C%_fuzz_ranges_LDADD = $(fuzz_libs)
%C%_fuzz_ranges_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_runs += %D%/routes
%C%_routes_SOURCES = %D%/fuzz_routes.c $(fuzz_driver)
%C%_routes_LDADD = $(fuzz_libs)
if FUZZERS
fuzzers += %D%/fuzz_routes
%C%_fuzz_routes_SOURCES = %D%/fuzz_routes.c
%C%_fuzz_routes_LDADD = $(fuzz_libs)
%C%_fuzz_routes_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_runs += %D%/model_values
%C%_model_values_SOURCES = %D%/fuzz_model_values.c $(fuzz_driver)
%C%_model_values_LDADD = $(fuzz_model_libs)
if FUZZERS
fuzzers += %D%/fuzz_model_values
%C%_fuzz_model_values_SOURCES = %D%/fuzz_model_values.c
%C%_fuzz_model_values_LDADD = $(fuzz_model_libs)
%C%_fuzz_model_values_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_runs += %D%/model_regex
%C%_model_regex_SOURCES = %D%/fuzz_model_regex.c $(fuzz_driver)
%C%_model_regex_LDADD = $(fuzz_model_libs)
if FUZZERS
fuzzers += %D%/fuzz_model_regex
%C%_fuzz_model_regex_SOURCES = %D%/fuzz_model_regex.c
%C%_fuzz_model_regex_LDADD = $(fuzz_model_libs)
%C%_fuzz_model_regex_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_runs += %D%/model_json
%C%_model_json_SOURCES = %D%/fuzz_model_json.c %D%/model_json_tree.h $(fuzz_driver)
%C%_model_json_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_model_json_LDADD = $(fuzz_libs) $(JANSSON_LIBS)
if FUZZERS
fuzzers += %D%/fuzz_model_json
%C%_fuzz_model_json_SOURCES = %D%/fuzz_model_json.c %D%/model_json_tree.h
%C%_fuzz_model_json_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_fuzz_model_json_LDADD = $(fuzz_libs) $(JANSSON_LIBS)
%C%_fuzz_model_json_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_runs += %D%/accept_encoding
%C%_accept_encoding_SOURCES = %D%/fuzz_accept_encoding.c %D%/layered.h $(fuzz_driver)
%C%_accept_encoding_LDADD = $(fuzz_layered_libs)
if FUZZERS
fuzzers += %D%/fuzz_accept_encoding
%C%_fuzz_accept_encoding_SOURCES = %D%/fuzz_accept_encoding.c %D%/layered.h
%C%_fuzz_accept_encoding_LDADD = $(fuzz_layered_libs)
%C%_fuzz_accept_encoding_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_runs += %D%/session
%C%_session_SOURCES = %D%/fuzz_session.c $(fuzz_driver)
%C%_session_LDADD = $(fuzz_libs)
if FUZZERS
fuzzers += %D%/fuzz_session
%C%_fuzz_session_SOURCES = %D%/fuzz_session.c
%C%_fuzz_session_LDADD = $(fuzz_libs)
%C%_fuzz_session_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_runs += %D%/cors
%C%_cors_SOURCES = %D%/fuzz_cors.c %D%/layered.h $(fuzz_driver)
%C%_cors_LDADD = $(fuzz_layered_libs)
if FUZZERS
fuzzers += %D%/fuzz_cors
%C%_fuzz_cors_SOURCES = %D%/fuzz_cors.c %D%/layered.h
%C%_fuzz_cors_LDADD = $(fuzz_layered_libs)
%C%_fuzz_cors_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_runs += %D%/params
%C%_params_SOURCES = %D%/fuzz_params.c $(fuzz_driver)
%C%_params_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_params_LDADD = $(fuzz_libs) $(JANSSON_LIBS)
if FUZZERS
fuzzers += %D%/fuzz_params
%C%_fuzz_params_SOURCES = %D%/fuzz_params.c
%C%_fuzz_params_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_fuzz_params_LDADD = $(fuzz_libs) $(JANSSON_LIBS)
%C%_fuzz_params_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_runs += %D%/websocket
%C%_websocket_SOURCES = %D%/fuzz_websocket.c $(fuzz_driver)
%C%_websocket_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_websocket_LDADD = $(fuzz_libs) $(JANSSON_LIBS)
if FUZZERS
fuzzers += %D%/fuzz_websocket
%C%_fuzz_websocket_SOURCES = %D%/fuzz_websocket.c
%C%_fuzz_websocket_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_fuzz_websocket_LDADD = $(fuzz_libs) $(JANSSON_LIBS)
%C%_fuzz_websocket_LDFLAGS = $(fuzz_ldflags)
endif

check_PROGRAMS += $(fuzz_runs)
TESTS += $(fuzz_runs)
EXTRA_PROGRAMS += $(fuzzers)
CLEANFILES += $(fuzzers)

# Looks for new inputs, CADRE_FUZZ_SECONDS a target; in a tree without fuzzers, in one of its own
# below ./long.
if FUZZERS
check-fuzz: $(fuzzers)
	@top_srcdir='$(abs_top_srcdir)' $(SHELL) $(srcdir)/%D%/run.sh $(fuzzers)
else
check-fuzz:
	@$(MAKE) $(AM_MAKEFLAGS) check-long STAGES=fuzz
endif
.PHONY: check-fuzz
