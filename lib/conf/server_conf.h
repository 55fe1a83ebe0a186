/* SPDX-License-Identifier: MIT */
/*
 * conf/server_conf: the conf as a struct, what the code reads.
 *
 * Bound from a tree by the table of directives (conf/directive.h), by the same function in the
 * master and in its children: so all see the same values, and a new directive is one row and
 * one field. Everything is set: an absent directive has its default. All pointers are borrowed
 * from the tree or from the struct's own memory, and the tree must outlive the struct.
 *
 * Times are nanoseconds, sizes are bytes. Nothing here asks the system: user ids and the
 * resolved number of workers come with the tree, where the loader put them in the master.
 */
#ifndef CADRE__CONF_SERVER_CONF_H
#define CADRE__CONF_SERVER_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cadre/conf.h>

#include "conf/errors.h"
#include "conf/tree.h"

/* Bytes of a listener's or module's name, at most: the heritage carries it. */
#define CADRE__CONF_NAME_MAX 63

/* limit_nofile: as many as worker_connections needs, within the hard limit. */
#define CADRE__LIMIT_AUTO (-1)
/* limit_core: leave what the process was started with. */
#define CADRE__LIMIT_KEEP (-2)
/* The kernel's RLIM_INFINITY. */
#define CADRE__LIMIT_UNLIMITED (-3)

/* Whose word is taken. */
enum cadre__conf_whose {
    CADRE__WHOSE_NOBODYS,
    CADRE__WHOSE_TRUSTED, /* of peers among trusted_proxies */
    CADRE__WHOSE_ANYBODYS,
};

/* A list of strings, ended by NULL as well. */
struct cadre__conf_strings {
    const char **list;
    size_t n;
};

/* A user and a group by name, and what the master's user database made of them. */
struct cadre__conf_owner {
    const char *user;  /* NULL: not set */
    const char *group; /* NULL: not set; then gid is the user's own group, if there is a user */
    uid_t uid;
    gid_t gid;
    bool have_uid;
    bool have_gid;
};

/* One `listen` section. */
struct cadre__listen_conf {
    const char *name;    /* "web" in listen: { web: {...} } */
    const char *address; /* as written: "0.0.0.0:8080", "[::1]:0", ":80", "unix:/run/x.sock" */
    struct sockaddr_storage sockaddr; /* parsed; AF_INET, AF_INET6 or AF_UNIX (absolute path) */
    socklen_t sockaddr_len;           /* 0: "systemd:NAME", whose address the passed socket has */
    int backlog;
    mode_t mode;                    /* of a UNIX socket's file */
    struct cadre__conf_owner owner; /* of a UNIX socket's file */
    bool proxy_protocol;            /* connections begin with its header */
    bool reuse_port;                /* each worker has a queue of its own */
    bool ipv6_only;                 /* IPV6_V6ONLY of a [::] listener */
    bool is_status;                 /* status_listen: the reporter's alone, listens at once */
    const char *file;               /* where the section is, for messages */
    unsigned line;
};

/* One `module` section. */
struct cadre__module_conf {
    const char *name;                    /* "shop" in module: { shop: {...} } */
    const char *file;                    /* as written: "shop.so" */
    const char *mount;                   /* "/" or "/shop": no slash at the end */
    const struct cadre_conf *settings;   /* a group; empty when the section has none */
    const struct cadre_conf *middleware; /* a group, or a list of groups; empty without any */
    /* of the document and its pages, below the mount; NULL: as the module says; "off": none */
    const char *openapi_url, *docs_url, *redoc_url;
    const char *conf_file; /* where the section is, for messages */
    unsigned conf_line;
};

struct cadre__server_conf {
    /* processes */
    int workers;                    /* as written; 0 is "auto" */
    int workers_resolved;           /* what to start, at least 1 */
    const char *workers_reason;     /* "conf", "CPU affinity 4", "cgroup quota 2.0 of 8 CPUs" */
    struct cadre__conf_owner owner; /* what workers run as */
    const char *working_directory;  /* absolute; default: the folder of the conf file */
    mode_t umask;
    int64_t limit_nofile; /* descriptors of a worker; CADRE__LIMIT_AUTO, _UNLIMITED */
    int64_t limit_core;   /* bytes of a worker's core file; CADRE__LIMIT_KEEP, _UNLIMITED */
    struct cadre__conf_strings environment; /* "NAME=value", or "NAME": passed on as it is */
    bool inherit_environment; /* false: children get only `environment` (and PATH, LANG, TZ) */

    /* supervision */
    uint64_t graceful_timeout_ns; /* of a drain */
    uint64_t startup_timeout_ns;  /* from exec to ready */
    uint64_t shutdown_timeout_ns; /* of the lifespans' second half */
    uint64_t worker_timeout_ns;   /* silence of a busy worker; 0: never killed for it */
    uint64_t restart_delay_ns;    /* first wait after a failed restart; doubles */
    uint64_t restart_delay_max_ns;
    int restart_limit;       /* failed starts in a row with no worker alive; 0: never give up */
    int reload_surge;        /* extra workers at a time while a generation starts */
    int spare_workers;       /* started and not accepting, beyond `workers` */
    int max_requests;        /* that a worker answers before it is recycled; 0: no limit */
    int max_requests_jitter; /* at most so many more, drawn for each worker */
    size_t max_rss;          /* bytes; a worker beyond is recycled; 0: no limit */
    uint64_t max_age_ns;     /* of a worker that serves; 0: no limit */
    int max_generations;     /* old ones included; the oldest beyond it is ended */
    const char *quarantine;  /* "off", or good for cadre__count_within_parse */
    const char *state_dir; /* "auto", "memory" or an absolute path: where crash reports are kept */

    /* control and status */
    const char *runtime_dir; /* "off" or absolute; NULL: the environment's, see control_point.h */

    struct cadre__listen_conf status_listen; /* health and metrics; no address: none */

    /* log */
    const char *log_file;   /* "stderr", "syslog", "journal" or an absolute path */
    const char *log_socket; /* "default" or an absolute path */
    int log_facility;       /* as syslog(3) has it: LOG_DAEMON */
    int log_level;          /* enum cadre_log_level */

    /* access log */
    const char *access_log;        /* "off", "stdout" or an absolute path */
    const char *access_log_format; /* good for cadre__access_format_parse */
    int access_log_escape;         /* 0: default; 1: JSON */
    size_t access_log_buffer;      /* bytes; 0: each line is written at once */
    uint64_t access_log_flush_ns;

    /* sections, in the order of the conf */
    struct cadre__listen_conf *listen;
    size_t n_listen; /* at least 1 */
    struct cadre__module_conf *module;
    size_t n_module;                        /* 0: every request is answered 404 */
    struct cadre__conf_strings module_path; /* absolute folders where a bare file name is sought */

    /* connections of a worker */
    int worker_connections;
    uint64_t keepalive_timeout_ns; /* idle between requests; 0: close after each answer */
    uint64_t head_timeout_ns;      /* from the first byte of a head to its end */
    uint64_t body_timeout_ns;      /* between two reads of a body */
    uint64_t send_timeout_ns;      /* between two writes that the client takes */
    size_t max_head_size;          /* request line and headers, bytes */
    int max_headers;
    size_t max_line_size;             /* of a head, its end included, bytes */
    uint64_t max_body_size;           /* bytes; 0: no limit */
    size_t max_chunk_extensions_size; /* of all chunks of a body, bytes */
    size_t max_trailers_size;         /* of a body, bytes */
    size_t min_body_rate;             /* bytes a second; 0: none */
    size_t min_send_rate;             /* the same, of answers */
    int keepalive_requests;           /* of a connection; 0: no limit */
    int max_connections_per_client;   /* of an address in one worker; 0: no limit */
    int limit_concurrency;            /* requests in one worker; 0: no limit */
    int rate_limit_keys;              /* of all rate limits of the server */
    uint64_t queue_timeout_ns;        /* before a handler begins; 0: none */
    bool server_header;               /* `Server: cadre` in answers */
    bool debug;                       /* 500 shows the request and the error */

    /* forms */
    int max_form_fields;        /* of a form, without files */
    int max_form_files;         /* of a form */
    size_t max_form_field_size; /* bytes, of a field that is no file */
    size_t form_memory;         /* bytes of files of a form in memory */
    const char *form_directory; /* absolute; where the others go */

    /* behind a proxy */
    struct cadre__conf_strings trusted_proxies;   /* each good for cadre__network_parse */
    struct cadre__conf_strings forwarded_headers; /* names, in any case */
    const char *root_path;                        /* "/": none */

    /* ids of requests */
    int request_id;         /* whose X-Request-ID is taken; enum cadre__conf_whose */
    bool request_id_header; /* answers tell it */
    int trace_context;      /* whose traceparent is taken; enum cadre__conf_whose */

    /* runtime */
    int threads;               /* of the pool for sync handlers */
    size_t coroutine_stack;    /* bytes, a multiple of the page */
    int coroutines_max;        /* in one worker */
    uint64_t slow_callback_ns; /* a handler that holds the loop longer is named; 0: off */
};

/*
 * Binds TREE. Adds every mistake to ERRS: unknown names, wrong types, values out of range,
 * settings that contradict each other. 0 with *RET set, which the caller frees; -EINVAL when
 * ERRS got an entry; -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__server_conf_bind(const struct cadre__conf_tree *tree,
                                             struct cadre__server_conf **ret,
                                             struct cadre__conf_errors *errs);

/* Frees what bind made; the tree stays. NULL is allowed. */
void cadre__server_conf_free(struct cadre__server_conf *conf);

#endif
