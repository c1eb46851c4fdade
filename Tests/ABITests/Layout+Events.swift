import CStrategyABI

// Where every field of the event records lies and how many bytes it has: the numbers of the contract, counted from the text of
// the headers by the rules of the C ABI (natural alignment, 8-byte pointers), not taken from a compiler.

extension LayoutCheck {
    mutating func checkEventRecords() {
        checkEvent()
        checkBarMore()
        checkCommissionMore()
        checkTextMore()
        checkTrade()
        checkQuote()
        checkDepth()
        checkBar()
        checkOrderUpdate()
        checkDenial()
        checkPosition()
        checkTimer()
        checkParameter()
        checkSignal()
        checkFunding()
        checkStatus()
        checkCommand()
        checkFeatures()
    }

    private mutating func checkFeatures() {
        record(strategy_features_v1_t.self, "strategy_features_v1_t", 64)
        field(\strategy_features_v1_t.type, "strategy_features_v1_t.type", 0, 2)
        field(\strategy_features_v1_t.flags, "strategy_features_v1_t.flags", 2, 2)
        field(\strategy_features_v1_t.instrument, "strategy_features_v1_t.instrument", 4, 4)
        field(\strategy_features_v1_t.time, "strategy_features_v1_t.time", 8, 8)
        field(\strategy_features_v1_t.count, "strategy_features_v1_t.count", 16, 4)
        field(\strategy_features_v1_t.names_hash, "strategy_features_v1_t.names_hash", 20, 4)
        field(\strategy_features_v1_t.values, "strategy_features_v1_t.values", 24, 40)
        record(strategy_features_more_v1_t.self, "strategy_features_more_v1_t", 64)
        field(\strategy_features_more_v1_t.type, "strategy_features_more_v1_t.type", 0, 2)
        field(\strategy_features_more_v1_t.flags, "strategy_features_more_v1_t.flags", 2, 2)
        field(\strategy_features_more_v1_t.instrument, "strategy_features_more_v1_t.instrument", 4, 4)
        field(\strategy_features_more_v1_t.time, "strategy_features_more_v1_t.time", 8, 8)
        field(\strategy_features_more_v1_t.values, "strategy_features_more_v1_t.values", 16, 48)
    }

    private mutating func checkEvent() {
        record(strategy_event_v1_t.self, "strategy_event_v1_t", 64)
        field(\strategy_event_v1_t.type, "strategy_event_v1_t.type", 0, 2)
        field(\strategy_event_v1_t.flags, "strategy_event_v1_t.flags", 2, 2)
        field(\strategy_event_v1_t.instrument, "strategy_event_v1_t.instrument", 4, 4)
        field(\strategy_event_v1_t.time, "strategy_event_v1_t.time", 8, 8)
        field(\strategy_event_v1_t.payload, "strategy_event_v1_t.payload", 16, 48)
    }

    private mutating func checkBarMore() {
        record(strategy_bar_more_v1_t.self, "strategy_bar_more_v1_t", 64)
        field(\strategy_bar_more_v1_t.type, "strategy_bar_more_v1_t.type", 0, 2)
        field(\strategy_bar_more_v1_t.flags, "strategy_bar_more_v1_t.flags", 2, 2)
        field(\strategy_bar_more_v1_t.instrument, "strategy_bar_more_v1_t.instrument", 4, 4)
        field(\strategy_bar_more_v1_t.time, "strategy_bar_more_v1_t.time", 8, 8)
        field(\strategy_bar_more_v1_t.vwap, "strategy_bar_more_v1_t.vwap", 16, 8)
        field(\strategy_bar_more_v1_t.trade_count, "strategy_bar_more_v1_t.trade_count", 24, 8)
        field(\strategy_bar_more_v1_t.reserved, "strategy_bar_more_v1_t.reserved", 32, 32)
    }

    private mutating func checkCommissionMore() {
        record(strategy_commission_more_v1_t.self, "strategy_commission_more_v1_t", 64)
        field(\strategy_commission_more_v1_t.type, "strategy_commission_more_v1_t.type", 0, 2)
        field(\strategy_commission_more_v1_t.flags, "strategy_commission_more_v1_t.flags", 2, 2)
        field(\strategy_commission_more_v1_t.instrument, "strategy_commission_more_v1_t.instrument", 4, 4)
        field(\strategy_commission_more_v1_t.time, "strategy_commission_more_v1_t.time", 8, 8)
        field(\strategy_commission_more_v1_t.commission, "strategy_commission_more_v1_t.commission", 16, 8)
        field(\strategy_commission_more_v1_t.currency, "strategy_commission_more_v1_t.currency", 24, 16)
        field(\strategy_commission_more_v1_t.reserved, "strategy_commission_more_v1_t.reserved", 40, 24)
    }

    private mutating func checkTextMore() {
        record(strategy_text_more_v1_t.self, "strategy_text_more_v1_t", 64)
        field(\strategy_text_more_v1_t.type, "strategy_text_more_v1_t.type", 0, 2)
        field(\strategy_text_more_v1_t.flags, "strategy_text_more_v1_t.flags", 2, 2)
        field(\strategy_text_more_v1_t.instrument, "strategy_text_more_v1_t.instrument", 4, 4)
        field(\strategy_text_more_v1_t.time, "strategy_text_more_v1_t.time", 8, 8)
        field(\strategy_text_more_v1_t.text, "strategy_text_more_v1_t.text", 16, 48)
    }

    private mutating func checkTrade() {
        record(strategy_trade_v1_t.self, "strategy_trade_v1_t", 64)
        field(\strategy_trade_v1_t.type, "strategy_trade_v1_t.type", 0, 2)
        field(\strategy_trade_v1_t.flags, "strategy_trade_v1_t.flags", 2, 2)
        field(\strategy_trade_v1_t.instrument, "strategy_trade_v1_t.instrument", 4, 4)
        field(\strategy_trade_v1_t.time, "strategy_trade_v1_t.time", 8, 8)
        field(\strategy_trade_v1_t.price, "strategy_trade_v1_t.price", 16, 8)
        field(\strategy_trade_v1_t.quantity, "strategy_trade_v1_t.quantity", 24, 8)
        field(\strategy_trade_v1_t.trade_id, "strategy_trade_v1_t.trade_id", 32, 8)
        field(\strategy_trade_v1_t.aggressor, "strategy_trade_v1_t.aggressor", 40, 1)
        field(\strategy_trade_v1_t.reserved, "strategy_trade_v1_t.reserved", 41, 23)
    }

    private mutating func checkQuote() {
        record(strategy_quote_v1_t.self, "strategy_quote_v1_t", 64)
        field(\strategy_quote_v1_t.type, "strategy_quote_v1_t.type", 0, 2)
        field(\strategy_quote_v1_t.flags, "strategy_quote_v1_t.flags", 2, 2)
        field(\strategy_quote_v1_t.instrument, "strategy_quote_v1_t.instrument", 4, 4)
        field(\strategy_quote_v1_t.time, "strategy_quote_v1_t.time", 8, 8)
        field(\strategy_quote_v1_t.bid_price, "strategy_quote_v1_t.bid_price", 16, 8)
        field(\strategy_quote_v1_t.bid_quantity, "strategy_quote_v1_t.bid_quantity", 24, 8)
        field(\strategy_quote_v1_t.ask_price, "strategy_quote_v1_t.ask_price", 32, 8)
        field(\strategy_quote_v1_t.ask_quantity, "strategy_quote_v1_t.ask_quantity", 40, 8)
        field(\strategy_quote_v1_t.reserved, "strategy_quote_v1_t.reserved", 48, 16)
    }

    private mutating func checkDepth() {
        record(strategy_depth_more_v1_t.self, "strategy_depth_more_v1_t", 64)
        field(\strategy_depth_more_v1_t.type, "strategy_depth_more_v1_t.type", 0, 2)
        field(\strategy_depth_more_v1_t.flags, "strategy_depth_more_v1_t.flags", 2, 2)
        field(\strategy_depth_more_v1_t.instrument, "strategy_depth_more_v1_t.instrument", 4, 4)
        field(\strategy_depth_more_v1_t.time, "strategy_depth_more_v1_t.time", 8, 8)
        field(\strategy_depth_more_v1_t.price, "strategy_depth_more_v1_t.price", 16, 24)
        field(\strategy_depth_more_v1_t.quantity, "strategy_depth_more_v1_t.quantity", 40, 24)
        record(strategy_depth_v1_t.self, "strategy_depth_v1_t", 64)
        field(\strategy_depth_v1_t.type, "strategy_depth_v1_t.type", 0, 2)
        field(\strategy_depth_v1_t.flags, "strategy_depth_v1_t.flags", 2, 2)
        field(\strategy_depth_v1_t.instrument, "strategy_depth_v1_t.instrument", 4, 4)
        field(\strategy_depth_v1_t.time, "strategy_depth_v1_t.time", 8, 8)
        field(\strategy_depth_v1_t.price, "strategy_depth_v1_t.price", 16, 8)
        field(\strategy_depth_v1_t.quantity, "strategy_depth_v1_t.quantity", 24, 8)
        field(\strategy_depth_v1_t.order_count, "strategy_depth_v1_t.order_count", 32, 8)
        field(\strategy_depth_v1_t.side, "strategy_depth_v1_t.side", 40, 1)
        field(\strategy_depth_v1_t.level, "strategy_depth_v1_t.level", 41, 1)
        field(\strategy_depth_v1_t.reserved, "strategy_depth_v1_t.reserved", 42, 22)
    }

    private mutating func checkBar() {
        record(strategy_bar_v1_t.self, "strategy_bar_v1_t", 64)
        field(\strategy_bar_v1_t.type, "strategy_bar_v1_t.type", 0, 2)
        field(\strategy_bar_v1_t.flags, "strategy_bar_v1_t.flags", 2, 2)
        field(\strategy_bar_v1_t.instrument, "strategy_bar_v1_t.instrument", 4, 4)
        field(\strategy_bar_v1_t.time, "strategy_bar_v1_t.time", 8, 8)
        field(\strategy_bar_v1_t.open, "strategy_bar_v1_t.open", 16, 8)
        field(\strategy_bar_v1_t.high, "strategy_bar_v1_t.high", 24, 8)
        field(\strategy_bar_v1_t.low, "strategy_bar_v1_t.low", 32, 8)
        field(\strategy_bar_v1_t.close, "strategy_bar_v1_t.close", 40, 8)
        field(\strategy_bar_v1_t.volume, "strategy_bar_v1_t.volume", 48, 8)
        field(\strategy_bar_v1_t.interval, "strategy_bar_v1_t.interval", 56, 8)
    }

    private mutating func checkOrderUpdate() {
        record(strategy_order_update_v1_t.self, "strategy_order_update_v1_t", 64)
        field(\strategy_order_update_v1_t.type, "strategy_order_update_v1_t.type", 0, 2)
        field(\strategy_order_update_v1_t.flags, "strategy_order_update_v1_t.flags", 2, 2)
        field(\strategy_order_update_v1_t.instrument, "strategy_order_update_v1_t.instrument", 4, 4)
        field(\strategy_order_update_v1_t.time, "strategy_order_update_v1_t.time", 8, 8)
        field(\strategy_order_update_v1_t.tag, "strategy_order_update_v1_t.tag", 16, 8)
        field(\strategy_order_update_v1_t.order_id, "strategy_order_update_v1_t.order_id", 24, 8)
        field(\strategy_order_update_v1_t.filled_quantity, "strategy_order_update_v1_t.filled_quantity", 32, 8)
        field(\strategy_order_update_v1_t.last_quantity, "strategy_order_update_v1_t.last_quantity", 40, 8)
        field(\strategy_order_update_v1_t.last_price, "strategy_order_update_v1_t.last_price", 48, 8)
        field(\strategy_order_update_v1_t.state, "strategy_order_update_v1_t.state", 56, 1)
        field(\strategy_order_update_v1_t.side, "strategy_order_update_v1_t.side", 57, 1)
        field(\strategy_order_update_v1_t.reason, "strategy_order_update_v1_t.reason", 58, 2)
        field(\strategy_order_update_v1_t.reserved, "strategy_order_update_v1_t.reserved", 60, 4)
    }

    private mutating func checkDenial() {
        record(strategy_denial_v1_t.self, "strategy_denial_v1_t", 64)
        field(\strategy_denial_v1_t.type, "strategy_denial_v1_t.type", 0, 2)
        field(\strategy_denial_v1_t.flags, "strategy_denial_v1_t.flags", 2, 2)
        field(\strategy_denial_v1_t.instrument, "strategy_denial_v1_t.instrument", 4, 4)
        field(\strategy_denial_v1_t.time, "strategy_denial_v1_t.time", 8, 8)
        field(\strategy_denial_v1_t.tag, "strategy_denial_v1_t.tag", 16, 8)
        field(\strategy_denial_v1_t.failed_rules, "strategy_denial_v1_t.failed_rules", 24, 8)
        field(\strategy_denial_v1_t.observed, "strategy_denial_v1_t.observed", 32, 8)
        field(\strategy_denial_v1_t.limit, "strategy_denial_v1_t.limit", 40, 8)
        field(\strategy_denial_v1_t.headroom, "strategy_denial_v1_t.headroom", 48, 8)
        field(\strategy_denial_v1_t.first_rule, "strategy_denial_v1_t.first_rule", 56, 4)
        field(\strategy_denial_v1_t.reserved, "strategy_denial_v1_t.reserved", 60, 4)
    }

    private mutating func checkPosition() {
        record(strategy_position_v1_t.self, "strategy_position_v1_t", 64)
        field(\strategy_position_v1_t.type, "strategy_position_v1_t.type", 0, 2)
        field(\strategy_position_v1_t.flags, "strategy_position_v1_t.flags", 2, 2)
        field(\strategy_position_v1_t.instrument, "strategy_position_v1_t.instrument", 4, 4)
        field(\strategy_position_v1_t.time, "strategy_position_v1_t.time", 8, 8)
        field(\strategy_position_v1_t.quantity, "strategy_position_v1_t.quantity", 16, 8)
        field(\strategy_position_v1_t.average_price, "strategy_position_v1_t.average_price", 24, 8)
        field(\strategy_position_v1_t.realized_pnl, "strategy_position_v1_t.realized_pnl", 32, 8)
        field(\strategy_position_v1_t.opened_at, "strategy_position_v1_t.opened_at", 40, 8)
        field(\strategy_position_v1_t.position_id, "strategy_position_v1_t.position_id", 48, 8)
        field(\strategy_position_v1_t.reserved, "strategy_position_v1_t.reserved", 56, 8)
    }

    private mutating func checkTimer() {
        record(strategy_timer_v1_t.self, "strategy_timer_v1_t", 64)
        field(\strategy_timer_v1_t.type, "strategy_timer_v1_t.type", 0, 2)
        field(\strategy_timer_v1_t.flags, "strategy_timer_v1_t.flags", 2, 2)
        field(\strategy_timer_v1_t.instrument, "strategy_timer_v1_t.instrument", 4, 4)
        field(\strategy_timer_v1_t.time, "strategy_timer_v1_t.time", 8, 8)
        field(\strategy_timer_v1_t.timer_id, "strategy_timer_v1_t.timer_id", 16, 8)
        field(\strategy_timer_v1_t.reserved, "strategy_timer_v1_t.reserved", 24, 40)
    }

    private mutating func checkParameter() {
        record(strategy_parameter_v1_t.self, "strategy_parameter_v1_t", 64)
        field(\strategy_parameter_v1_t.type, "strategy_parameter_v1_t.type", 0, 2)
        field(\strategy_parameter_v1_t.flags, "strategy_parameter_v1_t.flags", 2, 2)
        field(\strategy_parameter_v1_t.instrument, "strategy_parameter_v1_t.instrument", 4, 4)
        field(\strategy_parameter_v1_t.time, "strategy_parameter_v1_t.time", 8, 8)
        field(\strategy_parameter_v1_t.index, "strategy_parameter_v1_t.index", 16, 4)
        field(\strategy_parameter_v1_t.reserved0, "strategy_parameter_v1_t.reserved0", 20, 4)
        field(\strategy_parameter_v1_t.reserved, "strategy_parameter_v1_t.reserved", 24, 40)
    }

    private mutating func checkSignal() {
        record(strategy_signal_v1_t.self, "strategy_signal_v1_t", 64)
        field(\strategy_signal_v1_t.type, "strategy_signal_v1_t.type", 0, 2)
        field(\strategy_signal_v1_t.flags, "strategy_signal_v1_t.flags", 2, 2)
        field(\strategy_signal_v1_t.instrument, "strategy_signal_v1_t.instrument", 4, 4)
        field(\strategy_signal_v1_t.time, "strategy_signal_v1_t.time", 8, 8)
        field(\strategy_signal_v1_t.signal_id, "strategy_signal_v1_t.signal_id", 16, 8)
        field(\strategy_signal_v1_t.strength, "strategy_signal_v1_t.strength", 24, 8)
        field(\strategy_signal_v1_t.price, "strategy_signal_v1_t.price", 32, 8)
        field(\strategy_signal_v1_t.source, "strategy_signal_v1_t.source", 40, 8)
        field(\strategy_signal_v1_t.reserved, "strategy_signal_v1_t.reserved", 48, 16)
    }

    private mutating func checkFunding() {
        record(strategy_funding_v1_t.self, "strategy_funding_v1_t", 64)
        field(\strategy_funding_v1_t.type, "strategy_funding_v1_t.type", 0, 2)
        field(\strategy_funding_v1_t.flags, "strategy_funding_v1_t.flags", 2, 2)
        field(\strategy_funding_v1_t.instrument, "strategy_funding_v1_t.instrument", 4, 4)
        field(\strategy_funding_v1_t.time, "strategy_funding_v1_t.time", 8, 8)
        field(\strategy_funding_v1_t.rate, "strategy_funding_v1_t.rate", 16, 8)
        field(\strategy_funding_v1_t.amount, "strategy_funding_v1_t.amount", 24, 8)
        field(\strategy_funding_v1_t.next_time, "strategy_funding_v1_t.next_time", 32, 8)
        field(\strategy_funding_v1_t.reserved, "strategy_funding_v1_t.reserved", 40, 24)
    }

    private mutating func checkStatus() {
        record(strategy_status_v1_t.self, "strategy_status_v1_t", 64)
        field(\strategy_status_v1_t.type, "strategy_status_v1_t.type", 0, 2)
        field(\strategy_status_v1_t.flags, "strategy_status_v1_t.flags", 2, 2)
        field(\strategy_status_v1_t.instrument, "strategy_status_v1_t.instrument", 4, 4)
        field(\strategy_status_v1_t.time, "strategy_status_v1_t.time", 8, 8)
        field(\strategy_status_v1_t.code, "strategy_status_v1_t.code", 16, 4)
        field(\strategy_status_v1_t.reserved0, "strategy_status_v1_t.reserved0", 20, 4)
        field(\strategy_status_v1_t.reserved, "strategy_status_v1_t.reserved", 24, 40)
    }

    private mutating func checkCommand() {
        record(strategy_command_v1_t.self, "strategy_command_v1_t", 64)
        field(\strategy_command_v1_t.type, "strategy_command_v1_t.type", 0, 2)
        field(\strategy_command_v1_t.flags, "strategy_command_v1_t.flags", 2, 2)
        field(\strategy_command_v1_t.instrument, "strategy_command_v1_t.instrument", 4, 4)
        field(\strategy_command_v1_t.time, "strategy_command_v1_t.time", 8, 8)
        field(\strategy_command_v1_t.command_id, "strategy_command_v1_t.command_id", 16, 8)
        field(\strategy_command_v1_t.code, "strategy_command_v1_t.code", 24, 4)
        field(\strategy_command_v1_t.reserved0, "strategy_command_v1_t.reserved0", 28, 4)
        field(\strategy_command_v1_t.reserved, "strategy_command_v1_t.reserved", 32, 32)
    }
}
