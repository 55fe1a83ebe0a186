# SPDX-License-Identifier: MIT
# cadre.service and cadre@.service are one file: of an instance, conf and folders bear its name.
EXTRA_DIST += %D%/cadre.service.in %D%/cadre.socket %D%/sysusers.d/cadre.conf
CLEANFILES += %D%/cadre.service %D%/cadre@.service

make_unit = $(AM_V_GEN)$(MKDIR_P) %D% && \
	sed -e 's|%sbindir%|$(sbindir)|g' -e 's|%cadreconfdir%|$(cadreconfdir)|g'

%D%/cadre.service: %D%/cadre.service.in Makefile
	$(make_unit) -e 's|%unit%|cadre|' -e 's|%title%||' -e 's|%conf%|cadre|g' \
		-e 's|%folder%|cadre|' $(srcdir)/%D%/cadre.service.in >$@.tmp && mv $@.tmp $@

%D%/cadre@.service: %D%/cadre.service.in Makefile
	$(make_unit) -e 's|%unit%|cadre@NAME|' -e 's|%title%| for %i|' -e 's|%conf%|%i|g' \
		-e 's|%folder%|cadre/%i|' $(srcdir)/%D%/cadre.service.in >$@.tmp && mv $@.tmp $@

unit_dropinsdir = $(docdir)/systemd
dist_unit_dropins_DATA = %D%/notify-reload.conf %D%/root-master.conf

if INSTALL_UNITS
systemdsystemunit_DATA = %D%/cadre.service %D%/cadre@.service %D%/cadre.socket
sysusers_DATA = %D%/sysusers.d/cadre.conf
else
noinst_DATA = %D%/cadre.service %D%/cadre@.service
endif
