import API
import Engine
import Trading

extension HostCore {
    /// Begins a simulated account anew with `balance`, above zero, of its currency: its strategies are switched off until
    /// somebody enables them again, its orders end, its positions are gone without a trade. The journal keeps what was.
    func resetAccount(_ account: Int, balance: Money, by requester: Requester) throws(HostRefusal) {
        for slot in strategies.indices where strategies[slot].account == account && !strategies[slot].isManual {
            guard engine.isEnabled(strategy: slot) else { continue }
            _ = try switchStrategy(strategies[slot].id, on: false, by: requester)
        }
        guard engine.resetAccount(account, balance: balance) else {
            throw .conflict("strategies of account \(accounts[account].id) are still at work; disable them first")
        }
        endRebalance(ofAccount: account, "the account was begun anew")
        audit("account-reset", accounts[account].id, by: requester, ["balance": balance.description])
        requestCheckpoint()
    }
}
