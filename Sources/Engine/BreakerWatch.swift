import Controls
import Portfolio
import Trading

// How breakers trip. The latch is set at once, wherever in the order path that is; what is cancelled and closed follows before the
// event is over.

extension Engine {
    // MARK: - What they watch

    /// A mark moved.
    mutating func checkBreakers(mark instrument: Int) {
        let price = ledger.mark(instrument)
        for place in breakers.all.indices {
            let terms = breakers.all[place].terms
            switch terms.measure {
            case .volatility where terms.index == instrument:
                breakers.all[place].range.add(price, at: now)
                measured(place, breakers.all[place].range.spread)
            case .dailyLoss:
                guard let loss = dayLoss(scope: terms.scope, index: terms.index, base: .equity) else { continue }
                measured(place, max(0, loss.raw))
            case .drawdown:
                guard let fallen = fallen(terms.scope, terms.index) else { continue }
                measured(place, fallen)
            default: continue
            }
        }
    }

    /// The gate denied an order, or the venue rejected it.
    mutating func countReject(strategy: Int, instrument: UInt32) {
        count(.rejectRate, strategy: strategy, instrument: Int(instrument))
    }

    /// A strategy said what cannot be taken.
    mutating func countError(strategy: Int) { count(.errorRate, strategy: strategy, instrument: nil) }

    private mutating func count(_ measure: Breaker.Measure, strategy: Int, instrument: Int?) {
        for place in breakers.all.indices {
            let terms = breakers.all[place].terms
            guard terms.measure == measure else { continue }
            let isMeant =
                switch terms.scope {
                case .system: true
                case .account: slots[strategy].account == Int32(terms.index)
                case .strategy: strategy == terms.index
                case .instrument: instrument == terms.index
                }
            guard isMeant else { continue }
            // What its own stop causes is no news.
            guard breakers.all[place].stopID == nil else { continue }
            breakers.all[place].counts.add(1, at: now)
            measured(place, Int128(breakers.all[place].counts.sum) * 100_000_000)
        }
    }

    /// Time passed: prices grow old, counts are forgotten, and what was tripped long enough is reset.
    mutating func tendBreakers() {
        for place in breakers.all.indices {
            let state = breakers.all[place]
            switch state.terms.measure {
            case .staleData: checkAge(place)
            case .errorRate, .rejectRate:
                breakers.all[place].counts.pass(to: now)
                measured(place, Int128(breakers.all[place].counts.sum) * 100_000_000)
            case .dailyLoss, .drawdown, .volatility: break
            }
            resetInTime(place)
        }
    }

    private mutating func checkAge(_ place: Int) {
        let instrument = breakers.all[place].terms.index
        let view = markets[instrument].view
        let newest = max(view.quoteTime, view.lastTime)
        // Before the first price there is nothing to grow old, and a closed market has none.
        guard newest.nanoseconds > 0, isAlwaysOpen[instrument] || calendars[instrument].isOpen(at: now) else { return }
        let age = max(0, now - newest - view.barInterval)
        measured(place, Int128(age) * 100_000_000 / Int128(Timestamp.nanosecondsPerSecond))
    }

    // MARK: - Tripping and resetting

    private mutating func measured(_ place: Int, _ value: Int128) {
        breakers.all[place].observed = value
        let isBeyond = value > breakers.all[place].terms.threshold
        if !isBeyond { breakers.all[place].isSpent = false }
        guard isBeyond, !breakers.all[place].isSpent, breakers.all[place].stopID == nil else { return }
        trip(place, value)
    }

    private mutating func trip(_ place: Int, _ value: Int128) {
        let terms = breakers.all[place].terms
        let stop = EmergencyStop(id: breakers.nextStopID, scope: terms.scope, index: terms.index, mode: terms.mode)
        breakers.nextStopID += 1
        breakers.all[place].stopID = stop.id
        breakers.all[place].trippedAt = now
        breakers.all[place].counts.clear()
        breakers.all[place].range.clear()
        breakers.news.append(.tripped(breaker: place, stop: stop, observed: value, time: now))
        latch(stop)
        guard stop.mode.endsOrders else { return }
        breakers.pending.append(stop)
        // So that the event does not end without it.
        hasAnswers = true
    }

    /// Cancels and closes what tripped breakers are to; whether there was any.
    mutating func actOnTrips() -> Bool {
        guard !breakers.pending.isEmpty else { return false }
        let pending = breakers.pending
        breakers.pending.removeAll()
        for stop in pending { endOrders(of: stop) }
        return true
    }

    private mutating func resetInTime(_ place: Int) {
        guard let id = breakers.all[place].stopID else { return }
        let trippedAt = breakers.all[place].trippedAt
        let terms = breakers.all[place].terms
        let isOver =
            switch terms.reset {
            case .byHand: false
            case .after(let nanoseconds): now - trippedAt >= nanoseconds
            case .nextDay:
                now.day(offset: accounts[account(of: terms)].dayOffset)
                    > trippedAt.day(offset: accounts[account(of: terms)].dayOffset)
            }
        guard isOver else { return }
        breakers.news.append(.reset(breaker: place, stop: id, time: now))
        release(id)
    }

    private func account(of terms: Breaker) -> Int {
        switch terms.scope {
        case .account: terms.index
        case .strategy: Int(slots[terms.index].account)
        case .system, .instrument: 0
        }
    }

    /// A stop is no longer in force: the breaker that threw it may trip again once it has measured something harmless.
    mutating func rearm(after stop: UInt64) {
        for place in breakers.all.indices where breakers.all[place].stopID == stop {
            breakers.all[place].stopID = nil
            let isRate = [.errorRate, .rejectRate, .volatility].contains(breakers.all[place].terms.measure)
            // Its window begins anew.
            breakers.all[place].isSpent = !isRate
            breakers.all[place].counts.clear()
            breakers.all[place].range.clear()
        }
    }
}
