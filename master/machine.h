/* SPDX-License-Identifier: MIT */
/*
 * The state machine of the master: (state, event, now) -> actions.
 *
 * All decisions of the master are here and in generation.c and child.c: what starts when, who may
 * accept, what a signal does, how long a dead worker waits for its next start, when to give up.
 * It does no I/O, reads no clock, draws no random number and knows descriptors by no name: the
 * supervisor feeds it what happened and carries out what it answers. So all of it is tested as a
 * table (tests/unit/master/test_machine.c).
 *
 * The life of the server:
 *
 *   BOOTING    generation 1 starts. Its first worker, the pilot, starts alone; if it says that a
 *              module wants a server lifespan, the steward starts and the pilot waits for what it
 *              publishes. When the pilot is ready the sockets listen, it accepts, and the others
 *              start. What fails to start now ends the server with code 3.
 *   SERVING    the normal state. What dies is started again: at once the first time, then with
 *              growing waits.
 *   RELOADING  a new generation starts in the same order, but none of it accepts before all of
 *              it is ready. Then it becomes the current one and the old one drains. Whatever
 *              fails before that leaves the old one as it was.
 *   UPGRADING  another master, of the program on disk, starts beside this one: see upgrade.h.
 *   STOPPING   everybody drains; the steward of a generation after its last worker.
 *   STOPPED    nobody is left; the exit code has been given.
 *
 * A slot is a seat: worker 3 of generation 2 keeps its slot over restarts, until the generation
 * ends. The number of the slot is also its record on the scoreboard. What a seat is there for (to
 * serve, to stand by, to relieve another) is its role: see scale.h.
 *
 * Master only, one thread. Asserts nothing: an event that does not fit is dropped with a line.
 */
#ifndef CADRE_MASTER_MACHINE_H
#define CADRE_MASTER_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cadre/macros.h>

#include "ipc/heritage.h"
#include "master/actions.h"

#define MACHINE_SLOTS_MAX       1024 /* records of the scoreboard */
#define MACHINE_GENERATIONS_MAX 64   /* alive at a time, whatever max_generations says */
#define MACHINE_REASON_MAX      1024 /* bytes kept of a child's reason to fail */

/* Time beyond a child's own limits before the master ends it. */
#define MACHINE_MARGIN_NS (UINT64_C(5) * 1000000000)
/* From SIGABRT, which leaves a core file, to SIGKILL. */
#define MACHINE_ABORT_NS (UINT64_C(2) * 1000000000)
/* From SIGKILL to the line that says that a process cannot be killed. */
#define MACHINE_KILL_NS (UINT64_C(10) * 1000000000)
/* One that served so long before it died starts again at once: who dies no more often than that
 * costs nothing worth a wait. It counts as a failure all the same. */
#define MACHINE_SERVED_NS (UINT64_C(500) * 1000000)
/* One that served so long has not failed: what it did before is forgotten. */
#define MACHINE_STABLE_NS (UINT64_C(10) * 1000000000)
/* The longest wait of a worker that had been serving while none of its siblings serves. */
#define MACHINE_ALONE_NS (UINT64_C(1) * 1000000000)
/* So many failures in a row are called a crash loop. */
#define MACHINE_CRASH_LOOP 5
/* So many failures in a row of one worker, once the sockets listen, fail the first boot. */
#define MACHINE_BOOT_FAILURES 3

/* What the machine knows of a generation's conf. */
struct machine_plan {
    unsigned workers;         /* at least 1 */
    unsigned spares;          /* workers beyond, started and not accepting */
    bool reporter;            /* has one: a process that tells how the server is */
    unsigned surge;           /* how many may start at a time; at least 1 */
    unsigned max_generations; /* alive at a time, the current one included */
    unsigned restart_limit;   /* failed starts in a row with nobody serving; 0: never give up */
    uint64_t startup_ns;      /* 0: no limit */
    uint64_t graceful_ns;
    uint64_t shutdown_ns;
    uint64_t max_age_ns; /* a worker that serves longer is recycled; 0: never */
    uint64_t restart_delay_ns;
    uint64_t restart_delay_max_ns;
};

enum machine_state {
    MACHINE_NEW, /* before MACHINE_BOOT */
    MACHINE_BOOTING,
    MACHINE_SERVING,
    MACHINE_RELOADING,
    MACHINE_UPGRADING,
    MACHINE_STOPPING,
    MACHINE_STOPPED,
    MACHINE_STATES
};

enum generation_state {
    GENERATION_NONE,     /* the record is free */
    GENERATION_STARTING, /* at boot until the sockets listen; at a reload until it takes over */
    GENERATION_CURRENT,  /* accepts; its dead are replaced */
    GENERATION_DRAINING, /* leaves; nobody is replaced */
};

struct machine_generation {
    enum generation_state state;
    uint32_t id; /* 1, 2, ... */
    struct machine_plan plan;
    unsigned target;      /* how many workers are to serve: the plan's, until somebody says else */
    uint64_t since_ns;    /* when it began */
    uint64_t draining_ns; /* when it began to drain; valid in that state */
    bool pilot_ready;     /* one of its workers has been ready: the others may start */
    bool published;       /* its steward has published, so workers may start their lifespans */
    bool listening;       /* ACTION_LISTEN has been given, its answer is awaited or came */
    bool stale;           /* a file of it was overwritten: its dead cannot be replaced */
    bool hurried;         /* ended early, beyond max_generations */
};

enum child_state {
    CHILD_NONE,     /* the slot is free */
    CHILD_WAITING,  /* no process: its first start, or the next one at `deadline_ns` */
    CHILD_LOADING,  /* started; loads its modules until it says LOADED */
    CHILD_LOADED,   /* waits for START: the steward has not published yet */
    CHILD_STARTING, /* its lifespans start until it says READY (a steward: SERVING) */
    CHILD_READY,    /* a worker that waits for ACCEPT */
    CHILD_SERVING,  /* a worker accepts; a steward has published */
    CHILD_DRAINING, /* DRAIN was sent; finishes what is in flight */
    CHILD_ENDING,   /* said DRAINED: its lifespans shut down */
    CHILD_DYING,    /* a signal that ends it was sent */
    CHILD_STATES
};

/* What a worker's seat is there for; see scale.h. */
enum child_role {
    ROLE_SERVES, /* accepts as soon as it is ready */
    ROLE_SPARE,  /* stands by, ready, for one that dies */
    ROLE_RELIEF, /* starts to take the place of one that is worn */
};

struct machine_child {
    enum child_state state;
    enum cadre__child_kind kind;
    enum child_role role;
    uint32_t generation;      /* its generation's id */
    uint32_t index;           /* a worker's number, from 0; lines say one more */
    pid_t pid;                /* 0 while there is no process; for lines only */
    bool proven;              /* a process of this seat has served */
    bool leaving;             /* was told to go: is not replaced */
    bool ready;               /* this process's lifespans were up once */
    bool accepted;            /* this process was told to accept, or has published */
    bool failed;              /* it said FAILED; `reason` is its text */
    bool stale;               /* of a file that is not any more what its generation has loaded */
    bool killed;              /* SIGKILL was sent */
    bool lost;                /* its channel has closed: it is about to end */
    bool worn;                /* this process is to be recycled, since `worn_ns` */
    bool gives;               /* it gives its connections away: it gets none, see heir.h */
    enum machine_drain drain; /* the strongest that was sent, valid while leaving */
    unsigned failures;        /* in a row, of this seat */
    uint64_t deadline_ns;     /* what happens then depends on the state; 0: nothing */
    uint64_t spawned_ns;
    uint64_t worn_ns;
    uint64_t serving_ns;             /* since when it serves, valid with `accepted` */
    char reason[MACHINE_REASON_MAX]; /* what it said or what we found wrong; "" */
    char trouble[192];               /* the last end that was a failure, valid with `failures` */
};

enum machine_event_type {
    EVENT_BOOT,          /* plan: start the first generation; the sockets are bound. after: the
                            last generation of the master that this one takes over from; 0: none */
    EVENT_SPAWNED,       /* slot, pid: answer to ACTION_SPAWN */
    EVENT_SPAWN_FAILED,  /* slot, text: answer to ACTION_SPAWN */
    EVENT_LOADED,        /* slot, wants_steward: modules are loaded */
    EVENT_READY,         /* slot: lifespans are up */
    EVENT_SERVING,       /* slot: a steward has published; the supervisor keeps what */
    EVENT_FAILED,        /* slot, text: startup failed; the child exits by itself. stale: for a file
                            on disk is not what its generation has loaded */
    EVENT_LOST,          /* slot: its channel has closed, its end has not been seen yet */
    EVENT_DRAINED,       /* slot: nothing is in flight any more */
    EVENT_BROKEN,        /* slot, text: sent what no child may send */
    EVENT_SILENT,        /* slot, silent_ns, text: its loop has not turned, and where it is */
    EVENT_EXITED,        /* slot, wait_status, requests, out_of_memory, text: where it was */
    EVENT_LISTENED,      /* text: NULL, or why not: answer to ACTION_LISTEN */
    EVENT_CONF_OK,       /* plan: answer to ACTION_LOAD_CONF; new sockets are bound */
    EVENT_CONF_BAD,      /* text: answer to ACTION_LOAD_CONF */
    EVENT_SIGNAL,        /* signo; text: the command that asks for the same; NULL: a signal */
    EVENT_SCALE,         /* workers: so many are to serve until the next reload; see scale.h */
    EVENT_WORN,          /* slot, text: it is to be recycled, and why */
    EVENT_UPGRADE_READY, /* pid: the new master serves; answer to ACTION_UPGRADE */
    EVENT_UPGRADE_FAILED, /* text: or it cannot, and why */
    EVENT_REPORTS,        /* the old master's reporter has gone: this one's may answer */
    EVENT_TIMER,          /* machine_deadline() is over */
    EVENT_TYPES
};

struct machine_event {
    enum machine_event_type type;
    uint64_t now_ns; /* monotonic; never less than in the event before */
    uint32_t random; /* evenly spread over all values: jitter */
    uint32_t slot;
    pid_t pid;
    int wait_status; /* as waitpid(2) gives it */
    uint64_t requests;
    bool out_of_memory; /* the kernel killed for memory in our cgroup meanwhile */
    bool wants_steward;
    bool stale;
    int signo;
    unsigned workers;
    uint32_t after;
    uint64_t silent_ns;
    const char *text;                /* borrowed for the call; NULL where there is none */
    const struct machine_plan *plan; /* borrowed for the call */
};

struct machine {
    enum machine_state state;
    bool terminal;        /* runs on a terminal: SIGINT is Ctrl-C, graceful */
    bool listening;       /* the sockets listen */
    bool reload_waiting;  /* SIGHUP came while it could not be served */
    bool upgrade_waiting; /* SIGUSR2 came while it could not be served */
    bool succeeding;      /* took over from another master: boots as a reload does */
    bool mute;            /* and its reporter still answers: ours waits for EVENT_REPORTS */
    bool succeeded;       /* another has taken over: what still runs here only drains */
    bool loading;         /* ACTION_LOAD_CONF was given, its answer is awaited */
    bool forced;          /* a second signal to stop came */
    int exit_code;
    unsigned failed_starts; /* in a row, of workers, with nobody serving */
    uint32_t last_generation;
    uint64_t upgrade_deadline_ns; /* of the state UPGRADING; 0: none */
    uint32_t high_water;          /* slots in use are below */
    uint32_t last_heir;           /* the slot that had its turn last, see heir.h */
    struct machine_generation generations[MACHINE_GENERATIONS_MAX];
    char exit_text[MACHINE_REASON_MAX];
    uint32_t reloads_begun;                 /* so far; the numbers wrap */
    uint32_t reloads_ended;                 /* of these; one less while one runs */
    int reload_code;                        /* as the program would exit: 1 conf, 3 startup */
    char reload_reason[MACHINE_REASON_MAX]; /* why the one that ended last failed; "": it did not */
    char trouble[160];                      /* why the last reload failed; "" */
    char status[384];                       /* what systemd was told last */

    /* of the event at hand */
    uint64_t now_ns;
    uint32_t random;
    struct machine_actions *out;

    struct machine_child children[MACHINE_SLOTS_MAX]; /* by slot */
};

/* Makes a machine in the state MACHINE_NEW; about 1 MiB, most of it untouched. NULL: ENOMEM. */
struct machine *machine_new(bool terminal);
void machine_free(struct machine *m);

/*
 * Takes one event and appends what is to be done to OUT, in the order in which it is to be done.
 * Actions that have an answer (SPAWN, LISTEN, LOAD_CONF) get it as an event of its own, after
 * all actions of this call have been carried out. Never allocates, never fails.
 */
void machine_step(struct machine *m, const struct machine_event *event,
                  struct machine_actions *out);

/* When EVENT_TIMER is due; UINT64_MAX when nothing is pending. */
uint64_t machine_deadline(const struct machine *m);

/* The name of an event, for tests and debug lines. */
const char *machine_event_name(enum machine_event_type type);
const char *machine_state_name(enum machine_state state);

#endif
