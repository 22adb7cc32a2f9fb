// A process that has one of everything that inspection tells of: children, threads, files, sockets of all kinds, text in its memory. With the argument
// "zombie" it has a child that has ended, too. /dev/shm/ready says that all is there; after /dev/shm/more it opens one file and makes one child more.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

static void check(int result, const char *what) { if (result < 0) { perror(what); exit(1); } }

static void *stand(void *name) { pthread_setname_np(pthread_self(), name); for (;;) pause(); return 0; }

static int stream_to(int family, const char *address, int port) {
    struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
    struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };
    void *target = family == AF_INET ? (void *)&four : (void *)&six;
    socklen_t length = family == AF_INET ? sizeof four : sizeof six;
    int one = 1, listener = socket(family, SOCK_STREAM, 0), client = socket(family, SOCK_STREAM, 0);
    inet_pton(family, address, family == AF_INET ? (void *)&four.sin_addr : (void *)&six.sin6_addr);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    check(bind(listener, target, length), "bind");
    check(listen(listener, 7), "listen");
    check(connect(client, target, length), "connect");
    check(accept(listener, 0, 0), "accept");
    return client;
}

static int unix_at(const char *name, int abstract) {
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    strcpy(address.sun_path + abstract, name);
    check(bind(listener, (void *)&address, offsetof(struct sockaddr_un, sun_path) + strlen(name) + abstract), "bind unix");
    check(listen(listener, 3), "listen unix");
    return listener;
}

int main(int count, char **arguments) {
    int pair[2], pipes[2];
    pthread_t thread;
    check(open("/data/log", O_RDWR | O_CREAT | O_APPEND, 0644), "open");
    check(write(open("/tmpfs/scratch", O_RDWR | O_CREAT, 0600), "scratch\n", 8), "write");
    stream_to(AF_INET, "127.0.0.1", 4711);
    stream_to(AF_INET6, "::1", 4712);
    struct sockaddr_in datagram = { .sin_family = AF_INET, .sin_port = htons(4713) };
    check(bind(socket(AF_INET, SOCK_DGRAM, 0), (void *)&datagram, sizeof datagram), "bind udp");
    unix_at("/tmpfs/socket", 0);
    unix_at("abstract\001name", 1);
    check(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), "socketpair");
    check(pipe(pipes), "pipe");
    check(socket(AF_NETLINK, SOCK_RAW, 0), "netlink");
    int event = eventfd(5, 0), poll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event wanted = { .events = EPOLLIN };
    check(epoll_ctl(poll, EPOLL_CTL_ADD, event, &wanted), "epoll");
    check(timerfd_create(CLOCK_MONOTONIC, 0), "timerfd");
    check(inotify_init(), "inotify");
    check(memfd_create("remembered", 0), "memfd");
    // Text across the border of two pages, in a region with a page of nothing in the middle.
    char *region = mmap((void *)0x700000000000, 5 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    memcpy(region + 4096 - 6, "needle-in-memory", 16);
    memcpy(region + 4 * 4096, "last page", 9);
    char *shared = mmap(0, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    strcpy(shared, "shared");
    pthread_create(&thread, 0, stand, "worker-one");
    pthread_create(&thread, 0, stand, "worker-two");
    if (fork() == 0) {
        if (fork() == 0) {
            pthread_setname_np(pthread_self(), "grandchild");
            for (;;) pause();
        }
        check(chdir("/data"), "chdir");
        for (;;) pause();
    }
    if (count > 1 && strcmp(arguments[1], "zombie") == 0 && fork() == 0) _exit(3);
    while (access("/dev/shm/more", F_OK) < 0) {
        close(open("/dev/shm/ready", O_CREAT | O_WRONLY, 0600));
        usleep(10000);
    }
    check(open("/data/later", O_RDWR | O_CREAT, 0600), "later");
    if (fork() == 0) { pthread_setname_np(pthread_self(), "late"); for (;;) pause(); return 0; }
    close(open("/dev/shm/done", O_CREAT | O_WRONLY, 0600));
    for (;;) pause();
}
