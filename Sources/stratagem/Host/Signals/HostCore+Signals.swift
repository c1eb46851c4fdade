import API
import Configuration
import Engine
import Journal
import MarketData
import Signals
import Trading

// Signals between two events of the engine: when they are made, what becomes of them.

extension HostCore {
    /// nil = the host's own.
    func signalModel(_ name: String?) throws(HostRefusal) -> SignalModel {
        let name = name ?? host.signals.model
        guard let model = models[name] else {
            let known = models.models.map(\.name).joined(separator: ", ")
            throw .invalid("model", "there is no model '\(name.prefix(80))'; there are \(known)")
        }
        return model
    }

    func addSignal(_ record: SignalRecord) -> SignalRecord {
        var record = record
        record.bridging = bridging(of: record)
        let added = signals.add(record)
        if record.source != .test { lastPredictionAt = added.generatedAt }
        return added
    }

    // MARK: By themselves

    /// One at a time, so that no turn of the engine is long: what it knows is taken here and judged beside.
    func tendSignals() {
        guard let beside, !signalWork.isUnderWay, !isClosing, !isJournalBlocked else { return }
        while let item = signalWork.takeNext(at: marketTime, instrumentCount: universe.instruments.count) {
            // An instrument without a price has none yet.
            guard let make = try? maker(of: item) else { continue }
            signalWork.isUnderWay = true
            return beside {
                let record = make()
                return { core in
                    core.signalWork.isUnderWay = false
                    if let record { _ = core.addSignal(record) }
                    core.tendSignals()
                }
            }
        }
    }

    private func maker(of item: SignalWork.Item) throws(HostRefusal) -> @Sendable () -> SignalRecord? {
        switch item {
        case .model(let instrument):
            let source = try signalSource(instrument, try signalModel(nil), nil)
            return { (try? SignalDraft(source))?.record(as: .model, isCounted: true) }
        case .strategy(let signal):
            let source = try signalSource(signal.instrument, .rules, nil)
            let strategy = (id: strategies[signal.strategy].id, account: strategies[signal.strategy].account)
            return { (try? SignalDraft(source, of: signal))?.record(of: strategy) }
        }
    }

    // MARK: Outcomes

    /// Judges what the market's time has come for.
    func judgeSignals() {
        signals.decide(at: marketTime) { record in
            let later = closedPrice(record.instrument, at: record.dueAt)
            // A price from before the signal says nothing about it.
            guard let later, later.time > record.generatedAt else { return (.unknown, .zero) }
            let direction = Opinion.Direction(rawValue: record.direction.rawValue) ?? .hold
            let verdict = SignalVerdict.of(
                direction, from: record.marketPrice, to: later.price, band: record.band)
            return (SignalRecord.Verdict(rawValue: verdict.rawValue) ?? .unknown, later.price)
        }
    }

    // MARK: Execution

    /// The signal that a trade executes: pending, of the same instrument, and of the same side unless it only leans.
    func pendingSignal(_ id: String, for account: Int, instrument: Int, side: Side) throws(HostRefusal) -> SignalRecord
    {
        guard let number = HostNames.number(id, SignalRecord.kind), number <= signals.lastNumber else {
            throw .unknown(kind: "signal", id: id)
        }
        guard let record = signals[number] else { throw .conflict("the horizon of \(id) has passed") }
        // Of another account's strategy it is none.
        guard record.account == nil || record.account == account else { throw .unknown(kind: "signal", id: id) }
        guard record.status == .pending else { throw .conflict("\(id) is \(record.status) already") }
        guard record.instrument == instrument else {
            throw .invalid("instrument", "\(id) is of \(universe.instruments[record.instrument].id)")
        }
        let expected: Side? = record.direction == .hold ? nil : record.direction == .buy ? .buy : .sell
        guard expected == nil || expected == side else {
            throw .invalid("direction", "\(id) says \(record.direction == .buy ? "LONG" : "SHORT")")
        }
        return record
    }
}

extension SignalRecord {
    static let kind = "sig"
    static func name(_ number: UInt64) -> String { "\(kind)-\(number)" }
}
