/// Breakout: a channel breakout with limit orders, written in C against the strategy ABI alone.
///
/// The rules, exactly. All numbers are the ABI's integers (prices 1e-9, quantities 1e-8).
///
/// Events. The strategy trades the first instrument that it is bound to and reads one kind of event: bars or trades,
/// whichever comes first; the other kind is ignored from then on. An event has a price p, a high h and a low l:
/// of a bar its close, high and low, of a trade its price three times. Events are numbered k = 0, 1, 2, …
///
/// Memory. The highs and lows of all earlier events; the position, signed, as the last POSITION event told it (0 at
/// first); and at most one working order, an entry or an exit. An order works from its SUBMIT on until an ORDER update
/// with a terminal state (FILLED, CANCELLED, REJECTED, EXPIRED, DENIED) or the reason UNKNOWN_ORDER, or until a DENIAL
/// before any ORDER update of it.
///
/// On event k, when k >= window, these steps are tried in this order; each looks at the memory as the step before left it:
///   a. Entry: position = 0 and no order works.
///      If p > the highest h of the events k - window … k - 1: SUBMIT BUY LIMIT GTC, quantity `quantity`, price p.
///      Else if both = 1 and p < the lowest l of the same events: SUBMIT SELL LIMIT GTC, the same quantity, price p.
///      The order is the entry; e = k.
///   b. Patience: the entry works, k - e >= patience, and it was not cancelled before: CANCEL it. (So an entry has the
///      events e + 1 … e + patience to trade in.)
///   c. Exit: position != 0 and no order works.
///      If position > 0 and p < the lowest l of the events k - exit_window … k - 1: SUBMIT SELL, or
///      if position < 0 and p > the highest h of the same events: SUBMIT BUY:
///      LIMIT GTC REDUCE_ONLY, quantity |position|, price p. The order is the exit.
///   d. Chase: the exit works and its price != p: MODIFY it to price p; its quantity stays as it was submitted. (The
///      price counts as p from then on; a MODIFY_DENIED puts the one before back.)
/// Then h and l are remembered, on the events k < window too. So one event sends one intent at most.
///
/// An entry that is partly filled when its CANCEL is confirmed leaves a position, which step c treats like any other.
/// Tags are 1, 2, 3, … in the order of SUBMITs. exit_window <= window is required. No state is saved: after a restart
/// the strategy needs `window` events again.
#include "ext/functions.h"
#include "ext/params.h"
#include "strategy_abi.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

STRATEGY_ABI_NOTE;

enum { WINDOW_MAX = 10000, SLOTS = 1 << 14 };
enum { PARAM_WINDOW, PARAM_EXIT_WINDOW, PARAM_QUANTITY, PARAM_PATIENCE, PARAM_BOTH, PARAM_COUNT };
typedef enum { ORDER_NONE, ORDER_ENTRY, ORDER_EXIT } order_role_t;

typedef struct {
    int64_t parameters[PARAM_COUNT];
    uint32_t instrument;
    uint16_t event_type; ///< 0 until the first bar or trade
    int64_t highs[SLOTS], lows[SLOTS]; ///< event k lies at k mod SLOTS
    int64_t event_count;
    int64_t position;

    order_role_t role;
    uint8_t side;
    int accepted, cancel_sent;
    uint64_t tag;
    int64_t sent_at; ///< event number of the SUBMIT
    int64_t order_quantity, order_price;
    int64_t price_before; ///< of the last MODIFY
} breakout_t;

// Parameters

#define INTEGER(low, high, usual) \
    .minimum = {STRATEGY_PARAM_INTEGER, 0, low, 0}, .maximum = {STRATEGY_PARAM_INTEGER, 0, high, 0}, \
    .standard = {STRATEGY_PARAM_INTEGER, 0, usual, 0}
#define PARAM(param_kind, param_name, param_unit, text) \
    .struct_size = sizeof(strategy_param_info_v1_t), .kind = param_kind, .name = param_name, .unit = param_unit, \
    .description = text

static const strategy_param_info_v1_t params[PARAM_COUNT] = {
    [PARAM_WINDOW] = {PARAM(STRATEGY_PARAM_INTEGER, "window", "events", "Events whose high or low an entry must break"),
                      INTEGER(1, WINDOW_MAX, 20)},
    [PARAM_EXIT_WINDOW] = {PARAM(STRATEGY_PARAM_INTEGER, "exit_window", "events",
                                 "Events whose opposite extreme an exit must break"),
                           INTEGER(1, WINDOW_MAX, 10)},
    [PARAM_QUANTITY] = {PARAM(STRATEGY_PARAM_QUANTITY, "quantity", "units", "Quantity of an entry"),
                        .minimum = {STRATEGY_PARAM_QUANTITY, 0, 1, 0},
                        .maximum = {STRATEGY_PARAM_QUANTITY, 0, 1000000000 * STRATEGY_QUANTITY_SCALE, 0},
                        .standard = {STRATEGY_PARAM_QUANTITY, 0, STRATEGY_QUANTITY_SCALE, 0}},
    [PARAM_PATIENCE] = {PARAM(STRATEGY_PARAM_INTEGER, "patience", "events", "Events until an entry is cancelled"),
                        INTEGER(1, 1000000, 5)},
    [PARAM_BOTH] = {PARAM(STRATEGY_PARAM_BOOLEAN, "both", "", "Sell short on a break downwards, too"),
                    .minimum = {STRATEGY_PARAM_BOOLEAN, 0, 0, 0},
                    .maximum = {STRATEGY_PARAM_BOOLEAN, 0, 1, 0},
                    .standard = {STRATEGY_PARAM_BOOLEAN, 0, 1, 0}},
};

static void write_text(char *buffer, size_t size, const char *text) {
    if (!buffer || size == 0) return;
    size_t length = strlen(text);
    if (length >= size) length = size - 1;
    memcpy(buffer, text, length);
    buffer[length] = 0;
}

static const strategy_param_info_v1_t *param_describe(const strategy_descriptor_v1_t *self, uint32_t index) {
    (void)self;
    return index < PARAM_COUNT ? &params[index] : NULL;
}

static int32_t param_get(strategy_instance_t *instance, uint32_t index, strategy_value_v1_t *value) {
    if (!instance || !value || index >= PARAM_COUNT) return 1;
    *value = (strategy_value_v1_t){params[index].kind, 0, ((breakout_t *)instance)->parameters[index], 0};
    return 0;
}

static int32_t param_set(strategy_instance_t *instance, uint32_t index, const strategy_value_v1_t *value, char *error,
                         size_t error_size) {
    if (!instance || !value || index >= PARAM_COUNT || value->kind != params[index].kind) {
        write_text(error, error_size, "there is no such parameter, or the value has another kind");
        return 1;
    }
    if (value->integer < params[index].minimum.integer || value->integer > params[index].maximum.integer) {
        write_text(error, error_size, "the value is outside of the parameter's bounds");
        return 1;
    }
    ((breakout_t *)instance)->parameters[index] = value->integer;
    return 0;
}

static int32_t param_validate(strategy_instance_t *instance, char *error, size_t error_size) {
    const breakout_t *self = instance;
    if (self && self->parameters[PARAM_EXIT_WINDOW] <= self->parameters[PARAM_WINDOW]) return 0;
    write_text(error, error_size, "exit_window must not be larger than window");
    return 1;
}

static const strategy_params_v1_t params_table = {
    sizeof(strategy_params_v1_t), PARAM_COUNT, param_describe, param_get, param_set, param_validate,
};

// Functions for operators

static int64_t highest(const breakout_t *self, int64_t count);
static int64_t lowest(const breakout_t *self, int64_t count);

static double channel_high(strategy_instance_t *instance) {
    const breakout_t *self = instance;
    const int64_t window = self->parameters[PARAM_WINDOW];
    return self->event_count < window ? NAN : (double)highest(self, window) / STRATEGY_PRICE_SCALE;
}

static double channel_low(strategy_instance_t *instance) {
    const breakout_t *self = instance;
    const int64_t window = self->parameters[PARAM_WINDOW];
    return self->event_count < window ? NAN : (double)lowest(self, window) / STRATEGY_PRICE_SCALE;
}

static const char *would_enter(strategy_instance_t *instance, double price) {
    const breakout_t *self = instance;
    if (price > channel_high(instance)) return "long";
    return self->parameters[PARAM_BOTH] && price < channel_low(instance) ? "short" : "no";
}

static const strategy_function_v1_t functions[] = {
    STRATEGY_FUNCTION("channel_high", "Highest price of the window; null until it is full", "(instance) -> f64",
                      channel_high),
    STRATEGY_FUNCTION("channel_low", "Lowest price of the window; null until it is full", "(instance) -> f64",
                      channel_low),
    STRATEGY_FUNCTION("would_enter", "What a price would make it enter: long, short or no",
                      "(instance, price: f64) -> string", would_enter),
};
enum { FUNCTION_COUNT = sizeof functions / sizeof *functions };

static const strategy_function_v1_t *function_describe(const strategy_descriptor_v1_t *self, uint32_t index) {
    (void)self;
    return index < FUNCTION_COUNT ? &functions[index] : NULL;
}

static const strategy_functions_v1_t functions_table = {
    sizeof(strategy_functions_v1_t), FUNCTION_COUNT, function_describe};

// What the host reports

static void order_updated(breakout_t *self, const strategy_order_update_v1_t *update) {
    if (self->role == ORDER_NONE || update->tag != self->tag) return;
    if (update->state >= STRATEGY_ORDER_FILLED || update->reason == STRATEGY_REASON_UNKNOWN_ORDER) {
        self->role = ORDER_NONE;
        return;
    }
    self->accepted = 1;
    if (update->reason == STRATEGY_REASON_MODIFY_DENIED) self->order_price = self->price_before;
}

static void order_denied(breakout_t *self, const strategy_denial_v1_t *denial) {
    if (self->role != ORDER_NONE && denial->tag == self->tag && !self->accepted) self->role = ORDER_NONE;
}

// Intents; the host's buffer holds at least 64, an event needs one.

static strategy_intent_v1_t *next_intent(strategy_intents_v1_t *out) {
    return out->count < out->capacity ? &out->records[out->count] : NULL;
}

static void submit(breakout_t *self, order_role_t role, uint8_t side, int64_t quantity, int64_t price,
                   strategy_intents_v1_t *out) {
    strategy_intent_v1_t *place = next_intent(out);
    if (!place) return;
    self->role = role;
    self->side = side;
    self->accepted = self->cancel_sent = 0;
    self->tag++;
    self->sent_at = self->event_count;
    self->order_quantity = quantity;
    self->order_price = self->price_before = price;
    const strategy_submit_v1_t intent = {
        .type = STRATEGY_INTENT_SUBMIT, .instrument = self->instrument, .tag = self->tag, .quantity = quantity,
        .price = price, .side = side, .kind = STRATEGY_KIND_LIMIT, .time_in_force = STRATEGY_TIF_GTC,
        .options = role == ORDER_EXIT ? STRATEGY_OPTION_REDUCE_ONLY : 0,
    };
    memcpy(place, &intent, sizeof intent);
    out->count++;
}

static void cancel(breakout_t *self, strategy_intents_v1_t *out) {
    strategy_intent_v1_t *place = next_intent(out);
    if (!place) return;
    const strategy_cancel_v1_t intent = {
        .type = STRATEGY_INTENT_CANCEL, .instrument = self->instrument, .tag = self->tag};
    memcpy(place, &intent, sizeof intent);
    out->count++;
    self->cancel_sent = 1;
}

static void modify(breakout_t *self, int64_t price, strategy_intents_v1_t *out) {
    strategy_intent_v1_t *place = next_intent(out);
    if (!place) return;
    self->price_before = self->order_price;
    self->order_price = price;
    const strategy_modify_v1_t intent = {
        .type = STRATEGY_INTENT_MODIFY, .instrument = self->instrument, .tag = self->tag,
        .quantity = self->order_quantity, .price = price,
    };
    memcpy(place, &intent, sizeof intent);
    out->count++;
}

// The rules

static int64_t highest(const breakout_t *self, int64_t count) {
    int64_t best = INT64_MIN;
    for (int64_t k = self->event_count - count; k < self->event_count; k++)
        if (self->highs[k & (SLOTS - 1)] > best) best = self->highs[k & (SLOTS - 1)];
    return best;
}

static int64_t lowest(const breakout_t *self, int64_t count) {
    int64_t best = INT64_MAX;
    for (int64_t k = self->event_count - count; k < self->event_count; k++)
        if (self->lows[k & (SLOTS - 1)] < best) best = self->lows[k & (SLOTS - 1)];
    return best;
}

static void enter(breakout_t *self, int64_t price, strategy_intents_v1_t *out) {
    const int64_t window = self->parameters[PARAM_WINDOW], quantity = self->parameters[PARAM_QUANTITY];
    if (price > highest(self, window))
        submit(self, ORDER_ENTRY, STRATEGY_SIDE_BUY, quantity, price, out);
    else if (self->parameters[PARAM_BOTH] && price < lowest(self, window))
        submit(self, ORDER_ENTRY, STRATEGY_SIDE_SELL, quantity, price, out);
}

static void leave(breakout_t *self, int64_t price, strategy_intents_v1_t *out) {
    int64_t window = self->parameters[PARAM_EXIT_WINDOW];
    if (window > self->event_count) window = self->event_count;
    if (self->position > 0 && price < lowest(self, window))
        submit(self, ORDER_EXIT, STRATEGY_SIDE_SELL, self->position, price, out);
    else if (self->position < 0 && price > highest(self, window))
        submit(self, ORDER_EXIT, STRATEGY_SIDE_BUY, -self->position, price, out);
}

static void market_event(breakout_t *self, uint16_t type, int64_t high, int64_t low, int64_t price,
                         strategy_intents_v1_t *out) {
    if (self->event_type == 0) self->event_type = type;
    if (self->event_type != type) return;
    if (self->event_count >= self->parameters[PARAM_WINDOW]) {
        if (self->position == 0 && self->role == ORDER_NONE) enter(self, price, out);
        if (self->role == ORDER_ENTRY && !self->cancel_sent &&
            self->event_count - self->sent_at >= self->parameters[PARAM_PATIENCE])
            cancel(self, out);
        if (self->position != 0 && self->role == ORDER_NONE) leave(self, price, out);
        if (self->role == ORDER_EXIT && self->order_price != price) modify(self, price, out);
    }
    self->highs[self->event_count & (SLOTS - 1)] = high;
    self->lows[self->event_count & (SLOTS - 1)] = low;
    self->event_count++;
}

static void handle(breakout_t *self, const strategy_event_v1_t *event, strategy_intents_v1_t *out) {
    if (event->instrument != self->instrument) return;
    switch (event->type) {
    case STRATEGY_EVENT_BAR: {
        const strategy_bar_v1_t *bar = (const strategy_bar_v1_t *)event;
        market_event(self, bar->type, bar->high, bar->low, bar->close, out);
        break;
    }
    case STRATEGY_EVENT_TRADE: {
        const strategy_trade_v1_t *trade = (const strategy_trade_v1_t *)event;
        market_event(self, trade->type, trade->price, trade->price, trade->price, out);
        break;
    }
    case STRATEGY_EVENT_ORDER: order_updated(self, (const strategy_order_update_v1_t *)event); break;
    case STRATEGY_EVENT_DENIAL: order_denied(self, (const strategy_denial_v1_t *)event); break;
    case STRATEGY_EVENT_POSITION: self->position = ((const strategy_position_v1_t *)event)->quantity; break;
    default: break;
    }
}

// The descriptor's functions

static strategy_instance_t *create(const strategy_descriptor_v1_t *self, const strategy_config_v1_t *config,
                                   char *error, size_t error_size) {
    (void)self;
    if (!config || config->bound_count == 0 || config->bound[0] >= config->instrument_count) {
        write_text(error, error_size, "no instrument is bound to the strategy");
        return NULL;
    }
    breakout_t *instance = calloc(1, sizeof *instance);
    if (!instance) {
        write_text(error, error_size, "out of memory");
        return NULL;
    }
    instance->instrument = config->bound[0];
    for (int index = 0; index < PARAM_COUNT; index++) instance->parameters[index] = params[index].standard.integer;
    return instance;
}

static void destroy(strategy_instance_t *instance) { free(instance); }

static size_t process(strategy_instance_t *instance, const strategy_event_v1_t *events, size_t count,
                      strategy_intents_v1_t *intents) {
    size_t index = 0;
    while (index < count) {
        handle(instance, &events[index], intents);
        index++;
        while (index < count && events[index].type == STRATEGY_EVENT_MORE) index++;
        if (intents->count != 0) break;
    }
    return index;
}

static const void *extension(const strategy_descriptor_v1_t *self, const char *id) {
    (void)self;
    if (strcmp(id, STRATEGY_EXT_PARAMS) == 0) return &params_table;
    return strcmp(id, STRATEGY_EXT_FUNCTIONS) == 0 ? &functions_table : NULL;
}

static const strategy_descriptor_v1_t descriptor = {
    .struct_size = sizeof(strategy_descriptor_v1_t),
    .id = "Breakout",
    .name = "Channel breakout",
    .version = "1.0.0",
    .description = "Limit orders on a break of the channel of recent highs and lows; exits on the opposite, shorter one",
    .events = 1u << STRATEGY_EVENT_BAR | 1u << STRATEGY_EVENT_TRADE,
    .create = create,
    .destroy = destroy,
    .process = process,
    .extension = extension,
};

static const strategy_entry_v1_t entry = {sizeof(strategy_entry_v1_t), STRATEGY_ABI_VERSION, &descriptor};

const strategy_entry_v1_t *strategy_entry_v1(uint32_t host_abi) {
    return host_abi >> 16 == STRATEGY_ABI_MAJOR ? &entry : NULL;
}
