/// Intents: what a strategy writes. Records of 64 bytes with a 16-byte head, like events. The host trusts none of them:
/// an intent that it cannot read is refused and counted, the rest of the block is looked at.
#ifndef STRATEGY_INTENTS_H
#define STRATEGY_INTENTS_H

#include "events.h"

/// Intent types. Numbers are append-only; 0 is refused.
enum {
    STRATEGY_INTENT_MORE = 1,   ///< continues the record before it
    STRATEGY_INTENT_SUBMIT = 2, ///< strategy_submit_v1_t
    STRATEGY_INTENT_MODIFY = 3, ///< strategy_modify_v1_t
    STRATEGY_INTENT_CANCEL = 4, ///< strategy_cancel_v1_t
    STRATEGY_INTENT_TIMER = 5,  ///< strategy_set_timer_v1_t
    STRATEGY_INTENT_SIGNAL = 6, ///< strategy_emit_signal_v1_t
    STRATEGY_INTENT_METRIC = 7, ///< strategy_metric_v1_t
    STRATEGY_INTENT_LOG = 8,    ///< strategy_log_v1_t, then text in MORE records
    STRATEGY_INTENT_REPLY = 9,  ///< strategy_reply_v1_t, then text in MORE records
};

/// The head that all intents share, with the payload as six words. `tag` is the strategy's own number for the order,
/// timer or metric; modify and cancel name an order by the tag that submitted it.
typedef struct strategy_intent_v1_t {
    uint16_t type;
    uint16_t flags; ///< STRATEGY_FLAG_MORE
    uint32_t instrument;
    uint64_t tag;
    uint64_t payload[6];
} strategy_intent_v1_t;

enum {
    STRATEGY_KIND_MARKET = 1,
    STRATEGY_KIND_LIMIT = 2,
    STRATEGY_KIND_STOP_LOSS = 3, ///< a stop that becomes a market order
    STRATEGY_KIND_STOP_LIMIT = 4,
    /// A stop whose trigger follows the best price since it was accepted (bid for a sell, ask for a buy), `trail` behind
    /// it, and never goes back. It becomes a market order. Its trigger cannot be modified.
    STRATEGY_KIND_TRAILING_STOP = 5,
};

enum {
    STRATEGY_TIF_DAY = 1,
    STRATEGY_TIF_GTC = 2,
    STRATEGY_TIF_IOC = 3,
    STRATEGY_TIF_FOK = 4,
    STRATEGY_TIF_GTD = 5, ///< ends with the first event of its instrument at or after `expire_time`
};

#define STRATEGY_OPTION_REDUCE_ONLY 1u
/// A LIMIT that may only rest: one that would trade on arrival is cancelled (STRATEGY_REASON_POST_ONLY). Not with IOC, FOK.
#define STRATEGY_OPTION_POST_ONLY 2u
/// `trail` is a fraction of the best price (1e-9: 0.05 = 50000000), not a price.
#define STRATEGY_OPTION_TRAIL_FRACTION 4u

typedef struct strategy_submit_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    uint64_t tag;          ///< not 0, not in use by another working order of this strategy
    int64_t quantity;      ///< 1e-8, > 0
    int64_t price;         ///< limit price 1e-9; 0 for MARKET and STOP_LOSS
    int64_t stop_price;    ///< trigger 1e-9 of STOP_LOSS and STOP_LIMIT; first one of TRAILING_STOP, 0 = from the market
    int64_t expire_time;   ///< of GTD, after the present; else 0
    uint8_t side;          ///< STRATEGY_SIDE_BUY or _SELL
    uint8_t kind;          ///< STRATEGY_KIND_*
    uint8_t time_in_force; ///< STRATEGY_TIF_*
    uint8_t options;       ///< STRATEGY_OPTION_*
    uint32_t reserved0;
    int64_t trail; ///< distance of TRAILING_STOP: price 1e-9, or a fraction (STRATEGY_OPTION_TRAIL_FRACTION)
} strategy_submit_v1_t;

/// MORE of a SUBMIT: a bracket. What the order fills gets a stop (STOP_LOSS) under tag + 1, a target (LIMIT) under tag + 2, or
/// both: reduce-only orders of the filled quantity, which grow with each further fill and act from the next event on. They
/// are judged together with the order. A fill of one takes as much from the other; once the stop triggers or one of them
/// trades, what is left of the order is cancelled. The stop takes the target with it when it ends, the target leaves the
/// stop. Their prices can be modified, their quantity is the host's. The order must open a position, and tag … tag + 2 must
/// be free.
typedef struct strategy_bracket_more_v1_t {
    uint16_t type, flags; ///< STRATEGY_INTENT_MORE
    uint32_t instrument;
    uint64_t reserved0;
    int64_t stop_loss;    ///< trigger 1e-9, on the losing side of the entry; 0 = no stop
    int64_t take_profit;  ///< limit 1e-9, on the winning side; 0 = no target
    uint64_t reserved[4];
} strategy_bracket_more_v1_t;

/// Changes a working order. Every field holds the wanted value; more quantity or another price loses priority.
typedef struct strategy_modify_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    uint64_t tag;
    int64_t quantity;   ///< total, fills so far included
    int64_t price;
    int64_t stop_price;
    uint64_t reserved[3];
} strategy_modify_v1_t;

typedef struct strategy_cancel_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    uint64_t tag; ///< 0 = all working orders of this strategy in `instrument`
    uint64_t reserved[6];
} strategy_cancel_v1_t;

/// Asks for a TIMER event before the first market event at or after `due`. The same tag again moves the timer; due = 0 drops it.
typedef struct strategy_set_timer_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    uint64_t tag;
    int64_t due;
    uint64_t reserved[5];
} strategy_set_timer_v1_t;

typedef struct strategy_emit_signal_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    uint64_t tag;
    double strength; ///< -1 … 1
    int64_t price;   ///< 0 = none
    uint64_t reserved[4];
} strategy_emit_signal_v1_t;

typedef struct strategy_metric_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    uint64_t tag;
    double value;
    char name[40]; ///< NUL-padded
} strategy_metric_v1_t;

enum { STRATEGY_LOG_DEBUG = 1, STRATEGY_LOG_INFO = 2, STRATEGY_LOG_WARNING = 3, STRATEGY_LOG_ERROR = 4 };

typedef struct strategy_log_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    uint64_t tag;
    uint32_t level; ///< STRATEGY_LOG_*
    uint32_t length; ///< bytes of text in all, this record's piece included
    char text[40];
} strategy_log_v1_t;

typedef struct strategy_reply_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    uint64_t tag; ///< the command's id
    uint32_t status; ///< 0 = done
    uint32_t length;
    char text[40];
} strategy_reply_v1_t;

/// Where `process` writes. The host owns the memory; it is valid during the call.
typedef struct strategy_intents_v1_t {
    strategy_intent_v1_t *records;
    size_t capacity; ///< records that fit; at least STRATEGY_INTENTS_MIN
    size_t count;    ///< 0 on entry; the plugin writes records[count] and counts up, never beyond capacity
} strategy_intents_v1_t;
#define STRATEGY_INTENTS_MIN 64

STRATEGY_ASSERT(sizeof(strategy_intent_v1_t) == 64, "intent records are one cache line");
STRATEGY_ASSERT(sizeof(strategy_submit_v1_t) == 64 && sizeof(strategy_modify_v1_t) == 64, "record size");
STRATEGY_ASSERT(sizeof(strategy_bracket_more_v1_t) == 64, "record size");
STRATEGY_ASSERT(sizeof(strategy_cancel_v1_t) == 64 && sizeof(strategy_set_timer_v1_t) == 64, "record size");
STRATEGY_ASSERT(sizeof(strategy_emit_signal_v1_t) == 64 && sizeof(strategy_metric_v1_t) == 64, "record size");
STRATEGY_ASSERT(sizeof(strategy_log_v1_t) == 64 && sizeof(strategy_reply_v1_t) == 64, "record size");

#endif
