#include "CProcess.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/timex.h>

int process_signal_at_parents_end(int signal) {
    return prctl(PR_SET_PDEATHSIG, (unsigned long)signal) == 0 ? 0 : errno;
}

int system_clock_is_synchronized(void) {
    struct timex state = {0};
    if (adjtimex(&state) < 0) {
        return -1;
    }
    return (state.status & STA_UNSYNC) == 0;
}
