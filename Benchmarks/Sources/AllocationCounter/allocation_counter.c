#include "allocation_counter.h"
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <time.h>

// Both glibc and mimalloc keep their allocator reachable under these names for exactly this use; a definition in
// the executable comes before theirs for every shared library of the process.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

static _Thread_local int64_t count __attribute__((tls_model("initial-exec")));
static _Thread_local int64_t bytes __attribute__((tls_model("initial-exec")));
static bool counts_bytes = false;

static void *counted(void *memory) {
    count++;
    if (counts_bytes) bytes += (int64_t)malloc_usable_size(memory);
    return memory;
}

static void uncount(void *memory) {
    if (counts_bytes) bytes -= (int64_t)malloc_usable_size(memory);
}

void *malloc(size_t size) { return counted(__libc_malloc(size)); }
void *calloc(size_t n, size_t size) { return counted(__libc_calloc(n, size)); }
void *memalign(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

void *realloc(void *old, size_t size) {
    uncount(old);
    return counted(__libc_realloc(old, size));
}

void free(void *memory) {
    uncount(memory);
    __libc_free(memory);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    void *memory = memalign(alignment, size);
    if (!memory) return ENOMEM;
    *result = memory;
    return 0;
}

int64_t allocation_count(void) { return count; }

static int64_t nanoseconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t thread_cpu_ns(void) { return nanoseconds(CLOCK_THREAD_CPUTIME_ID); }
int64_t wall_ns(void) { return nanoseconds(CLOCK_MONOTONIC); }

int64_t process_cpu_ns(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000
        + ((int64_t)usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

void count_heap_bytes(void) { counts_bytes = true; }

int64_t heap_bytes_in_use(void) { return bytes; }
