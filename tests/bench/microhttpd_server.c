/* SPDX-License-Identifier: MIT */
/*
 * GNU libmicrohttpd behind the benchmark of the peers (tests/bench/run): one thread, epoll, one
 * answer that is made once.
 *
 *     microhttpd_server PORT     127.0.0.1; ends by a signal
 */
#include <microhttpd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONNECTIONS = 16384, IDLE_SECONDS = 300, BACKLOG = 1024 };

static struct MHD_Response *answer;

static enum MHD_Result handle(void *arg, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *data_len, void **request)
{
    (void)arg;
    (void)version;
    (void)data;
    (void)data_len;
    if (!*request) { /* the head alone: an answer now would be the connection's last */
        *request = answer;
        return MHD_YES;
    }
    if (strcmp(method, "GET") != 0 || strcmp(url, "/plaintext") != 0)
        return MHD_NO;
    return MHD_queue_response(connection, MHD_HTTP_OK, answer);
}

int main(int argc, char **argv)
{
    static char body[] = "Hello, World!";
    struct sockaddr_in in = {.sin_family = AF_INET};

    if (argc != 2)
        return 2;
    in.sin_port = htons((uint16_t)atoi(argv[1]));
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    answer = MHD_create_response_from_buffer(sizeof(body) - 1, body, MHD_RESPMEM_PERSISTENT);
    if (!answer ||
        MHD_add_response_header(answer, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain") != MHD_YES)
        return 1;
    if (!MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO, 0, NULL, NULL, handle,
                          NULL, MHD_OPTION_SOCK_ADDR, &in, MHD_OPTION_CONNECTION_LIMIT,
                          (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
                          (unsigned)IDLE_SECONDS, MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned)BACKLOG,
                          MHD_OPTION_END)) {
        perror("MHD_start_daemon");
        return 1;
    }
    for (;;)
        pause();
}
