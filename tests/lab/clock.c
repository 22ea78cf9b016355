/* A wall clock of its own for one program: CLOCK_REALTIME runs ahead by the seconds written in the file KEEPLINE_CLOCK, read at every question.
   The monotonic clock stays as it is, and a wait until a wall-clock moment waits until that moment of this clock. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t ahead(void) {
  char text[32] = "";
  const char *path = getenv("KEEPLINE_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return 0;
  ssize_t count = read(file, text, sizeof text - 1);
  close(file);
  return count > 0 ? (time_t)atol(text) : 0;
}

static struct timespec right(const struct timespec *until) {
  struct timespec moment = *until;
  moment.tv_sec -= ahead();
  return moment;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = (int)syscall(SYS_clock_gettime, clock, now);
  if (!result && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += ahead();
  return result;
}

int gettimeofday(struct timeval *now, void *zone) {
  struct timespec exact;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *now) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  if (now) *now = exact.tv_sec;
  return exact.tv_sec;
}

int sem_timedwait(sem_t *semaphore, const struct timespec *until) {
  static int (*next)(sem_t *, const struct timespec *);
  struct timespec moment = right(until);
  if (!next) next = dlsym(RTLD_NEXT, "sem_timedwait");
  return next(semaphore, &moment);
}
