#pragma once
#include <libpq-fe.h>
#include <spawn.h>
#include <sys/eventfd.h>

/* glibc 2.34 and later have it, but show it only to who asks for extensions; Swift's own import of glibc does not. */
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);
