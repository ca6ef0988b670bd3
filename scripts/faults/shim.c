/* Loaded by scripts/faults.sh into the program under test (LD_PRELOAD): a clock that jumps, and a disk failure or power
 * failure at a byte of a file. The commands are in the file that STRATUS_SHIM names. It is mapped, so that they can change
 * while the program runs: seconds added to the wall clock, the effect of writes (0 as usual, otherwise an errno; -1: write
 * half and die as with kill -9), and a part of the path of the affected files. The monotonic clock is unchanged, because the
 * kernel's waits use it, and on Linux it stops while the machine sleeps. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

struct orders { int64_t wall, fault; char path[240]; };
static volatile struct orders *orders;

static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_clock)(clockid_t, struct timespec *);
static int (*real_open)(const char *, int, ...);

__attribute__((constructor)) static void begin(void) {
  real_write = dlsym(RTLD_NEXT, "write");
  real_clock = dlsym(RTLD_NEXT, "clock_gettime");
  real_open = dlsym(RTLD_NEXT, "open64");
  const char *name = getenv("STRATUS_SHIM");
  if (!name) return;
  int fd = real_open(name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  void *at = mmap(NULL, sizeof(struct orders), PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (at != MAP_FAILED) orders = at;
}

static int meant(const char *path) { return orders && orders->fault && orders->path[0] && strstr(path, (const char *)orders->path); }

int clock_gettime(clockid_t id, struct timespec *t) {
  if (!real_clock) real_clock = dlsym(RTLD_NEXT, "clock_gettime");
  int rc = real_clock(id, t);
  if (rc == 0 && orders && id == CLOCK_REALTIME) t->tv_sec += orders->wall;
  return rc;
}

ssize_t write(int fd, const void *bytes, size_t n) {
  if (orders && orders->fault && n > 1) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t k = readlink(link, path, sizeof path - 1);
    if (k > 0) {
      path[k] = 0;
      if (meant(path)) {
        if (orders->fault > 0) { errno = (int)orders->fault; return -1; }
        real_write(fd, bytes, n / 2);
        kill(getpid(), SIGKILL);
      }
    }
  }
  return real_write(fd, bytes, n);
}

/* In a read-only folder, opening a file for writing already fails. */
int open64(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | O_TMPFILE)) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); }
  if (orders && orders->fault == EROFS && (flags & (O_WRONLY | O_RDWR)) && meant(path)) { errno = EROFS; return -1; }
  return real_open(path, flags, mode);
}
