// Cuts the power of a mounted ext4. Arguments: mount point, file, size, delay in microseconds, mode.
// Waits until the file has the size, then for the delay, and cuts; prints the file's size of that moment.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXT4_IOC_SHUTDOWN _IOR('X', 125, uint32_t)
#define PATIENCE_SECONDS 60
#define POLL_MICROSECONDS 100

int main(int count, char **arguments) {
  if (count != 6) return 2;
  int disk = open(arguments[1], O_RDONLY | O_DIRECTORY);
  int file = open(arguments[2], O_RDONLY);
  long long size = atoll(arguments[3]);
  uint32_t mode = (uint32_t)atoi(arguments[5]);
  struct stat mark = {0};
  alarm(PATIENCE_SECONDS);
  while (fstat(file, &mark) == 0 && mark.st_size < size) usleep(POLL_MICROSECONDS);
  usleep((useconds_t)atoi(arguments[4]));
  if (disk < 0 || fstat(file, &mark) != 0 || ioctl(disk, EXT4_IOC_SHUTDOWN, &mode) != 0) {
    perror("power switch");
    return 1;
  }
  printf("%lld\n", (long long)mark.st_size);
  return 0;
}
