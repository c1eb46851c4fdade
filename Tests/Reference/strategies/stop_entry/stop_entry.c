/// StopEntry: enters with a stop beyond the channel of recent prices, leaves by a trailing stop or by a bracket whose stop follows
/// the price. It exists to hold the paper venue against the reference in Python, which plays the same rules (stop_entry.py).
///
/// The rules, exactly. All numbers are the ABI's integers. It reads one kind of event: bars, trades or quotes, whichever comes
/// first. An event has a high h, a low l and a price p: of a bar its high, low and close, of a trade its price three times, of a
/// quote its ask, its bid and its bid. Events are numbered k = 0, 1, 2, …; h, l and p of event k count from event k on. The sign s
/// is 1 for a buy and a long position, −1 for a sell and a short one.
///
/// On event k >= window, in this order:
///   a. Entry: no position and no order works. s = 1 if p > p of event k − window, −1 if p is below it, else nothing happens.
///      trigger = highest h of the last `window` events + gap (s = 1), or lowest l of them − gap (s = −1).
///      entry 0: SUBMIT STOP_LOSS GTC at trigger; entry 1: a STOP_LIMIT with the limit trigger + s × gap; entry 2: a LIMIT at
///      p − s × gap, which is the trigger for what follows. With bracket it carries a stop loss at trigger − s × trail and a take
///      profit at trigger + s × reward × trail. Nothing is sent where a price of it would not be above 0. e = k.
///   b. Patience: the entry works, k − e >= patience, and it was not cancelled before: CANCEL it.
///   c. Trail, without bracket: a position and no order works: SUBMIT TRAILING_STOP GTC REDUCE_ONLY of all of it, `trail` behind.
///   d. Follow, with bracket: the bracket's stop works and p − s × trail is better than its price: MODIFY it to that.
///
/// An order works from its SUBMIT (a leg: from its first update) until an update with a terminal state or a denial.
#include "ext/params.h"
#include "strategy_abi.h"

#include <stdlib.h>
#include <string.h>

STRATEGY_ABI_NOTE;

enum { WINDOW_MAX = 10000, SLOTS = 1 << 14 };
enum { WINDOW, PATIENCE, REWARD, QUANTITY, GAP, TRAIL, ENTRY, BRACKET, PARAM_COUNT };
enum { ENTRY_STOP, ENTRY_STOP_LIMIT, ENTRY_LIMIT };
/// An entry and its legs have tags in a row; a trailing stop takes the entry's place.
enum { MAIN, STOP_LEG, TARGET_LEG, ORDER_COUNT };

typedef struct {
    int works, accepted;
    int64_t filled, price;
} order_t;

typedef struct {
    int64_t parameters[PARAM_COUNT];
    uint32_t instrument;
    uint16_t event_type;
    int64_t highs[SLOTS], lows[SLOTS], prices[SLOTS];
    int64_t event_count;
    int64_t position;
    order_t orders[ORDER_COUNT];
    uint64_t tag; ///< of MAIN
    int is_entry, cancel_sent;
    int64_t sent_at;
} self_t;

// Parameters

#define PARAM(param_kind, param_name, low, high, usual) \
    {.struct_size = sizeof(strategy_param_info_v1_t), .kind = param_kind, .name = param_name, .unit = "", .description = "", \
     .minimum = {param_kind, 0, low, 0}, .maximum = {param_kind, 0, high, 0}, .standard = {param_kind, 0, usual, 0}}

static const strategy_param_info_v1_t params[PARAM_COUNT] = {
    [WINDOW] = PARAM(STRATEGY_PARAM_INTEGER, "window", 1, WINDOW_MAX, 20),
    [PATIENCE] = PARAM(STRATEGY_PARAM_INTEGER, "patience", 1, 1000000, 10),
    [REWARD] = PARAM(STRATEGY_PARAM_INTEGER, "reward", 1, 100, 2),
    [QUANTITY] = PARAM(STRATEGY_PARAM_QUANTITY, "quantity", 1, 1000000000 * STRATEGY_QUANTITY_SCALE, STRATEGY_QUANTITY_SCALE),
    [GAP] = PARAM(STRATEGY_PARAM_PRICE, "gap", 1, 1000000 * STRATEGY_PRICE_SCALE, STRATEGY_PRICE_SCALE),
    [TRAIL] = PARAM(STRATEGY_PARAM_PRICE, "trail", 1, 1000000 * STRATEGY_PRICE_SCALE, STRATEGY_PRICE_SCALE),
    [ENTRY] = PARAM(STRATEGY_PARAM_INTEGER, "entry", ENTRY_STOP, ENTRY_LIMIT, ENTRY_STOP),
    [BRACKET] = PARAM(STRATEGY_PARAM_BOOLEAN, "bracket", 0, 1, 0),
};

static const strategy_param_info_v1_t *param_describe(const strategy_descriptor_v1_t *self, uint32_t index) {
    (void)self;
    return index < PARAM_COUNT ? &params[index] : NULL;
}

static int32_t param_get(strategy_instance_t *instance, uint32_t index, strategy_value_v1_t *value) {
    if (index >= PARAM_COUNT) return 1;
    *value = (strategy_value_v1_t){params[index].kind, 0, ((self_t *)instance)->parameters[index], 0};
    return 0;
}

static int32_t param_set(strategy_instance_t *instance, uint32_t index, const strategy_value_v1_t *value, char *error,
                         size_t error_size) {
    if (index >= PARAM_COUNT || value->integer < params[index].minimum.integer ||
        value->integer > params[index].maximum.integer) {
        if (error_size > 0) strncpy(error, "outside of its bounds", error_size - 1)[error_size - 1] = 0;
        return 1;
    }
    ((self_t *)instance)->parameters[index] = value->integer;
    return 0;
}

static int32_t param_validate(strategy_instance_t *instance, char *error, size_t error_size) {
    (void)instance, (void)error, (void)error_size;
    return 0;
}

static const strategy_params_v1_t params_table = {
    sizeof(strategy_params_v1_t), PARAM_COUNT, param_describe, param_get, param_set, param_validate,
};

// What the host reports

static void order_updated(self_t *self, const strategy_order_update_v1_t *update) {
    if (update->tag < self->tag || update->tag - self->tag >= ORDER_COUNT) return;
    order_t *order = &self->orders[update->tag - self->tag];
    order->filled = update->filled_quantity;
    order->accepted = 1;
    order->works = update->state < STRATEGY_ORDER_FILLED && update->reason != STRATEGY_REASON_UNKNOWN_ORDER;
}

static void order_denied(self_t *self, const strategy_denial_v1_t *denial) {
    if (denial->tag == self->tag && !self->orders[MAIN].accepted) self->orders[MAIN].works = 0;
}

// Intents

static int put(strategy_intents_v1_t *out, const void *record) {
    if (out->count >= out->capacity) return 0;
    memcpy(&out->records[out->count++], record, sizeof(strategy_intent_v1_t));
    return 1;
}

static void submit(self_t *self, strategy_submit_v1_t intent, const strategy_bracket_more_v1_t *more,
                   strategy_intents_v1_t *out) {
    if (out->count + (more ? 2 : 1) > out->capacity) return;
    memset(self->orders, 0, sizeof self->orders);
    self->tag += ORDER_COUNT;
    self->orders[MAIN].works = 1;
    self->sent_at = self->event_count - 1;
    self->cancel_sent = 0;
    intent.type = STRATEGY_INTENT_SUBMIT;
    intent.flags = more ? STRATEGY_FLAG_MORE : 0;
    intent.instrument = self->instrument;
    intent.tag = self->tag;
    intent.time_in_force = STRATEGY_TIF_GTC;
    put(out, &intent);
    if (more) put(out, more);
}

// The rules

static void enter(self_t *self, strategy_intents_v1_t *out) {
    const int64_t window = self->parameters[WINDOW], last = self->event_count - 1;
    const int64_t price = self->prices[last % SLOTS], before = self->prices[(last - window) % SLOTS];
    if (price == before) return;
    const int64_t sign = price > before ? 1 : -1;
    int64_t extreme = sign > 0 ? self->highs[last % SLOTS] : self->lows[last % SLOTS];
    for (int64_t k = last - window + 1; k < last; k++) {
        const int64_t other = sign > 0 ? self->highs[k % SLOTS] : self->lows[k % SLOTS];
        if (sign * (other - extreme) > 0) extreme = other;
    }
    const int64_t gap = self->parameters[GAP], trail = self->parameters[TRAIL];
    const int64_t kind = self->parameters[ENTRY];
    const int64_t trigger = kind == ENTRY_LIMIT ? price - sign * gap : extreme + sign * gap;
    const int64_t limit = kind == ENTRY_LIMIT ? trigger : trigger + sign * gap;
    const strategy_bracket_more_v1_t more = {
        .type = STRATEGY_INTENT_MORE, .instrument = self->instrument, .stop_loss = trigger - sign * trail,
        .take_profit = trigger + sign * self->parameters[REWARD] * trail};
    if (trigger <= 0 || limit <= 0 || more.stop_loss <= 0 || more.take_profit <= 0) return;
    static const uint8_t kinds[] = {STRATEGY_KIND_STOP_LOSS, STRATEGY_KIND_STOP_LIMIT, STRATEGY_KIND_LIMIT};
    const strategy_submit_v1_t entry = {
        .quantity = self->parameters[QUANTITY], .stop_price = kind == ENTRY_LIMIT ? 0 : trigger,
        .price = kind == ENTRY_STOP ? 0 : limit, .side = sign > 0 ? STRATEGY_SIDE_BUY : STRATEGY_SIDE_SELL,
        .kind = kinds[kind]};
    submit(self, entry, self->parameters[BRACKET] ? &more : NULL, out);
    self->is_entry = 1;
    self->orders[STOP_LEG].price = more.stop_loss;
}

static void follow(self_t *self, int64_t price, strategy_intents_v1_t *out) {
    order_t *stop = &self->orders[STOP_LEG];
    const int64_t sign = self->position > 0 ? 1 : -1, wanted = price - sign * self->parameters[TRAIL];
    if (sign * (wanted - stop->price) <= 0) return;
    const strategy_modify_v1_t intent = {
        .type = STRATEGY_INTENT_MODIFY, .instrument = self->instrument, .tag = self->tag + STOP_LEG,
        .quantity = self->orders[MAIN].filled - self->orders[TARGET_LEG].filled, .stop_price = wanted};
    if (put(out, &intent)) stop->price = wanted;
}

static void market_event(self_t *self, uint16_t type, int64_t high, int64_t low, int64_t price, strategy_intents_v1_t *out) {
    if (self->event_type == 0) self->event_type = type;
    if (self->event_type != type) return;
    const int64_t k = self->event_count++;
    self->highs[k % SLOTS] = high;
    self->lows[k % SLOTS] = low;
    self->prices[k % SLOTS] = price;
    if (k < self->parameters[WINDOW]) return;
    const order_t *orders = self->orders;
    const int has_bracket = self->parameters[BRACKET] != 0;
    if (self->position == 0 && !orders[MAIN].works && !orders[STOP_LEG].works && !orders[TARGET_LEG].works) enter(self, out);
    if (self->is_entry && orders[MAIN].works && !self->cancel_sent && k - self->sent_at >= self->parameters[PATIENCE]) {
        const strategy_cancel_v1_t intent = {
            .type = STRATEGY_INTENT_CANCEL, .instrument = self->instrument, .tag = self->tag};
        self->cancel_sent = put(out, &intent);
    }
    if (!has_bracket && self->position != 0 && !orders[MAIN].works) {
        const strategy_submit_v1_t exit = {
            .quantity = llabs(self->position), .trail = self->parameters[TRAIL], .kind = STRATEGY_KIND_TRAILING_STOP,
            .side = self->position > 0 ? STRATEGY_SIDE_SELL : STRATEGY_SIDE_BUY, .options = STRATEGY_OPTION_REDUCE_ONLY};
        submit(self, exit, NULL, out);
        self->is_entry = 0;
    }
    if (has_bracket && self->position != 0 && orders[STOP_LEG].works) follow(self, price, out);
}

static void handle(self_t *self, const strategy_event_v1_t *event, strategy_intents_v1_t *out) {
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
    case STRATEGY_EVENT_QUOTE: {
        const strategy_quote_v1_t *quote = (const strategy_quote_v1_t *)event;
        market_event(self, quote->type, quote->ask_price, quote->bid_price, quote->bid_price, out);
        break;
    }
    case STRATEGY_EVENT_ORDER: order_updated(self, (const strategy_order_update_v1_t *)event); break;
    case STRATEGY_EVENT_DENIAL: order_denied(self, (const strategy_denial_v1_t *)event); break;
    case STRATEGY_EVENT_POSITION: self->position = ((const strategy_position_v1_t *)event)->quantity; break;
    default: break;
    }
}

// The descriptor's functions

static strategy_instance_t *create(const strategy_descriptor_v1_t *self, const strategy_config_v1_t *config, char *error,
                                   size_t error_size) {
    (void)self, (void)error, (void)error_size;
    self_t *instance = config->bound_count > 0 ? calloc(1, sizeof *instance) : NULL;
    if (!instance) return NULL;
    instance->instrument = config->bound[0];
    instance->tag = 1;
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
    return strcmp(id, STRATEGY_EXT_PARAMS) == 0 ? &params_table : NULL;
}

static const strategy_descriptor_v1_t descriptor = {
    .struct_size = sizeof(strategy_descriptor_v1_t),
    .id = "StopEntry",
    .name = "Stop entry",
    .version = "1.0.0",
    .description = "Stop entries, trailing stops and brackets, for comparison with the reference",
    .events = 1u << STRATEGY_EVENT_BAR | 1u << STRATEGY_EVENT_TRADE | 1u << STRATEGY_EVENT_QUOTE,
    .create = create,
    .destroy = destroy,
    .process = process,
    .extension = extension,
};

static const strategy_entry_v1_t entry = {sizeof(strategy_entry_v1_t), STRATEGY_ABI_VERSION, &descriptor};

const strategy_entry_v1_t *strategy_entry_v1(uint32_t host_abi) {
    return host_abi >> 16 == STRATEGY_ABI_MAJOR ? &entry : NULL;
}
