/* SPDX-License-Identifier: MIT */
/*
 * A rig for the state machine: a clock that is turned by hand, and children that are nothing but
 * a record of what they were told.
 *
 * Every step goes through rig_feed, which checks what must hold whatever happens (rig.c,
 * check_action and check_state) and keeps the actions of the step for the test to look at. The
 * answers to actions (SPAWN, LISTEN, LOAD_CONF) are the test's to give, or rig_settle's.
 */
#ifndef CADRE_TESTS_MASTER_RIG_H
#define CADRE_TESTS_MASTER_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "master/machine.h"

#define RIG_MSEC CADRE__NSEC_PER_MSEC
#define RIG_SEC  CADRE__NSEC_PER_SEC
#define NO_SLOT  UINT32_MAX

/* What a child has been told and has said. */
struct rig_child {
    bool alive;
    bool answered; /* SPAWNED was given */
    bool loaded, started, ready, accepted;
    bool draining, drained;
    enum machine_drain drain;
    uint64_t drain_timeout_ns;
    int signo; /* of the last KILL; 0: none */
    bool forgotten;
    uint32_t generation, index;
    enum cadre__child_kind kind;
    pid_t pid;
};

struct rig {
    struct machine *m;
    struct machine_actions *out; /* of the last rig_feed */
    uint64_t now_ns;
    uint32_t random;
    pid_t last_pid;
    struct machine_plan plan; /* given with BOOT and CONF_OK */
    bool wants_steward;       /* what workers say at LOADED */
    bool listen_asked;        /* LISTEN is not answered yet */
    bool load_asked;          /* LOAD_CONF is not answered yet */
    bool upgrade_asked;       /* UPGRADE is not answered yet */
    bool given;               /* another master is the server */
    unsigned upgrades_ended;  /* ACTION_UPGRADE_ENDED so far */
    bool listening, stopping, exited;
    int exit_code;
    char exit_text[512];
    char last_error[2048]; /* the last line of level error or above */
    unsigned ready_count;  /* ACTION_READY so far */
    uint32_t adopted;      /* the generation that was adopted last */
    uint32_t used;         /* slots that were ever used are below */
    struct rig_child children[MACHINE_SLOTS_MAX];
};

struct rig *rig_new(unsigned workers, bool terminal);
void rig_free(struct rig *rig);

/* Feeds one event at the rig's time, and checks everything. */
void rig_feed(struct rig *rig, struct machine_event event);

/* Feeds an event about one slot. */
void rig_tell(struct rig *rig, enum machine_event_type type, uint32_t slot);
void rig_signal(struct rig *rig, int signo);
void rig_fail(struct rig *rig, uint32_t slot, const char *text);
/* Its process ends with a wait status. */
void rig_exit(struct rig *rig, uint32_t slot, int wait_status);

/* Moves the clock on, giving TIMER whenever it is due. */
void rig_advance(struct rig *rig, uint64_t by_ns);

/* Answers what is open and lets every child do what is next for it, until nothing changes. */
void rig_settle(struct rig *rig);

/* Boots until all serve. */
void rig_serve(struct rig *rig);

/* The situations of a server that an operator meets. */
enum rig_situation {
    RIG_STARTING,   /* the pilot starts */
    RIG_SERVING,    /* two workers do */
    RIG_RELOADING,  /* a new generation starts */
    RIG_DRAINING,   /* it serves; the old one has not left yet */
    RIG_UPGRADING,  /* a new master starts */
    RIG_STOPPING,   /* SIGTERM came */
    RIG_TAKEN_OVER, /* the new master serves, this one's workers drain */
    RIG_SITUATIONS
};

/* "starting" and so on. */
const char *rig_situation_name(enum rig_situation situation);

/* Brings a fresh rig of two workers into it. */
void rig_bring(struct rig *rig, enum rig_situation situation);

/* Has the new master of an upgrade serve. */
void rig_take_over(struct rig *rig);

/* The slot of a living worker (or of a steward, a reporter) of a generation; NO_SLOT: none. */
uint32_t rig_worker(const struct rig *rig, uint32_t generation, uint32_t index);
uint32_t rig_steward(const struct rig *rig, uint32_t generation);
uint32_t rig_reporter(const struct rig *rig, uint32_t generation);

/* How many processes live; how many of them may serve (accepted, not draining). */
unsigned rig_alive(const struct rig *rig);
unsigned rig_serving(const struct rig *rig);

/* How many actions of a type the last step had; the first of them, or NULL. */
unsigned rig_count(const struct rig *rig, enum machine_action_type type);
const struct machine_action *rig_action(const struct rig *rig, enum machine_action_type type);

/* Whether a line or status of the last step holds TEXT. */
bool rig_said(const struct rig *rig, const char *text);

#endif
