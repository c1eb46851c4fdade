import CStrategyABI

// Where every field of the intent records lies and how many bytes it has: the numbers of the contract, counted from the text of
// the headers by the rules of the C ABI (natural alignment, 8-byte pointers), not taken from a compiler.

extension LayoutCheck {
    mutating func checkIntentRecords() {
        checkIntent()
        checkSubmit()
        checkModify()
        checkCancel()
        checkSetTimer()
        checkEmitSignal()
        checkMetric()
        checkLog()
        checkReply()
        checkIntents()
    }

    private mutating func checkIntent() {
        record(strategy_intent_v1_t.self, "strategy_intent_v1_t", 64)
        field(\strategy_intent_v1_t.type, "strategy_intent_v1_t.type", 0, 2)
        field(\strategy_intent_v1_t.flags, "strategy_intent_v1_t.flags", 2, 2)
        field(\strategy_intent_v1_t.instrument, "strategy_intent_v1_t.instrument", 4, 4)
        field(\strategy_intent_v1_t.tag, "strategy_intent_v1_t.tag", 8, 8)
        field(\strategy_intent_v1_t.payload, "strategy_intent_v1_t.payload", 16, 48)
    }

    private mutating func checkSubmit() {
        record(strategy_submit_v1_t.self, "strategy_submit_v1_t", 64)
        field(\strategy_submit_v1_t.type, "strategy_submit_v1_t.type", 0, 2)
        field(\strategy_submit_v1_t.flags, "strategy_submit_v1_t.flags", 2, 2)
        field(\strategy_submit_v1_t.instrument, "strategy_submit_v1_t.instrument", 4, 4)
        field(\strategy_submit_v1_t.tag, "strategy_submit_v1_t.tag", 8, 8)
        field(\strategy_submit_v1_t.quantity, "strategy_submit_v1_t.quantity", 16, 8)
        field(\strategy_submit_v1_t.price, "strategy_submit_v1_t.price", 24, 8)
        field(\strategy_submit_v1_t.stop_price, "strategy_submit_v1_t.stop_price", 32, 8)
        field(\strategy_submit_v1_t.expire_time, "strategy_submit_v1_t.expire_time", 40, 8)
        field(\strategy_submit_v1_t.side, "strategy_submit_v1_t.side", 48, 1)
        field(\strategy_submit_v1_t.kind, "strategy_submit_v1_t.kind", 49, 1)
        field(\strategy_submit_v1_t.time_in_force, "strategy_submit_v1_t.time_in_force", 50, 1)
        field(\strategy_submit_v1_t.options, "strategy_submit_v1_t.options", 51, 1)
        field(\strategy_submit_v1_t.reserved0, "strategy_submit_v1_t.reserved0", 52, 4)
        field(\strategy_submit_v1_t.trail, "strategy_submit_v1_t.trail", 56, 8)
    }

    private mutating func checkModify() {
        record(strategy_modify_v1_t.self, "strategy_modify_v1_t", 64)
        field(\strategy_modify_v1_t.type, "strategy_modify_v1_t.type", 0, 2)
        field(\strategy_modify_v1_t.flags, "strategy_modify_v1_t.flags", 2, 2)
        field(\strategy_modify_v1_t.instrument, "strategy_modify_v1_t.instrument", 4, 4)
        field(\strategy_modify_v1_t.tag, "strategy_modify_v1_t.tag", 8, 8)
        field(\strategy_modify_v1_t.quantity, "strategy_modify_v1_t.quantity", 16, 8)
        field(\strategy_modify_v1_t.price, "strategy_modify_v1_t.price", 24, 8)
        field(\strategy_modify_v1_t.stop_price, "strategy_modify_v1_t.stop_price", 32, 8)
        field(\strategy_modify_v1_t.reserved, "strategy_modify_v1_t.reserved", 40, 24)
    }

    private mutating func checkCancel() {
        record(strategy_cancel_v1_t.self, "strategy_cancel_v1_t", 64)
        field(\strategy_cancel_v1_t.type, "strategy_cancel_v1_t.type", 0, 2)
        field(\strategy_cancel_v1_t.flags, "strategy_cancel_v1_t.flags", 2, 2)
        field(\strategy_cancel_v1_t.instrument, "strategy_cancel_v1_t.instrument", 4, 4)
        field(\strategy_cancel_v1_t.tag, "strategy_cancel_v1_t.tag", 8, 8)
        field(\strategy_cancel_v1_t.reserved, "strategy_cancel_v1_t.reserved", 16, 48)
    }

    private mutating func checkSetTimer() {
        record(strategy_set_timer_v1_t.self, "strategy_set_timer_v1_t", 64)
        field(\strategy_set_timer_v1_t.type, "strategy_set_timer_v1_t.type", 0, 2)
        field(\strategy_set_timer_v1_t.flags, "strategy_set_timer_v1_t.flags", 2, 2)
        field(\strategy_set_timer_v1_t.instrument, "strategy_set_timer_v1_t.instrument", 4, 4)
        field(\strategy_set_timer_v1_t.tag, "strategy_set_timer_v1_t.tag", 8, 8)
        field(\strategy_set_timer_v1_t.due, "strategy_set_timer_v1_t.due", 16, 8)
        field(\strategy_set_timer_v1_t.reserved, "strategy_set_timer_v1_t.reserved", 24, 40)
    }

    private mutating func checkEmitSignal() {
        record(strategy_emit_signal_v1_t.self, "strategy_emit_signal_v1_t", 64)
        field(\strategy_emit_signal_v1_t.type, "strategy_emit_signal_v1_t.type", 0, 2)
        field(\strategy_emit_signal_v1_t.flags, "strategy_emit_signal_v1_t.flags", 2, 2)
        field(\strategy_emit_signal_v1_t.instrument, "strategy_emit_signal_v1_t.instrument", 4, 4)
        field(\strategy_emit_signal_v1_t.tag, "strategy_emit_signal_v1_t.tag", 8, 8)
        field(\strategy_emit_signal_v1_t.strength, "strategy_emit_signal_v1_t.strength", 16, 8)
        field(\strategy_emit_signal_v1_t.price, "strategy_emit_signal_v1_t.price", 24, 8)
        field(\strategy_emit_signal_v1_t.reserved, "strategy_emit_signal_v1_t.reserved", 32, 32)
    }

    private mutating func checkMetric() {
        record(strategy_metric_v1_t.self, "strategy_metric_v1_t", 64)
        field(\strategy_metric_v1_t.type, "strategy_metric_v1_t.type", 0, 2)
        field(\strategy_metric_v1_t.flags, "strategy_metric_v1_t.flags", 2, 2)
        field(\strategy_metric_v1_t.instrument, "strategy_metric_v1_t.instrument", 4, 4)
        field(\strategy_metric_v1_t.tag, "strategy_metric_v1_t.tag", 8, 8)
        field(\strategy_metric_v1_t.value, "strategy_metric_v1_t.value", 16, 8)
        field(\strategy_metric_v1_t.name, "strategy_metric_v1_t.name", 24, 40)
    }

    private mutating func checkLog() {
        record(strategy_log_v1_t.self, "strategy_log_v1_t", 64)
        field(\strategy_log_v1_t.type, "strategy_log_v1_t.type", 0, 2)
        field(\strategy_log_v1_t.flags, "strategy_log_v1_t.flags", 2, 2)
        field(\strategy_log_v1_t.instrument, "strategy_log_v1_t.instrument", 4, 4)
        field(\strategy_log_v1_t.tag, "strategy_log_v1_t.tag", 8, 8)
        field(\strategy_log_v1_t.level, "strategy_log_v1_t.level", 16, 4)
        field(\strategy_log_v1_t.length, "strategy_log_v1_t.length", 20, 4)
        field(\strategy_log_v1_t.text, "strategy_log_v1_t.text", 24, 40)
    }

    private mutating func checkReply() {
        record(strategy_reply_v1_t.self, "strategy_reply_v1_t", 64)
        field(\strategy_reply_v1_t.type, "strategy_reply_v1_t.type", 0, 2)
        field(\strategy_reply_v1_t.flags, "strategy_reply_v1_t.flags", 2, 2)
        field(\strategy_reply_v1_t.instrument, "strategy_reply_v1_t.instrument", 4, 4)
        field(\strategy_reply_v1_t.tag, "strategy_reply_v1_t.tag", 8, 8)
        field(\strategy_reply_v1_t.status, "strategy_reply_v1_t.status", 16, 4)
        field(\strategy_reply_v1_t.length, "strategy_reply_v1_t.length", 20, 4)
        field(\strategy_reply_v1_t.text, "strategy_reply_v1_t.text", 24, 40)
    }

    private mutating func checkIntents() {
        record(strategy_intents_v1_t.self, "strategy_intents_v1_t", 24)
        field(\strategy_intents_v1_t.records, "strategy_intents_v1_t.records", 0, 8)
        field(\strategy_intents_v1_t.capacity, "strategy_intents_v1_t.capacity", 8, 8)
        field(\strategy_intents_v1_t.count, "strategy_intents_v1_t.count", 16, 8)
    }
}
