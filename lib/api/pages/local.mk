# SPDX-License-Identifier: MIT
# What the pages at /docs and /redoc load. Those of npm, which `files` lists and configure puts into
# $(pages_npm), are not in the repository: lib/api/pages/fetch brings them into the source tree, and
# `make dist` carries them along.
pages_own = %D%/show.css %D%/show.js
# The large ones also as they go over the wire.
pages_gz = %D%/redoc.standalone.js.gz %D%/swagger-ui-bundle.js.gz %D%/swagger-ui.css.gz
EXTRA_DIST += %D%/fetch %D%/files %D%/packages $(pages_own) $(pages_npm)
if HAVE_PAGES
pagesdir = $(pkgdatadir)/pages
pages_DATA = $(pages_own) $(pages_npm) $(pages_gz)
CLEANFILES += $(pages_gz)

%D%/redoc.standalone.js.gz: %D%/redoc.standalone.js
%D%/swagger-ui-bundle.js.gz: %D%/swagger-ui-bundle.js
%D%/swagger-ui.css.gz: %D%/swagger-ui.css
$(pages_gz):
	$(AM_V_GEN)$(MKDIR_P) $(@D) && gzip -9nc $(srcdir)/$(@:.gz=) >$@.new && mv $@.new $@
endif

$(pages_npm):
	@echo "$@ is missing: run $(srcdir)/lib/api/pages/fetch, then configure again" >&2; exit 1
