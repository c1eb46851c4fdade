#include "strategy_abi.h"
STRATEGY_ABI_NOTE;
