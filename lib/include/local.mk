# SPDX-License-Identifier: MIT
include_HEADERS = %D%/cadre.h
cadreincludedir = $(includedir)/cadre
cadreinclude_HEADERS = \
	%D%/cadre/conf.h \
	%D%/cadre/macros.h \
	%D%/cadre/task.h \
	%D%/cadre/thread.h
