# SPDX-License-Identifier: MIT
noinst_HEADERS += \
	%D%/convert.h \
	%D%/issues.h \
	%D%/plan.h
