#include "allocator.h"
#include <mimalloc.h>
#include <stdatomic.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

// Weak: tests and tools do without mimalloc.
#pragma weak mi_collect
#pragma weak mi_option_set

// Milliseconds before mimalloc returns a freed page to the system. mimalloc 2.1 renamed the option.
#if MI_MALLOC_VERSION >= 210
#define GIVING_BACK mi_option_purge_delay
#else
#define GIVING_BACK mi_option_decommit_delay
#endif

// How often memory was to be returned, and the count that this thread has followed up to.
static atomic_int wanted;
static _Thread_local int done;

void allocator_keep_freed(void) {
    if (mi_option_set) mi_option_set(GIVING_BACK, 25);
}

void allocator_return_freed(void) {
    if (mi_option_set) {
        mi_option_set(GIVING_BACK, 0);
        atomic_fetch_add(&wanted, 1);
        allocator_follow();
        return;
    }
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

void allocator_follow(void) {
    int now = atomic_load_explicit(&wanted, memory_order_relaxed);
    if (done == now) return;
    done = now;
    if (mi_collect) mi_collect(true);
}
