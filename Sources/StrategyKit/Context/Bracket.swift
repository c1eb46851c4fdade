/// An entry with a stop, a target or both, as far as the strategy was told.
@usableFromInline
struct Bracket {
    var entry: WorkingOrder
    var stopLoss: Price?
    var takeProfit: Price?

    /// The leg under `tag`; nil = it is none of this bracket's.
    func leg(_ tag: OrderTag) -> WorkingOrder? {
        let price = tag == entry.tag.stopLoss ? stopLoss : tag == entry.tag.takeProfit ? takeProfit : nil
        guard let price else { return nil }
        let isStop = tag == entry.tag.stopLoss
        return WorkingOrder(
            tag: tag, instrument: entry.instrument, side: entry.side.opposite, quantity: entry.filled,
            limitPrice: isStop ? .zero : price, stopPrice: isStop ? price : .zero)
    }
}

extension Book {
    /// An entry's fills are its legs' quantities; a leg is known from its first report on.
    mutating func follow(_ update: OrderUpdate) {
        if let index = brackets.firstIndex(where: { $0.entry.tag == update.tag }) {
            brackets[index].entry.filled = update.filledQuantity
            for tag in [update.tag.stopLoss, update.tag.takeProfit] {
                change(tag) { $0.quantity = update.filledQuantity }
            }
            if update.state.isTerminal, update.filledQuantity == .zero { brackets.remove(at: index) }
        } else if let index = brackets.firstIndex(where: { $0.leg(update.tag) != nil }) {
            if update.reason == .accepted, order(update.tag) == nil, let leg = brackets[index].leg(update.tag) {
                add(leg)
            }
            guard update.state.isTerminal else { return }
            let entry = brackets[index].entry.tag
            let isLast = [entry, entry.stopLoss, entry.takeProfit].allSatisfy { $0 == update.tag || order($0) == nil }
            if isLast { brackets.remove(at: index) }
        }
    }
}
