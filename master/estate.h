/* SPDX-License-Identifier: MIT */
/*
 * What a generation holds: its conf, the sockets and the log that the conf names, what its
 * steward published. Made when a generation is prepared, freed when its last child has gone.
 * Master only.
 */
#ifndef CADRE_MASTER_ESTATE_H
#define CADRE_MASTER_ESTATE_H

#include <stdbool.h>
#include <stdint.h>

#include <cadre/macros.h>

#include "base/log_service.h"
#include "conf/errors.h"
#include "conf/server_conf.h"
#include "conf/tree.h"
#include "ipc/heritage.h"
#include "master/listener.h"
#include "master/machine.h"

struct estate {
    struct estate *next; /* in the supervisor's list */
    uint32_t generation;
    struct cadre__conf_tree *tree;
    struct cadre__server_conf *conf;
    int conf_fd;                    /* the tree, sealed, for children */
    int state_fd;                   /* what the steward published; -1: nothing yet */
    int log_fd;                     /* of log_file; STDERR_FILENO where that is "stderr" */
    int access_fd;                  /* of access_log; -1: off */
    char **environment;             /* of children */
    unsigned n_pins;                /* modules' files that its first worker has loaded */
    struct cadre__module_pin *pins; /* theirs; CADRE__PIN_MAX at most */
    struct listener_set listeners;  /* empty once another generation has taken over */
};

/*
 * Makes the estate of a generation; takes `tree` and `conf` in any case. Opens the log file, binds
 * nothing yet. 0, or a negative errno with `errs` filled.
 */
CADRE_MUST_CHECK int estate_new(uint32_t generation, struct cadre__conf_tree *tree,
                                struct cadre__server_conf *conf, struct cadre__conf_errors *errs,
                                struct estate **ret);

/*
 * Binds the listeners of the conf; those that `old` (NULL: none) has are shared, what was passed in
 * (NULL: nothing) is taken. 0, or a negative
 * errno with `errs` filled: then nothing is bound.
 */
CADRE_MUST_CHECK int estate_bind(struct estate *estate, const struct estate *old,
                                 struct passed *passed, struct cadre__conf_errors *errs);
void estate_free(struct estate *estate);

/* Every child that starts from now on loads this file as that module. Takes `pin->fd`. A module
 * that has one, or one beyond CADRE__PIN_MAX, is left as it is. */
void estate_pin(struct estate *estate, const struct cadre__module_pin *pin);

/* Opens the log file again, after it was moved away. 0 (also for stderr), or a negative errno:
 * then the old one stays. */
CADRE_MUST_CHECK int estate_reopen_log(struct estate *estate);

/* The same for the access log; nothing where it is no file. */
CADRE_MUST_CHECK int estate_reopen_access_log(struct estate *estate);

/* Whether its log was opened by us: it is not standard error. */
bool estate_has_log_file(const struct estate *estate);
/* Whether it has an access log, and that is a file. */
bool estate_has_access_file(const struct estate *estate);

/* Whose socket log_fd is. */
enum cadre__log_service estate_log_service(const struct estate *estate);

/* What the state machine has to know of the conf. */
struct machine_plan estate_plan(const struct estate *estate);

#endif
