# SPDX-License-Identifier: MIT
check_tests += %D%/reference.sh
