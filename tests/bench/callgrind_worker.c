/* SPDX-License-Identifier: MIT */
/*
 * Stands in for cadre-worker and runs it under callgrind. A program, since the master starts its
 * workers by descriptor, which a script cannot be started by.
 */
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static char valgrind[] = "valgrind", tool[] = "--tool=callgrind", quiet[] = "-q";
    static char out[] = "--callgrind-out-file=" OUT ".%p", worker[] = WORKER;
    char *args[64] = {valgrind, tool, quiet, out, worker};
    int n = 5;

    for (int i = 1; i < argc && n < 63; i++)
        args[n++] = argv[i];
    execvp(args[0], args);
    perror("valgrind");
    return 127;
}
