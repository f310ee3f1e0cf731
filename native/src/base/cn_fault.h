/* Places that tests make fail on purpose.  The list is cenote/faults.def.
 *
 * CN_FAULT(site) is true when the call it stands before shall fail.  Without CN_FAULTS it is the constant false
 * and leaves no code behind. */
#ifndef CN_FAULT_H
#define CN_FAULT_H

#include <stdbool.h>

enum cn_fault_site {
#define CENOTE_FAULT(site, text) CN_FAULT_##site,
#include "cenote/faults.def"
#undef CENOTE_FAULT
    CN_FAULT_SITES
};

#ifdef CN_FAULTS
#ifndef FIU_ENABLE
#define FIU_ENABLE
#endif
#include <fiu.h>
/* The enum constant makes a misspelt site a compile error. */
#define CN_FAULT(site) ((void)CN_FAULT_##site, fiu_fail("cenote/" #site) != 0)
#else
#define CN_FAULT(site) ((void)CN_FAULT_##site, false)
#endif

#endif
