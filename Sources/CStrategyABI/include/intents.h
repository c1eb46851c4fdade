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
    STRATEGY_KIND_TRAILING_STOP = 5, ///< reserved
};

enum {
    STRATEGY_TIF_DAY = 1,
    STRATEGY_TIF_GTC = 2,
    STRATEGY_TIF_IOC = 3,
    STRATEGY_TIF_FOK = 4,
    STRATEGY_TIF_GTD = 5, ///< reserved
};

#define STRATEGY_OPTION_REDUCE_ONLY 1u
#define STRATEGY_OPTION_POST_ONLY 2u ///< reserved

typedef struct strategy_submit_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    uint64_t tag;          ///< not 0, not in use by another working order of this strategy
    int64_t quantity;      ///< 1e-8, > 0
    int64_t price;         ///< limit price 1e-9; 0 for MARKET and STOP_LOSS
    int64_t stop_price;    ///< trigger 1e-9 of STOP_LOSS and STOP_LIMIT, else 0
    int64_t expire_time;   ///< reserved for GTD, else 0
    uint8_t side;          ///< STRATEGY_SIDE_BUY or _SELL
    uint8_t kind;          ///< STRATEGY_KIND_*
    uint8_t time_in_force; ///< STRATEGY_TIF_*
    uint8_t options;       ///< STRATEGY_OPTION_*
    uint32_t reserved0;
    uint64_t reserved1;
} strategy_submit_v1_t;

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
STRATEGY_ASSERT(sizeof(strategy_cancel_v1_t) == 64 && sizeof(strategy_set_timer_v1_t) == 64, "record size");
STRATEGY_ASSERT(sizeof(strategy_emit_signal_v1_t) == 64 && sizeof(strategy_metric_v1_t) == 64, "record size");
STRATEGY_ASSERT(sizeof(strategy_log_v1_t) == 64 && sizeof(strategy_reply_v1_t) == 64, "record size");

#endif
