#pragma once

/// What of freed memory stays with the process, in the words of whichever allocator it runs on: mimalloc where that
/// is linked, as into the daemon, else glibc's.

/// Keeps freed memory at hand for the next use; how a process starts.
void allocator_keep_freed(void);

/// Gives freed memory back to the system, now and from now on.
///
/// What mimalloc allocated in another thread is that thread's to give back, in `allocator_follow`.
void allocator_return_freed(void);

/// To be called now and then by every thread that allocates much: gives back once after each `allocator_return_freed`.
void allocator_follow(void);
