// Eight threads that check what they hold, round after round: a block of memory, a variable of the thread's own, and each other's turns under one lock. Each
// round is told with a number that only this process's memory knows; the first thing that is not as it was left ends the program.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

enum { THREADS = 8, WORDS = 256 * 1024, PAUSE = 50 * 1000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static uint64_t secret, rounds[THREADS];
static unsigned turn;
static __thread uint64_t own;

static void require(int holds, const char *what) {
    if (holds) return;
    printf("changed: %s\n", what);
    exit(1);
}

// xorshift64
static uint64_t next(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

static void take_turn(unsigned index, uint64_t round) {
    pthread_mutex_lock(&lock);
    while (turn != index) pthread_cond_wait(&turned, &lock);
    // Those before it have had theirs in this round, those behind it not yet.
    for (unsigned other = 0; other < THREADS; other++) require(rounds[other] == round - (other >= index), "whose turn it is");
    rounds[index] = round;
    turn = (turn + 1) % THREADS;
    if (turn == 0) printf("round %llu %016llx\n", (unsigned long long)round, (unsigned long long)secret);
    pthread_cond_broadcast(&turned);
    pthread_mutex_unlock(&lock);
}

static void *work(void *argument) {
    unsigned index = (unsigned)(uintptr_t)argument;
    uint64_t seed = (secret ^ (0x9e3779b97f4a7c15 * (index + 1))) | 1, *block = malloc(WORDS * sizeof *block);
    require(block != NULL, "no memory");
    own = seed;
    for (uint64_t round = 1;; round++) {
        uint64_t written = own + round, read = own + round;
        for (unsigned word = 0; word < WORDS; word++) block[word] = next(&written);
        take_turn(index, round);
        usleep(PAUSE);
        for (unsigned word = 0; word < WORDS; word++) require(block[word] == next(&read), "memory");
        require(own == seed, "a thread's own variable");
    }
    return NULL;
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    require(getrandom(&secret, sizeof secret, 0) == sizeof secret, "no random number");
    for (uintptr_t index = 1; index < THREADS; index++) {
        pthread_t thread;
        require(pthread_create(&thread, NULL, work, (void *)index) == 0, "no thread");
    }
    return work(NULL) != NULL;
}
