#pragma once
#include <stdint.h>

/// Heap allocations the calling thread has made since it started: every malloc, calloc, realloc and
/// aligned allocation of the process goes through this module, which counts and calls the allocator's own.
int64_t allocation_count(void);

/// `clock_gettime(CLOCK_THREAD_CPUTIME_ID)` in nanoseconds.
int64_t thread_cpu_ns(void);

/// Processor time of all threads of the process, user and system, in nanoseconds.
int64_t process_cpu_ns(void);

/// `clock_gettime(CLOCK_MONOTONIC)` in nanoseconds.
int64_t wall_ns(void);

/// From here on `heap_bytes_in_use` counts; it costs each allocation a look at its size.
void count_heap_bytes(void);

/// Bytes of heap that the calling thread has taken and not given back since `count_heap_bytes`.
int64_t heap_bytes_in_use(void);
