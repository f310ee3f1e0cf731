/* Lends jemalloc's heap profiler the system's unwinder, and only once profiling is switched on.
 *
 * jemalloc takes backtraces with _Unwind_Backtrace.  Linked plainly, every user would need libgcc_s.so.1 to load the
 * library at all; linked statically, it would ask for glibc 2.35.  So the two functions are defined here and look the
 * real ones up when first called.  Without libgcc_s a profile has no frames; nothing else changes. */
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

typedef int (*trace_fn)(void *context, void *argument);
typedef int (*backtrace_fn)(trace_fn trace, void *argument);
typedef uintptr_t (*get_ip_fn)(void *context);

enum { URC_END_OF_STACK = 5 };

int _Unwind_Backtrace(trace_fn trace, void *argument);
uintptr_t _Unwind_GetIP(void *context);

/* Looked up by whoever comes first; two threads at once find the same address. */
static void *find(const char *name)
{
    void *unwinder = dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_LOCAL);
    return unwinder == NULL ? NULL : dlsym(unwinder, name);
}

int _Unwind_Backtrace(trace_fn trace, void *argument)
{
    static void *volatile found;
    void *function = __atomic_load_n(&found, __ATOMIC_RELAXED); /* code needs no ordering: it is there or not */
    if (function == NULL) {
        function = find("_Unwind_Backtrace");
        if (function == NULL) return URC_END_OF_STACK;
        __atomic_store_n(&found, function, __ATOMIC_RELAXED);
    }
    return ((backtrace_fn)(uintptr_t)function)(trace, argument);
}

uintptr_t _Unwind_GetIP(void *context)
{
    static void *volatile found;
    void *function = __atomic_load_n(&found, __ATOMIC_RELAXED);
    if (function == NULL) {
        function = find("_Unwind_GetIP");
        if (function == NULL) return 0;
        __atomic_store_n(&found, function, __ATOMIC_RELAXED);
    }
    return ((get_ip_fn)(uintptr_t)function)(context);
}
