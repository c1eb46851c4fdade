internal import CProcess
internal import Glibc

/// Puts a plugin through what a host may do to it, in a probe: each step says before it begins what it does, so that a crash
/// in it is a finding too.
struct ConformancePass {
    private let plugin: LoadedPlugin
    private let request: ProbeRequest
    private let report: ProbeReport
    private let threadsBefore: Int
    private var figures = ProbeFigures()

    private static let eventCount = 10_000
    /// Lazily made tables of a runtime are no leak.
    private static let leakTolerance = 4_096
    /// Default of `faults.callback_soft_us`.
    private static let callbackLimitNanoseconds: Int64 = 1_000_000

    init(_ plugin: LoadedPlugin, _ request: ProbeRequest, _ report: ProbeReport, threadsBefore: Int) {
        self.plugin = plugin
        self.request = request
        self.report = report
        self.threadsBefore = threadsBefore
    }

    mutating func run() {
        processing()
        state()
        step(.speed) { $0.speed() }
        if !request.skipped.contains(.destroy) { step(.leak) { $0.leak() } }
        step(.functions) { $0.functions() }
        step(.destroy) { $0.threads() }
        report.write(.figures(figures))
    }

    private mutating func step(_ step: ProbeStep, _ body: (inout ConformancePass) -> Void) {
        guard !request.skipped.contains(step) else { return }
        report.begin(step)
        body(&self)
    }

    private func find(_ severity: ProbeFinding.Severity, _ step: ProbeStep, _ message: String) {
        report.write(.finding(ProbeFinding(severity: severity, step: step, message: message)))
    }

    /// A run on a new instance; where destroying crashes, it stays.
    private func newRun() -> PracticeRun? {
        guard case .success(let instance) = request.setting.instance(of: plugin) else { return nil }
        if request.skipped.contains(.destroy) { _ = Unmanaged.passRetained(instance) }
        return PracticeRun(instance, instrumentCount: request.setting.instruments.count)
    }

    private func newMarket(seed: UInt64 = 1) -> PracticeEvents {
        PracticeEvents(
            events: plugin.events, features: plugin.features,
            instrumentCount: request.setting.instruments.count, seed: seed)
    }

    // MARK: Events

    private mutating func processing() {
        step(.events) { pass in
            pass.process(.events) { market, run in
                for _ in 0..<20 { run.feed(market.ordinary(100)) }
                for event in PracticeEvents.single(market.ordinary(500)) { run.feed(event) }
            }
        }
        step(.zeroPrices) { $0.process(.zeroPrices) { market, run in run.feed(market.zeros()) } }
        step(.notANumber) { $0.process(.notANumber) { market, run in run.feed(market.notANumber()) } }
        step(.disorder) { $0.process(.disorder) { market, run in run.feed(market.disorder()) } }
        step(.unknownTypes) { $0.process(.unknownTypes) { market, run in run.feed(market.unknownTypes()) } }
        step(.lookAhead) { $0.lookAhead() }
    }

    /// A backtest gives many events in a call, the live market one: whoever looks at what comes behind the event that it answers
    /// says something else now.
    private func lookAhead() {
        guard let blocks = newRun(), let single = newRun() else {
            return find(.error, .lookAhead, "no second instance could be made")
        }
        blocks.keepsIntents = true
        single.keepsIntents = true
        var market = newMarket()
        for _ in 0..<20 {
            let events = market.ordinary(100)
            blocks.feed(events)
            for event in PracticeEvents.single(events) { single.feed(event) }
        }
        guard !blocks.hasSameIntents(as: single) else { return }
        find(
            .error, .lookAhead,
            "given 100 events in a call it decides otherwise than given them one by one (\(blocks.intents.count) and "
                + "\(single.intents.count) intents, not all of them equal): it looks at events that have not happened yet, or at "
                + "something besides events")
    }

    /// On a new instance: some ordinary market, what `body` feeds, and ordinary market again.
    private mutating func process(_ step: ProbeStep, _ body: (inout PracticeEvents, PracticeRun) -> Void) {
        guard let run = newRun() else { return find(.error, step, "no second instance could be made") }
        var market = newMarket()
        run.feed(market.ordinary(300))
        body(&market, run)
        run.feed(market.ordinary(300))
        figures.intents += run.intentCount
        for violation in run.violations { find(.error, step, violation) }
    }

    // MARK: State

    private mutating func state() {
        guard plugin.hasState else { return }
        var saved: StrategyState?
        var market = newMarket()
        guard let first = newRun() else { return }
        step(.saveState) { pass in
            first.feed(market.ordinary(3_000))
            switch first.instance.saveState() {
            case .failure(let refusal):
                pass.find(.error, .saveState, Self.reason(refusal))
            case .success(let state):
                saved = state
                pass.figures.stateBytes = state?.bytes.count
            }
        }
        guard let saved else { return }
        step(.restoreState) { pass in
            guard let second = pass.newRun() else { return }
            pass.roundTrip(first, second, saved, &market)
        }
    }

    /// The second instance is the first one's twin: the same bytes when it is saved, the same intents from then on.
    private func roundTrip(
        _ first: PracticeRun, _ second: PracticeRun, _ saved: StrategyState, _ market: inout PracticeEvents
    ) {
        if case .failure(let refusal) = second.instance.restoreState(saved) {
            return find(.error, .restoreState, "it refuses the state that it saved: \(Self.reason(refusal))")
        }
        if case .success(let again?) = second.instance.saveState(), again.bytes != saved.bytes {
            find(
                .warning, .restoreState,
                "saved again, its state of \(saved.bytes.count) bytes has \(again.bytes.count) bytes, or others")
        }
        second.follow(first)
        first.keepsIntents = true
        second.keepsIntents = true
        for _ in 0..<20 {
            let events = market.ordinary(100)
            first.feed(events)
            second.feed(events)
        }
        if !first.hasSameIntents(as: second) {
            find(
                .error, .restoreState,
                "after a restore it decides otherwise than without: \(first.intents.count) and \(second.intents.count) "
                    + "intents on the same 2000 events, not all of them equal")
        }
        // A state is checked before anything of it is taken: what is no state must be refused, not crash.
        var broken = saved
        broken.bytes = Array(saved.bytes.prefix(saved.bytes.count / 2))
        _ = second.instance.restoreState(broken)
    }

    private static func reason(_ refusal: PluginRefusal) -> String {
        refusal.problems.map { if case .state(let message) = $0 { message } else { $0.text } }.joined(separator: "; ")
    }

    // MARK: Time and memory

    private mutating func speed() {
        guard let run = newRun() else { return }
        var market = newMarket()
        run.callNanoseconds.reserveCapacity(2 * Self.eventCount)
        for event in PracticeEvents.single(market.ordinary(Self.eventCount)) { run.feed(event) }
        let times = run.callNanoseconds.sorted()
        figures.events = times.count
        figures.medianNanoseconds = times[times.count / 2]
        figures.p99Nanoseconds = times[times.count * 99 / 100]
        figures.maxNanoseconds = times[times.count - 1]
        guard figures.p99Nanoseconds > Self.callbackLimitNanoseconds else { return }
        find(
            .error, .speed,
            "one of a hundred events takes \(figures.p99Nanoseconds / 1_000) µs or more; a strategy that takes longer than "
                + "\(Self.callbackLimitNanoseconds / 1_000) µs is degraded (faults.callback_soft_us)")
    }

    private mutating func leak() {
        var events = newMarket()
        let market = events.ordinary(Self.eventCount)
        var grown: [Int] = []
        for _ in 0..<4 {
            let before = process_heap_bytes()
            newRun()?.feed(market)
            grown.append(Int(process_heap_bytes()) - Int(before))
        }
        // The first ones pay for what is made once.
        figures.leakedBytes = max(0, grown.suffix(2).min() ?? 0)
        guard figures.leakedBytes > Self.leakTolerance else { return }
        find(
            .warning, .leak,
            "an instance that saw \(Self.eventCount) events and was destroyed kept \(figures.leakedBytes) bytes of memory"
        )
    }

    // MARK: The rest

    private mutating func functions() {
        figures.functions = plugin.exportedFunctions.count
        for function in plugin.exportedFunctions where function.signature.needsNothing {
            // Each one begins a step: the time limit is one function's.
            report.begin(.functions)
            guard let run = newRun() else { return }
            var market = newMarket()
            run.feed(market.ordinary(300))
            let arguments = function.signature.arguments.map { _ in FunctionValue.none }
            if case .failure(.garbage(let text)) = run.instance.call(function, arguments) {
                find(.error, .functions, "\(function.name) gave back garbage: \(text)")
            }
        }
    }

    private func threads() {
        // A thread that was told to end may take a moment.
        for _ in 0..<20 where Self.threadCount > threadsBefore { usleep(10_000) }
        let more = Self.threadCount - threadsBefore
        if more > 0 {
            find(
                .warning, .destroy,
                "threads that it started and that still run after all instances were destroyed: \(more)")
        }
    }

    static var threadCount: Int { FileBytes.names(in: "/proc/self/task")?.count ?? 0 }
}
