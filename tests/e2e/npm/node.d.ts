// SPDX-License-Identifier: MIT
// What demo.ts uses of Node.
declare const process: { argv: [string, string, string]; exitCode?: number };
