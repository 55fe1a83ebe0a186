# SPDX-License-Identifier: MIT
EXTRA_DIST += %D%/cadre.service.in
CLEANFILES += %D%/cadre.service

%D%/cadre.service: %D%/cadre.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	sed -e 's|@sbindir[@]|$(sbindir)|g' -e 's|@cadreconfdir[@]|$(cadreconfdir)|g' \
		$(srcdir)/%D%/cadre.service.in >$@.tmp && mv $@.tmp $@

if INSTALL_UNITS
systemdsystemunit_DATA = %D%/cadre.service
else
noinst_DATA = %D%/cadre.service
endif
