# SPDX-License-Identifier: MIT
# libruntime.la: all that a process which runs handlers is made of, as one convenience library.
# libcadre.so is the same objects, for test programs, with the test client besides. ipc is not in it:
# only master/ and worker/ speak it.
noinst_LTLIBRARIES += %D%/libruntime.la
%C%_libruntime_la_SOURCES =
%C%_libruntime_la_LIBADD = \
	%D%/middleware/libmiddleware.la \
	%D%/api/libapi.la \
	%D%/web/libweb.la \
	%D%/model/libmodel.la \
	%D%/gateway/libgateway.la \
	%D%/async/libasync.la \
	%D%/conf/libconf.la \
	%D%/base/libbase.la

lib_LTLIBRARIES += %D%/libcadre.la
%C%_libcadre_la_SOURCES =
%C%_libcadre_la_LIBADD = %D%/libruntime.la %D%/test/libtest.la
%C%_libcadre_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -no-undefined

# A program that loads modules must hold the whole runtime, also what it does not call itself, and
# export it. It has $(RUNTIME_EXPORTS) in its LDFLAGS and libruntime.la in its LDADD.
RUNTIME_EXPORTS = -export-dynamic \
	-Wl,--whole-archive,%D%/.libs/libruntime.a,--no-whole-archive

pkgconfig_DATA += %D%/cadre.pc %D%/cadre-test.pc
EXTRA_DIST += %D%/README.md
