#ifndef STRATAGEM_PROCESS_H
#define STRATAGEM_PROCESS_H

#include "crash_page.h"

#include <stddef.h>
#include <stdint.h>

/// Asks the kernel to send `signal` to this process when the thread that started it ends. 0, or the error's number.
/// (The system's own function takes a list of any length, which Swift cannot call.)
int process_signal_at_parents_end(int signal);

/// 1 = something keeps the machine's clock right, 0 = nothing does, -1 = the system does not say.
int system_clock_is_synchronized(void);

/// A file in memory alone, at its beginning, closed by exec. A descriptor, or -1 with errno.
int process_memory_file(const char *name);

/// The child gets none of this process's descriptors from `first` on; `actions` is a posix_spawn_file_actions_t. (Naming the
/// type here would make it and its like this module's in the eyes of Swift.) 0, or the error's number.
int process_spawn_without_descriptors(void *actions, int first);

/// A pipe that exec closes: ends[0] to read, ends[1] to write. 0, or -1 with errno.
int process_pipe(int ends[2]);

/// Bytes that malloc has handed out and not got back, in all its arenas and as own mappings.
size_t process_heap_bytes(void);

/// A process that does work aside: in a group of its own, in `folder`, behind this one in priority, within limits, with no
/// descriptor but nothing to read and a pipe to write to.
typedef struct process_aside_t {
    const char *program;
    char *const *arguments;   ///< the program first, NULL last
    char *const *environment; ///< NULL last
    const char *folder;
    int niceness;
    unsigned long cpu_seconds;
    unsigned long file_bytes; ///< of one file that it writes
} process_aside_t;

/// Starts it. `id` is the process and its group, `output` the pipe's end to read. 0, or the error's number.
int process_start_aside(const process_aside_t *aside, int *id, int *output);

/// Keeps a process that was just started, and what it will start, behind this one: `niceness`, bounds on processor time, on one
/// file that it writes and on memory of its own (0 = none), and it is the first to go when the machine's memory runs out.
void process_keep_aside(int id, int niceness, unsigned long cpu_seconds, unsigned long file_bytes, unsigned long memory_bytes);

/// The file of the library that holds the function `symbol` of this process; NULL where it is not known.
const char *process_library_of(const char *symbol);

/// Pages of a library in this process that nobody may write to: they are as in its file, and can be read from there again.
typedef struct process_image_part_t {
    void *start;
    size_t bytes;
} process_image_part_t;

/// Such parts of the library that holds `address`; how many were written to `parts`, at most `most`. `base` is what its own
/// addresses count from.
int process_image_parts(const void *address, process_image_part_t *parts, int most, uintptr_t *base);

/// Makes a mapping of its own of the pages that a part lies on: with a page in it the kernel brings its neighbours in the
/// mapping, up to sixteen. 0, or -1 with errno.
int process_map_apart(const process_image_part_t *part);

/// Gives the memory of a part back; who comes there later gets it from the file. 0, or -1 with errno.
int process_drop_pages(const process_image_part_t *part);

#endif
