/* USDT probes: one nop each until a tracer attaches.  The list is cenote/probes.def. */
#ifndef CN_PROBE_H
#define CN_PROBE_H

#ifdef CN_PROBES
#include <sys/sdt.h>
#define CN_PROBE1(name, a) DTRACE_PROBE1(cenote, name, a)
#define CN_PROBE2(name, a, b) DTRACE_PROBE2(cenote, name, a, b)
#define CN_PROBE3(name, a, b, c) DTRACE_PROBE3(cenote, name, a, b, c)
#define CN_PROBE4(name, a, b, c, d) DTRACE_PROBE4(cenote, name, a, b, c, d)
#else
#define CN_PROBE1(name, a) ((void)(a))
#define CN_PROBE2(name, a, b) ((void)(a), (void)(b))
#define CN_PROBE3(name, a, b, c) ((void)(a), (void)(b), (void)(c))
#define CN_PROBE4(name, a, b, c, d) ((void)(a), (void)(b), (void)(c), (void)(d))
#endif

#endif
