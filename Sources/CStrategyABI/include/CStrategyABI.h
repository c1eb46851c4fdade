/// Umbrella of the strategy ABI: the C contract between the Stratagem host and a strategy plugin.
#ifndef C_STRATEGY_ABI_H
#define C_STRATEGY_ABI_H

#include "events.h"
#include "intents.h"
#include "strategy_abi.h"
#include "ext/features.h"
#include "ext/functions.h"
#include "ext/log.h"
#include "ext/params.h"
#include "ext/state.h"

#endif
