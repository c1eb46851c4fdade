import Execution
import Portfolio

extension Engine {
    /// Orders and positions are numbered from `first` on, so that the engines of one process give no number twice. Before the
    /// first order.
    public mutating func number(from first: UInt64) {
        orders.number(from: first)
        ledger.number(from: first)
    }
}
