#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""33_http_wire.py, with the long cases, too, split at every boundary."""
import os
import runpy

os.environ["CADRE_WIRE_EVERY_BYTE"] = "1"
os.environ["CADRE_CASE_SECONDS"] = "600"
runpy.run_path(os.path.join(os.path.dirname(os.path.abspath(__file__)), "33_http_wire.py"))
