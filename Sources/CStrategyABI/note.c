// The note that every library linked with the kit carries; a plugin in C writes the same macro itself.
#include "strategy_abi.h"

STRATEGY_ABI_NOTE;
