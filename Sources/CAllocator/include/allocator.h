#pragma once

/// Decides what becomes of freed memory: in mimalloc where that is linked, as into the daemon, else in glibc.

/// Keeps freed memory for the next use. A process starts like this.
void allocator_keep_freed(void);

/// Returns freed memory to the system, now and from now on.
///
/// With mimalloc each thread returns what it allocated itself, in `allocator_follow`.
void allocator_return_freed(void);

/// Returns this thread's memory once after each `allocator_return_freed`. Every thread that allocates much must call
/// it.
void allocator_follow(void);
