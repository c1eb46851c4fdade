/// Events: what a strategy reads. Every record is 64 bytes (one cache line) with the same 16-byte head, so a reader
/// steps over a type that it does not know. Prices are integers of 1e-9, quantities integers of 1e-8, times nanoseconds
/// since 1970-01-01T00:00:00Z. A layout never changes under its C name: a new layout gets a new tag (`_v2_t`) and number.
#ifndef STRATEGY_EVENTS_H
#define STRATEGY_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define STRATEGY_ASSERT(condition, text) static_assert(condition, text)
#else
#define STRATEGY_ASSERT(condition, text) _Static_assert(condition, text)
#endif

#define STRATEGY_PRICE_SCALE 1000000000LL
#define STRATEGY_QUANTITY_SCALE 100000000LL

/// Event types. Numbers are append-only; 0 is never sent.
enum {
    STRATEGY_EVENT_MORE = 1,            ///< continues the record before it (see STRATEGY_FLAG_MORE)
    STRATEGY_EVENT_TRADE = 2,           ///< strategy_trade_v1_t
    STRATEGY_EVENT_QUOTE = 3,           ///< strategy_quote_v1_t
    STRATEGY_EVENT_DEPTH = 4,           ///< strategy_depth_v1_t
    STRATEGY_EVENT_BAR = 5,             ///< strategy_bar_v1_t
    STRATEGY_EVENT_ORDER = 6,           ///< strategy_order_update_v1_t
    STRATEGY_EVENT_DENIAL = 7,          ///< strategy_denial_v1_t
    STRATEGY_EVENT_POSITION = 8,        ///< strategy_position_v1_t
    STRATEGY_EVENT_TIMER = 9,           ///< strategy_timer_v1_t
    STRATEGY_EVENT_PARAMETER = 10,      ///< strategy_parameter_v1_t
    STRATEGY_EVENT_SIGNAL = 11,         ///< strategy_signal_v1_t
    STRATEGY_EVENT_FUNDING = 12,        ///< strategy_funding_v1_t
    STRATEGY_EVENT_TRADING_STATE = 13,  ///< strategy_status_v1_t, code = 0 active, 1 reducing, 2 halted
    STRATEGY_EVENT_FEED = 14,           ///< strategy_status_v1_t, code = 0 fresh, 1 gap, 2 stale
    STRATEGY_EVENT_INSTRUMENT = 15,     ///< strategy_status_v1_t, code = 0 open, 1 closed, 2 halted, 3 expired
    STRATEGY_EVENT_SESSION = 16,        ///< strategy_status_v1_t, code = 0 started, 1 stopping
    STRATEGY_EVENT_EXTERNAL_ORDER = 17, ///< strategy_order_update_v1_t of an operator's order under this strategy
    STRATEGY_EVENT_COMMAND = 18,        ///< strategy_command_v1_t; arguments as text in MORE records
    STRATEGY_EVENT_CORPORATE_ACTION = 19, ///< reserved
    STRATEGY_EVENT_EXPIRY = 20,         ///< reserved
    STRATEGY_EVENT_FEATURES = 21,       ///< strategy_features_v1_t, for plugins with the table of ext/features.h
};

/// Flag of any record: the next record is of type MORE and belongs to this one. At most STRATEGY_MORE_MAX follow; of
/// FEATURES as many as the values need.
#define STRATEGY_FLAG_MORE 1u
#define STRATEGY_MORE_MAX 16

/// A bar's timeframe code sits in the upper byte of its flags; 0 means "none of these, see interval".
enum {
    STRATEGY_TIMEFRAME_OTHER = 0,
    STRATEGY_TIMEFRAME_1S = 1,
    STRATEGY_TIMEFRAME_5S = 2,
    STRATEGY_TIMEFRAME_1M = 3,
    STRATEGY_TIMEFRAME_5M = 4,
    STRATEGY_TIMEFRAME_15M = 5,
    STRATEGY_TIMEFRAME_1H = 6,
    STRATEGY_TIMEFRAME_1D = 7,
};
#define STRATEGY_TIMEFRAME_SHIFT 8

/// The head that all events share, with the payload as six words.
typedef struct strategy_event_v1_t {
    uint16_t type;
    uint16_t flags;
    uint32_t instrument; ///< index into strategy_config_v1_t.instruments
    int64_t time;
    uint64_t payload[6];
} strategy_event_v1_t;

/// MORE of a bar: what did not fit its own record.
typedef struct strategy_bar_more_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    int64_t time;
    int64_t vwap;         ///< volume-weighted average price, 1e-9; 0 when there was no volume
    uint64_t trade_count;
    uint64_t reserved[4];
} strategy_bar_more_v1_t;

/// The upper byte of a depth MORE record's flags: number of its first level, and this bit where its levels are asks.
#define STRATEGY_DEPTH_SHIFT 8
#define STRATEGY_DEPTH_ASK 0x8000u
/// Levels that the host keeps of each side.
#define STRATEGY_DEPTH_LEVELS 10

/// MORE of a depth record: up to three levels of one side, from the best on; a quantity of 0 is no level.
typedef struct strategy_depth_more_v1_t {
    uint16_t type, flags; ///< first level and side in the upper byte of flags, see STRATEGY_DEPTH_SHIFT
    uint32_t instrument;
    int64_t time;
    int64_t price[3];
    int64_t quantity[3];
} strategy_depth_more_v1_t;

/// MORE of an order update: the commission of the fill in it.
typedef struct strategy_commission_more_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    int64_t time;
    int64_t commission; ///< 1e-8 of the currency, negative for a rebate
    char currency[16];  ///< code, NUL-padded
    uint64_t reserved[3];
} strategy_commission_more_v1_t;

/// MORE of a command, a log line or a reply: 48 bytes of UTF-8; the last piece is NUL-padded.
typedef struct strategy_text_more_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    int64_t time;
    char text[48];
} strategy_text_more_v1_t;

enum { STRATEGY_SIDE_NONE = 0, STRATEGY_SIDE_BUY = 1, STRATEGY_SIDE_SELL = 2 };

/// A trade that the market printed.
typedef struct strategy_trade_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    int64_t time;
    int64_t price;
    int64_t quantity;
    uint64_t trade_id;
    uint8_t aggressor; ///< STRATEGY_SIDE_*
    uint8_t reserved[23];
} strategy_trade_v1_t;

/// Best bid and offer. A price of 0 means that the side is empty.
typedef struct strategy_quote_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    int64_t time;
    int64_t bid_price, bid_quantity;
    int64_t ask_price, ask_quantity;
    uint64_t reserved[2];
} strategy_quote_v1_t;

/// The order book. Alone it is one level that changed: quantity 0 removes it, and the levels behind it move up. With MORE
/// records it is the whole book, level 0 of one side and strategy_depth_more_v1_t for the rest: what they do not name is
/// empty.
typedef struct strategy_depth_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    int64_t time;
    int64_t price;
    int64_t quantity;
    uint64_t order_count; ///< 0 = the feed does not tell
    uint8_t side;  ///< STRATEGY_SIDE_BUY = bid, STRATEGY_SIDE_SELL = ask
    uint8_t level; ///< 0 = best
    uint8_t reserved[22];
} strategy_depth_v1_t;

/// A finished bar; time is its close, so no bar is seen before it ends.
typedef struct strategy_bar_v1_t {
    uint16_t type, flags; ///< timeframe code in flags >> STRATEGY_TIMEFRAME_SHIFT
    uint32_t instrument;
    int64_t time;
    int64_t open, high, low, close;
    int64_t volume;
    int64_t interval; ///< nanoseconds from open to close
} strategy_bar_v1_t;

/// States of an order as a strategy sees them.
enum {
    STRATEGY_ORDER_PENDING = 0,
    STRATEGY_ORDER_SUBMITTED = 1,
    STRATEGY_ORDER_PARTIALLY_FILLED = 2,
    STRATEGY_ORDER_FILLED = 3,
    STRATEGY_ORDER_CANCELLED = 4,
    STRATEGY_ORDER_REJECTED = 5,
    STRATEGY_ORDER_EXPIRED = 6,
    STRATEGY_ORDER_DENIED = 7,
};

/// Why an order update was sent.
enum {
    STRATEGY_REASON_NONE = 0,
    STRATEGY_REASON_ACCEPTED = 1,          ///< passed the gate, sent to the venue
    STRATEGY_REASON_FILL = 2,
    STRATEGY_REASON_MODIFIED = 3,
    STRATEGY_REASON_MODIFY_DENIED = 4,     ///< the order stands as it was
    STRATEGY_REASON_CANCEL_REQUESTED = 5,
    STRATEGY_REASON_TRIGGERED = 6,         ///< a stop became a market or limit order
    STRATEGY_REASON_NOT_FILLABLE = 7,      ///< the rest of an IOC, or all of a FOK
    STRATEGY_REASON_DAY_END = 8,
    STRATEGY_REASON_PROTECTION_PRICE = 9,  ///< the market moved beyond a market order's protection price
    STRATEGY_REASON_TRIGGER_DENIED = 10,   ///< the gate refused the triggered stop
    STRATEGY_REASON_HALTED = 11,
    STRATEGY_REASON_STRATEGY_STOPPED = 12,
    STRATEGY_REASON_SESSION_END = 13,
    STRATEGY_REASON_SELF_TRADE = 14,       ///< cancelled so that a reducing order of the same owner may pass
    STRATEGY_REASON_UNKNOWN_ORDER = 15,    ///< modify or cancel of an order that is not working
    STRATEGY_REASON_EXPIRE_TIME = 16,
    STRATEGY_REASON_REDUCE_ONLY = 17,      ///< nothing left to reduce
    STRATEGY_REASON_VENUE = 18,            ///< the venue refused it
    STRATEGY_REASON_POST_ONLY = 19,        ///< a post-only order would have traded on arrival: cancelled
    STRATEGY_REASON_BRACKET = 20,          ///< another order of its bracket traded or ended
};

/// A change of one of the strategy's orders.
typedef struct strategy_order_update_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    int64_t time;
    uint64_t tag;             ///< as the strategy chose it in its intent
    uint64_t order_id;        ///< the host's
    int64_t filled_quantity;  ///< all fills so far
    int64_t last_quantity;    ///< of this fill, else 0
    int64_t last_price;       ///< of this fill, else 0
    uint8_t state;            ///< STRATEGY_ORDER_*
    uint8_t side;
    uint16_t reason;          ///< STRATEGY_REASON_*
    uint32_t reserved;
} strategy_order_update_v1_t;

/// The gate said no. Rule numbers are those of the host's rule list and append-only.
typedef struct strategy_denial_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    int64_t time;
    uint64_t tag;
    uint64_t failed_rules; ///< bit n set = rule n failed
    int64_t observed;      ///< of the first failing rule, 1e-8 of its unit
    int64_t limit;
    int64_t headroom; ///< what the limit leaves without the order; 0 where the rule has no measure
    uint32_t first_rule;
    uint32_t reserved;
} strategy_denial_v1_t;

/// The strategy's own position after a fill.
typedef struct strategy_position_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    int64_t time;
    int64_t quantity;      ///< signed, 1e-8
    int64_t average_price; ///< 1e-9, rounded; 0 when flat
    int64_t realized_pnl;  ///< of this strategy in this instrument, 1e-8 quote currency, commission included
    int64_t opened_at;     ///< 0 when flat
    uint64_t position_id;
    uint64_t reserved;
} strategy_position_v1_t;

typedef struct strategy_timer_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    int64_t time; ///< when it was due
    uint64_t timer_id;
    uint64_t reserved[5];
} strategy_timer_v1_t;

/// A parameter was changed while running; the value was set through the params extension before.
typedef struct strategy_parameter_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    int64_t time;
    uint32_t index;
    uint32_t reserved0;
    uint64_t reserved[5];
} strategy_parameter_v1_t;

/// A signal of another strategy, or of an external source.
typedef struct strategy_signal_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    int64_t time;
    uint64_t signal_id;
    double strength; ///< -1 … 1
    int64_t price;   ///< 0 = none
    uint64_t source;
    uint64_t reserved[2];
} strategy_signal_v1_t;

typedef struct strategy_funding_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    int64_t time;
    int64_t rate;   ///< 1e-9 of the notional
    int64_t amount; ///< 1e-8 quote currency, negative = paid
    int64_t next_time;
    uint64_t reserved[3];
} strategy_funding_v1_t;

/// TRADING_STATE, FEED, INSTRUMENT and SESSION events.
typedef struct strategy_status_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    int64_t time;
    uint32_t code;
    uint32_t reserved0;
    uint64_t reserved[5];
} strategy_status_v1_t;

typedef struct strategy_command_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    int64_t time;
    uint64_t command_id; ///< a REPLY intent carries it back
    uint32_t code;
    uint32_t reserved0;
    uint64_t reserved[4];
} strategy_command_v1_t;

/// Values of the features that the plugin names in its table features.v1, in the order of the names: right before the bar
/// that they are of, in the same call.
typedef struct strategy_features_v1_t {
    uint16_t type, flags; ///< timeframe code as in the bar's flags
    uint32_t instrument;
    int64_t time;         ///< of the bar
    uint32_t count;       ///< of values: as many as there are names
    uint32_t names_hash;  ///< the host's own: which names these are values of
    double values[5];     ///< the first ones; not a number = it warms up, or is not defined for these prices
} strategy_features_v1_t;

/// MORE of a FEATURES record: the next six values.
typedef struct strategy_features_more_v1_t {
    uint16_t type, flags;
    uint32_t instrument;
    int64_t time;
    double values[6];
} strategy_features_more_v1_t;

STRATEGY_ASSERT(sizeof(strategy_features_v1_t) == 64 && sizeof(strategy_features_more_v1_t) == 64, "record size");
STRATEGY_ASSERT(sizeof(strategy_event_v1_t) == 64, "event records are one cache line");
STRATEGY_ASSERT(sizeof(strategy_bar_more_v1_t) == 64 && sizeof(strategy_commission_more_v1_t) == 64, "record size");
STRATEGY_ASSERT(sizeof(strategy_text_more_v1_t) == 64 && sizeof(strategy_trade_v1_t) == 64, "record size");
STRATEGY_ASSERT(sizeof(strategy_quote_v1_t) == 64 && sizeof(strategy_depth_v1_t) == 64, "record size");
STRATEGY_ASSERT(sizeof(strategy_depth_more_v1_t) == 64, "record size");
STRATEGY_ASSERT(sizeof(strategy_bar_v1_t) == 64 && sizeof(strategy_order_update_v1_t) == 64, "record size");
STRATEGY_ASSERT(sizeof(strategy_denial_v1_t) == 64 && sizeof(strategy_position_v1_t) == 64, "record size");
STRATEGY_ASSERT(sizeof(strategy_timer_v1_t) == 64 && sizeof(strategy_parameter_v1_t) == 64, "record size");
STRATEGY_ASSERT(sizeof(strategy_signal_v1_t) == 64 && sizeof(strategy_funding_v1_t) == 64, "record size");
STRATEGY_ASSERT(sizeof(strategy_status_v1_t) == 64 && sizeof(strategy_command_v1_t) == 64, "record size");

#endif
