import API
import Controls
import Engine
import Journal
import Trading

/// Limits of one scope that were changed over the API, as the journal keeps them: by the keys of host.yaml, decimals as
/// texts, null = taken away. They hold as long as the file is the one that they were put over.
struct LimitOverride: Codable, Equatable, Sendable {
    private(set) var values: [String: String?] = [:]
    /// Of the file that the scope's limits are from; empty = any.
    var fileHash = ""

    init() {}

    /// nil = not what any version wrote.
    init?(json: String) {
        if let decoded: LimitOverride = JournalText.decode(json) {
            self = decoded
            return
        }
        // Builds before this one kept three limits of an account by names of their own.
        let old = [
            "maxPositionEquityFraction": "max_position_equity_fraction", "maxDailyLoss": "max_daily_loss",
            "maxLeverage": "max_leverage",
        ]
        guard let texts: [String: String] = JournalText.decode(json) else { return nil }
        for (name, text) in texts {
            guard let key = old[name] else { return nil }
            values[key] = text
        }
    }

    var json: String { JournalText.encode(self) }
    var isEmpty: Bool { values.isEmpty }

    mutating func merge(_ change: LimitChange) {
        for (name, value) in change.allValues {
            switch value {
            case .number(let digits): values[name] = .some(digits)
            case .word(let word): values[name] = .some(word)
            case .none: values[name] = .some(nil)
            }
        }
    }

    /// The file's limits with these over them; what is no limit of this build is left out.
    func applied(to limits: LimitSet) -> LimitSet {
        var limits = limits
        for (name, text) in values.sorted(by: { $0.key < $1.key }) {
            _ = limits.put(LimitOverride.value(name, text), name)
        }
        return limits
    }

    static func value(_ name: String, _ text: String?) -> LimitChange.Value {
        guard let text else { return .none }
        return LimitKey.named(name) == nil ? .word(text) : .number(text)
    }
}

/// Whose limits they are: a scope with an account's, a strategy's or an instrument's id; the system has none.
struct LimitPlace: Hashable, Sendable {
    let scope: LimitScope
    let id: String
}

extension HostCore {
    /// The place that a request means.
    private func place(_ scope: LimitScope, _ target: String?) throws(HostRefusal) -> (LimitPlace, index: Int) {
        switch scope {
        case .system:
            guard target == nil else { throw .invalid("id", "the system has none; leave it out") }
            return (LimitPlace(scope: .system, id: ""), 0)
        case .account:
            let id = target ?? accounts[0].id
            guard let index = accounts.firstIndex(where: { $0.id == id }) else {
                throw .unknown(kind: "account", id: id)
            }
            return (LimitPlace(scope: .account, id: id), index)
        case .strategy:
            guard let target else { throw .invalid("id", "is required: a strategy's id") }
            return (LimitPlace(scope: .strategy, id: target), try slot(target))
        case .instrument:
            guard let target else { throw .invalid("id", "is required: an instrument's id") }
            guard let index = instrument(target) else { throw .invalid("id", "no instrument \(target)") }
            return (LimitPlace(scope: .instrument, id: universe.instruments[index].id), index)
        }
    }

    /// What the files say.
    private func fileLimits(_ scope: LimitScope, _ index: Int) -> LimitSet {
        switch scope {
        case .system: wiring.setup.systemLimits
        case .account: accounts[index].limits
        case .strategy: strategies[index].configuration.map { wiring.limits(of: $0) } ?? LimitSet()
        case .instrument: wiring.setup.instrumentLimits[index] ?? LimitSet()
        }
    }

    func limits(scope: LimitScope, target: String?) throws(HostRefusal) -> ScopeLimitsView {
        let (place, index) = try place(scope, target)
        return ScopeLimitsView(
            scope: scope, target: place.id, values: engine.limits(scope: scope, index: index).values)
    }

    func setLimits(_ change: LimitChange, by requester: Requester) throws(HostRefusal) -> RiskLimitsView {
        let (place, index) = try place(change.scope, change.target)
        let values = change.allValues
        guard !values.isEmpty else { throw .invalid("", "names no limit") }
        var checked = LimitSet()
        let wrong = values.keys.sorted().filter { name in
            !LimitSet.isLimit(name, of: change.scope) || !checked.put(values[name] ?? .none, name)
        }
        guard wrong.isEmpty else {
            throw .invalid(
                wrong.map {
                    RequestFault(path: $0, message: "is no limit of \(change.scope.name) scope, or no value for it")
                })
        }
        var override = limitOverrides[place] ?? LimitOverride()
        override.merge(change)
        override.fileHash = limitFileHash(place.scope, index)
        let file = fileLimits(change.scope, index)
        // Without what a trading session puts over them for its time.
        let old = (limitOverrides[place] ?? LimitOverride()).applied(to: file)
        let new = override.applied(to: file)
        let loosened = new.loosened(from: old)
        guard change.mayLoosen || loosened.isEmpty else {
            throw .forbidden("only an admin may loosen a limit: \(loosened.joined(separator: ", "))")
        }
        limitOverrides[place] = override
        let inForce = change.scope == .strategy ? limitsInForce(index, of: file) : new
        engine.setLimits(inForce, scope: change.scope, index: index)
        notes.append(
            .limits(
                LimitsRecord(
                    scope: place.scope, id: place.id, json: override.json, changedBy: requester.user,
                    time: Timestamp(nanoseconds: WallClock.now))))
        let changed = values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }.joined(separator: " ")
        audit(
            "limits.change", place.id.isEmpty ? "system" : place.id, by: requester,
            ["scope": place.scope.name, "changed": changed, "limits": override.json, "reason": change.reason])
        switch change.scope {
        case .account: return limitsView(index)
        case .strategy: return limitsView(strategies[index].account)
        case .system, .instrument: return limitsView(HostCore.portfolio)
        }
    }

    /// A strategy's file has changed: what was put over the limits of the old one is gone.
    func takeFile(_ hash: String, strategy slot: Int) {
        strategies[slot].fileHash = hash
        let place = LimitPlace(scope: .strategy, id: strategies[slot].id)
        if let override = limitOverrides[place], override.fileHash != hash { limitOverrides[place] = nil }
        keepLimits(strategy: slot)
    }

    /// A strategy has got its terms anew: what was changed over the API goes over them again.
    func keepLimits(strategy slot: Int) {
        engine.setLimits(limitsInForce(slot, of: fileLimits(.strategy, slot)), scope: .strategy, index: slot)
    }

    /// A strategy's limits by its file, with what was changed over the API and what a session puts over them.
    func limitsInForce(_ slot: Int, of file: LimitSet) -> LimitSet {
        let id = strategies[slot].id
        let changed = limitOverrides[LimitPlace(scope: .strategy, id: id)]?.applied(to: file) ?? file
        return sessions.running?.terms(of: id)?.tightened(changed) ?? changed
    }

    /// Those of a host with the same files, as it has them now.
    func follow(limits: [LimitPlace: LimitOverride]) {
        guard limits != limitOverrides else { return }
        limitOverrides = limits
        for (index, account) in accounts.enumerated() { setFollowed(.account, index, account.id) }
        for (index, instrument) in universe.instruments.enumerated() { setFollowed(.instrument, index, instrument.id) }
        setFollowed(.system, 0, "")
        for slot in strategies.indices { keepLimits(strategy: slot) }
    }

    private func setFollowed(_ scope: LimitScope, _ index: Int, _ id: String) {
        let file = fileLimits(scope, index)
        let changed = limitOverrides[LimitPlace(scope: scope, id: id)]
        engine.setLimits(changed?.applied(to: file) ?? file, scope: scope, index: index)
    }

    private func limitFileHash(_ scope: LimitScope, _ index: Int) -> String {
        scope == .strategy ? strategies[index].fileHash : FileHash.sha256(folderPath + "/host.yaml")
    }
}

extension LimitSet {
    /// As the files take them.
    static func isLimit(_ name: String, of scope: LimitScope) -> Bool {
        let ofAccounts = ["max_concentration", "max_leverage", "budget_global_cap"]
        let notOfInstruments =
            ofAccounts + [
                "max_gross_exposure", "max_net_exposure", "max_daily_loss", "daily_loss_base", "max_drawdown",
                "drawdown",
                "repeat_limit", "reject_streak", "repeat_window_ms", "max_consecutive_losses", "cooldown_seconds",
            ]
        switch scope {
        case .system, .account: return name != "budget_allocation"
        case .strategy: return !ofAccounts.contains(name)
        case .instrument: return !notOfInstruments.contains(name) && name != "budget_allocation"
        }
    }
}

extension LimitChange.Value {
    fileprivate var text: String {
        switch self {
        case .number(let digits): digits
        case .word(let word): word
        case .none: "none"
        }
    }
}
