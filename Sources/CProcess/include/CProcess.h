#ifndef STRATAGEM_PROCESS_H
#define STRATAGEM_PROCESS_H

/// Asks the kernel to send `signal` to this process when the thread that started it ends. 0, or the error's number.
/// (The system's own function takes a list of any length, which Swift cannot call.)
int process_signal_at_parents_end(int signal);

/// 1 = something keeps the machine's clock right, 0 = nothing does, -1 = the system does not say.
int system_clock_is_synchronized(void);

#endif
