# SPDX-License-Identifier: MIT
# Conf files: demo.conf is for ./bootstrap serve, drop.conf for the file drop, the example for those who
# install.
cadreconf_DATA = %D%/cadre.conf.example
EXTRA_DIST += %D%/cadre.conf.example %D%/demo.conf %D%/drop.conf
