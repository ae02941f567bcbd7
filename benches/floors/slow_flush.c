/* Stands in front of the C library's calls that flush a file to the disk (LD_PRELOAD), and holds each back for as many
 * nanoseconds as SLOW_FLUSH says: a disk that takes longer, without slowing anything else. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long flush(long call, int file)
{
    const char *longer = getenv("SLOW_FLUSH");
    if (longer) {
        struct timespec pause = { 0, atol(longer) };
        nanosleep(&pause, NULL);
    }
    return syscall(call, file);
}

int fsync(int file)
{
    return flush(SYS_fsync, file);
}

int fdatasync(int file)
{
    return flush(SYS_fdatasync, file);
}
