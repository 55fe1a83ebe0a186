# SPDX-License-Identifier: MIT
pkgconfig_DATA += %D%/cadre.pc
EXTRA_DIST += %D%/README.md
