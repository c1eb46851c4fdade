import API
import CStrategyABI
import Engine
import MarketData
import Portfolio
import Trading

extension HostCore {
    /// The order that a signal's amount of money makes, and the price that it is likely to meet.
    func orderRequest(for trade: SignalTrade) throws(HostRefusal) -> (OrderRequest, Price) {
        guard let index = instrument(trade.instrument) else {
            throw .invalid([.unknownInstrument("symbol", trade.instrument)])
        }
        guard trade.confidence >= settings.signalThreshold else {
            throw .weakSignal(
                "signal_confidence is \(trade.confidence), below the threshold \(settings.signalThreshold)")
        }
        let account = try trade.account.map { id throws(HostRefusal) in try accountIndex(id) } ?? 0
        let terms = universe.instruments[index].terms
        let price = metPrice(index, trade.side)
        guard price > .zero else { throw .unavailable("there is no price of \(universe.instruments[index].id) yet") }
        var request = OrderRequest(
            strategy: StrategyRecord.manualID(inAccount: account, accounts[account].id),
            instrument: universe.instruments[index].id, side: trade.side, kind: .market,
            quantity: try quantity(trade, account, price, terms))
        request.signalConfidence = trade.confidence
        if let slippage = trade.maxSlippage {
            request.kind = .limit
            request.timeInForce = .immediateOrCancel
            request.price = HostCore.limit(price, slippage, trade.side, tick: terms.tick)
        }
        return (request, price)
    }

    /// The side of the market that an order meets; the mark where nobody quotes, zero before there is one.
    func metPrice(_ instrument: Int, _ side: Side) -> Price {
        let quote = market.quote(instrument)
        let met = Price(raw: (side == .buy ? quote?.ask_price : quote?.bid_price) ?? 0)
        return met > .zero ? met : engine.mark(instrument)
    }

    /// Whole lots that the amount pays for.
    private func quantity(_ trade: SignalTrade, _ account: Int, _ price: Price, _ terms: InstrumentTerms)
        throws(HostRefusal) -> Quantity
    {
        let unit = Int128(price.raw) * Int128(terms.multiplier)
        let (scaled, overflow) = trade.amount.raw.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow, let raw = Int64(exactly: scaled / unit) else {
            let most = (engine.equity(account: account) ?? .zero).times(accounts[account].terms.maxLeverage)
            throw .denied([
                Finding(
                    .buyingPower, .insufficientFunds, scope: .account, observed: trade.amount.raw, limit: most.raw)
            ])
        }
        let lots = raw / terms.lot.raw
        guard lots > 0 else {
            throw .invalid("amount_usd", "pays for less than the lot \(terms.lot) at a price of \(price)")
        }
        return Quantity(raw: lots * terms.lot.raw)
    }

    /// On the tick towards the price, so that it is never farther away than was said.
    private static func limit(_ price: Price, _ slippage: Rate, _ side: Side, tick: Price) -> Price {
        let (price, tick) = (Int128(price.raw), Int128(tick.raw))
        let reach = price * Int128(slippage.raw) / Int128(Rate.one.raw)
        let ticks = side == .buy ? (price + reach) / tick : (price - reach + tick - 1) / tick
        return Price(raw: Int64(clamping: max(ticks, 1) * tick))
    }
}
