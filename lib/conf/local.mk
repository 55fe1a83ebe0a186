# SPDX-License-Identifier: MIT
# libconf.la: the tree, its getters, the table of directives and the typed conf; all link it.
# libconfload.la: reading files by libconfig; `cadre` alone links it.
noinst_HEADERS += \
	%D%/directive.h \
	%D%/errors.h \
	%D%/load.h \
	%D%/server_conf.h \
	%D%/tree.h
