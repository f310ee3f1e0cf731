/* Keeps libcenote.so loadable on old systems: asks for the oldest version of each glibc symbol that moved.
 *
 * glibc 2.34 folded libpthread and libdl into libc and gave their symbols a new default version, so a library linked on
 * a new system would not load on an older one although nothing it uses has changed.  Every file of the library, of
 * jemalloc and of hwloc includes this first; native/glibc-floor says the floor that results, ci/check-binary holds it. */
#ifndef CENOTE_GLIBC_FLOOR_H
#define CENOTE_GLIBC_FLOOR_H

#if defined(__x86_64__)
#define CENOTE_SYMBOL(name, version) __asm__(".symver " #name "," #name "@GLIBC_" version)
#define CENOTE_BASE "2.2.5"

/* libdl */
CENOTE_SYMBOL(dlopen, CENOTE_BASE);
CENOTE_SYMBOL(dlsym, CENOTE_BASE);
CENOTE_SYMBOL(dlerror, CENOTE_BASE);
CENOTE_SYMBOL(dlclose, CENOTE_BASE);
CENOTE_SYMBOL(dladdr, CENOTE_BASE);

/* libpthread */
CENOTE_SYMBOL(pthread_create, CENOTE_BASE);
CENOTE_SYMBOL(pthread_join, CENOTE_BASE);
CENOTE_SYMBOL(pthread_detach, CENOTE_BASE);
CENOTE_SYMBOL(pthread_once, CENOTE_BASE);
CENOTE_SYMBOL(pthread_kill, CENOTE_BASE);
CENOTE_SYMBOL(pthread_sigmask, CENOTE_BASE);
CENOTE_SYMBOL(pthread_key_create, CENOTE_BASE);
CENOTE_SYMBOL(pthread_key_delete, CENOTE_BASE);
CENOTE_SYMBOL(pthread_getspecific, CENOTE_BASE);
CENOTE_SYMBOL(pthread_setspecific, CENOTE_BASE);
CENOTE_SYMBOL(pthread_mutex_trylock, CENOTE_BASE);
CENOTE_SYMBOL(pthread_mutexattr_init, CENOTE_BASE);
CENOTE_SYMBOL(pthread_mutexattr_destroy, CENOTE_BASE);
CENOTE_SYMBOL(pthread_mutexattr_settype, CENOTE_BASE);
CENOTE_SYMBOL(pthread_rwlock_init, CENOTE_BASE);
CENOTE_SYMBOL(pthread_rwlock_destroy, CENOTE_BASE);
CENOTE_SYMBOL(pthread_rwlock_rdlock, CENOTE_BASE);
CENOTE_SYMBOL(pthread_rwlock_wrlock, CENOTE_BASE);
CENOTE_SYMBOL(pthread_rwlock_unlock, CENOTE_BASE);
CENOTE_SYMBOL(pthread_barrier_init, CENOTE_BASE);
CENOTE_SYMBOL(pthread_barrier_wait, CENOTE_BASE);
CENOTE_SYMBOL(pthread_barrier_destroy, CENOTE_BASE);
CENOTE_SYMBOL(pthread_attr_setstacksize, CENOTE_BASE);
CENOTE_SYMBOL(pthread_attr_getstack, CENOTE_BASE);
CENOTE_SYMBOL(pthread_getattr_np, CENOTE_BASE);
CENOTE_SYMBOL(sem_init, CENOTE_BASE);
CENOTE_SYMBOL(sem_destroy, CENOTE_BASE);
CENOTE_SYMBOL(sem_post, CENOTE_BASE);
CENOTE_SYMBOL(sem_wait, CENOTE_BASE);
CENOTE_SYMBOL(sem_trywait, CENOTE_BASE);
CENOTE_SYMBOL(sem_timedwait, CENOTE_BASE);
CENOTE_SYMBOL(pthread_condattr_setclock, "2.3.3");
CENOTE_SYMBOL(pthread_getaffinity_np, "2.3.4");
CENOTE_SYMBOL(pthread_setaffinity_np, "2.3.4");
CENOTE_SYMBOL(pthread_setname_np, "2.12");
CENOTE_SYMBOL(pthread_getname_np, "2.12");

/* libm: the newer ones differ only in how they report errors */
CENOTE_SYMBOL(exp, CENOTE_BASE);
CENOTE_SYMBOL(log, CENOTE_BASE);
CENOTE_SYMBOL(pow, CENOTE_BASE);

/* C23's parsing of 0b…, which newer headers turn on; nothing here wants it. */
__asm__(".symver __isoc23_strtol,strtol@GLIBC_" CENOTE_BASE);
__asm__(".symver __isoc23_strtoul,strtoul@GLIBC_" CENOTE_BASE);
__asm__(".symver __isoc23_strtoll,strtoll@GLIBC_" CENOTE_BASE);
__asm__(".symver __isoc23_strtoull,strtoull@GLIBC_" CENOTE_BASE);
__asm__(".symver __isoc23_sscanf,__isoc99_sscanf@GLIBC_2.7");
__asm__(".symver __isoc23_fscanf,__isoc99_fscanf@GLIBC_2.7");

#undef CENOTE_SYMBOL
#undef CENOTE_BASE
#endif

#endif
