import API
import Glibc
import Journal
import Synchronization
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Simulators of sessions")
    struct SimulatorTests {
        private let folder = HostFolder()
        private let ann = Requester(user: "ann", channel: "rest", id: "1")

        private func book(_ life: RunningLife, _ session: String = "ses-a") throws -> any TradingHost {
            try #require(try life.host.simulatedHost(session: session))
        }

        private func start(_ life: RunningLife, _ session: String = "ses-a") async throws -> any TradingHost {
            let view = try await life.host.startSimulator(session: session, by: ann)
            #expect(view.status == .running && view.session == session)
            return try book(life, session)
        }

        private func wait(_ holds: () async throws -> Bool) async throws {
            let deadline = MonotonicClock.now + 120_000_000_000
            while try await !holds() {
                try #require(MonotonicClock.now < deadline)
                try await Task.sleep(for: .milliseconds(5))
            }
        }

        private func refusal(_ work: () async throws(HostRefusal) -> Void) async -> HostRefusal? {
            do throws(HostRefusal) { try await work() } catch { return error }
            return nil
        }

        private var folders: [String] { FileSystem.names(in: folder.data + "/simulators") }

        @Test("its orders fill on its own market at once, and stand in no book, list or journal of the account")
        func ownBook() async throws {
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            let book = try await start(life)
            let order = try await book.place(HostLife.marketBuy(), key: nil, by: ann)
            try await wait { try await book.order(order.id, sentBy: "1").order.state == .filled }
            let position = try #require(try await book.positions(strategy: nil).first)
            #expect(position.strategy == "manual" && position.account == "paper")
            #expect(try await book.portfolio(ofAccount: nil).positions.count == 1)

            #expect(try await life.host.orders(HistoryFilter(limit: 10)).isEmpty)
            #expect(try await life.host.positions(strategy: nil).isEmpty)
            #expect(try await life.host.orders(sentBy: "1", limit: 10, offset: 0).isEmpty)
            #expect(try life.journal.orders(OrderFilter(page: HistoryPage(limit: 10))).isEmpty)
            let actions = try life.journal.audit().map(\.record.action)
            #expect(actions.contains("simulator.start") && !actions.contains("order-place"))
            // Its ids name nothing in the host.
            let unknown = await refusal { () async throws(HostRefusal) in
                _ = try await life.host.close(position.id, quantity: nil, key: nil, by: ann)
            }
            #expect(unknown == .unknown(kind: "position", id: position.id))
            let own = try await life.host.place(HostLife.restingBuy(), key: nil, by: ann)
            #expect(own.id == "ord-1" && order.id.count > 10)
        }

        @Test("its market begins at the host's prices and goes its own way")
        func ownMarket() async throws {
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            let books = [try await start(life), try await start(life, "ses-b")]
            var prices: [[Price]] = []
            for host in books + [life.host] {
                let ticks = try await host.ticks("BTC_USDT", from: nil, to: nil, limit: 20)
                prices.append(ticks.map(\.price))
            }
            #expect(Set(prices).count == 3)
            let last = prices.compactMap { $0.last?.approximate }
            #expect(last.count == 3 && last.allSatisfy { abs($0 / last[2] - 1) < 0.05 }, "\(last)")
        }

        @Test("the gate holds it to the account's limits, by the file and as they are changed while it runs")
        func limits() async throws {
            folder.writeHost("accounts: {paper: {limits: {max_order_quantity: 0.5}}}")
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            var change = LimitChange()
            change.scope = .system
            change.values = ["max_order_notional": .number("30000")]
            _ = try await life.host.setLimits(change, by: ann)
            let book = try await start(life)
            func denied(_ price: Int64, _ quantity: String) async -> Bool {
                let found = await refusal { () async throws(HostRefusal) in
                    _ = try await book.place(HostLife.restingBuy(price, quantity: quantity), key: nil, by: ann)
                }
                if case .denied = found { return true }
                return false
            }
            #expect(await denied(10_000, "0.6"))
            #expect(await denied(60_001, "0.5"))
            #expect(await !denied(10_000, "0.1"))
            change.values = ["max_order_notional": .number("500")]
            _ = try await life.host.setLimits(change, by: ann)
            #expect(await denied(10_000, "0.1"))
        }

        @Test("what the host stops is stopped in it, before and while it runs, until it is released")
        func stops() async throws {
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            func stop(_ scope: StopRequest.Scope, _ target: String?, _ mode: StopRequest.Mode) async throws -> String {
                let request = StopRequest(scope: scope, target: target, mode: mode, reason: "r", triggeredBy: "ann")
                return try await life.host.throwStop(request, by: ann).id
            }
            let first = try await stop(.instrument, "BTC_USDT", .stop)
            let book = try await start(life)
            func halted() async -> Bool {
                let found = await refusal { () async throws(HostRefusal) in
                    _ = try await book.place(HostLife.restingBuy(), key: nil, by: ann)
                }
                guard case .halted(let text) = found else { return false }
                return text.contains("stop-")
            }
            #expect(await halted())
            _ = try await life.host.releaseStop(first, reason: "over", authorizedBy: "ann", by: ann)
            #expect(await !halted())
            let second = try await stop(.system, nil, .cancel)
            #expect(await halted())
            let left = try await book.orders(HistoryFilter(limit: 10))
            #expect(left.count == 1 && left[0].order.state == .cancelled)
            _ = try await life.host.releaseStop(second, reason: "over", authorizedBy: "ann", by: ann)
            #expect(await !halted())
            // The file's stop comes by itself.
            folder.write("gone fishing", to: "data/STOP")
            try await wait { await halted() }
        }

        @Test("an order that needs a second person is denied in it, and waits for nobody")
        func approvals() async throws {
            folder.writeHost(
                "accounts: {paper: {compliance: {program: two}}}\ncompliance: {programs: {two: {approval: {notional: 500}}}}"
            )
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            let book = try await start(life)
            let found = await refusal { () async throws(HostRefusal) in
                _ = try await book.place(HostLife.restingBuy(), key: nil, by: ann)
            }
            guard case .denied = found else {
                Issue.record("\(String(describing: found))")
                return
            }
            #expect(try await life.host.approvals().isEmpty)
        }

        @Test("a session has one, a user so many and the host so many; stopping one makes room, and its files are gone")
        func room() async throws {
            var limits = Simulators.Limits()
            limits.perUser = 2
            limits.inAll = 3
            let life = try RunningLife(folder, simulators: limits)
            defer { life.stop() }
            try await life.waitForPrices()
            let host = life.host
            let ids = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<10 {
                    group.addTask { [ann] in try await host.startSimulator(session: "ses-a", by: ann).id }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
            _ = try await host.startSimulator(session: "ses-b", by: ann)
            func start(_ session: String, _ user: String) async -> HostRefusal? {
                await refusal { () async throws(HostRefusal) in
                    _ = try await host.startSimulator(
                        session: session, by: Requester(user: user, channel: "rest", id: user))
                }
            }
            guard case .conflict(let own) = await start("ses-c", "1") else {
                Issue.record("no conflict")
                return
            }
            #expect(own.contains("2 simulators"))
            #expect(await start("ses-d", "2") == nil)
            guard case .unavailable(let all) = await start("ses-e", "3") else {
                Issue.record("is available")
                return
            }
            #expect(all.contains("3 simulators"))

            let stopped = try await host.stopSimulator(session: "ses-a", by: ann)
            #expect(stopped.status == .stopped && ids == [stopped.id])
            #expect(try host.simulator(stopped.id).status == .stopped)
            #expect(try host.simulatedHost(session: "ses-a") == nil)
            #expect(folders.count == 2)
            await host.endSimulator(session: "ses-a", by: ann)
            #expect(throws: HostRefusal.unknown(kind: "simulator", id: stopped.id)) { try host.simulator(stopped.id) }
            #expect(await start("ses-e", "3") == nil)
        }

        @Test("one that nobody uses ends, and the session's orders go nowhere until its client has said where")
        func idle() async throws {
            var limits = Simulators.Limits()
            limits.idleSeconds = 1
            let life = try RunningLife(folder, simulators: limits)
            defer { life.stop() }
            try await life.waitForPrices()
            let first = try await life.host.startSimulator(session: "ses-a", by: ann)
            // Until its files are gone; to ask for it would be a use.
            try await wait {
                folders.count == 1 && FileSystem.names(in: "\(folder.data)/simulators/\(folders[0])").isEmpty
            }
            #expect(try life.host.simulator(first.id).status == .stopped)
            #expect(throws: HostRefusal.self) { try life.host.simulatedHost(session: "ses-a") }
            _ = try await life.host.stopSimulator(session: "ses-a", by: ann)
            #expect(try life.host.simulatedHost(session: "ses-a") == nil)
            let second = try await life.host.startSimulator(session: "ses-a", by: ann)
            #expect(second.id != first.id && second.status == .running)
        }

        @Test("it does not outlive the host, and the next one does not take its orders for the account's")
        func restart() async throws {
            let first = try RunningLife(folder)
            try await first.waitForPrices()
            let view = try await first.host.startSimulator(session: "ses-a", by: ann)
            _ = try await book(first).place(HostLife.restingBuy(), key: nil, by: ann)
            first.stop()
            #expect(folders.count == 1)

            let next = try RunningLife(folder)
            defer { next.stop() }
            try await next.waitForPrices()
            #expect(try next.host.simulator(view.id).status == .stopped)
            let lost = await refusal { () async throws(HostRefusal) in
                _ = try next.host.simulatedHost(session: "ses-a")
            }
            guard case .conflict(let text) = lost else {
                Issue.record("\(String(describing: lost))")
                return
            }
            #expect(text.contains("with the host"))
            let fresh = try await start(next)
            #expect(try await fresh.orders(HistoryFilter(limit: 10)).isEmpty)
            _ = try await next.host.stopSimulator(session: "ses-a", by: ann)
            #expect(folders.isEmpty)
        }

        @Test("one that runs for too long ends, however much it is used; while it starts orders wait for it")
        func lifetime() throws {
            let second: Int64 = 1_000_000_000
            var limits = Simulators.Limits()
            (limits.idleSeconds, limits.lifeSeconds, limits.keptSeconds) = (10, 25, 60)
            var book = SimulatorBook(limits: limits, HostControls(stops: [], limits: [:]))
            let claim = try book.claim("ses-a", id: "sim-1", by: ann, at: 0)
            #expect(claim.isNew && claim.view.status == .starting)
            for now in stride(from: Int64(0), through: 25 * second, by: Int64.Stride(5 * second)) {
                #expect(throws: HostRefusal.self) { try book.simulator(of: "ses-a", at: now) }
                #expect(book.end(dueFor: "ses-a", at: now) == nil)
            }
            #expect(book.end(dueFor: "ses-a", at: 26 * second) == .old)
            #expect(book.end(dueFor: "ses-a", at: 36 * second) == .idle)
            book["ses-a"]?.course = .ended(.old)
            #expect(book.end(dueFor: "ses-a", at: 99 * second) == nil)
            // What has ended is remembered for a time, and then the session is as one that never had any.
            _ = try book.claim("ses-b", id: "sim-2", by: ann, at: 80 * second)
            #expect(book["ses-a"]?.view.status == .stopped)
            _ = try book.claim("ses-c", id: "sim-3", by: ann, at: 86 * second)
            #expect(try book.simulator(of: "ses-a", at: 86 * second) == nil && book["ses-a"] == nil)
        }

        @Test("of those that were stopped the latest are remembered, and with them what ended by itself")
        func remembered() throws {
            var limits = Simulators.Limits()
            limits.stoppedKept = 2
            var book = SimulatorBook(limits: limits, HostControls(stops: [], limits: [:]))
            for number in 0..<6 {
                _ = try book.claim("ses-\(number)", id: "sim-\(number)", by: ann, at: Int64(number))
                book["ses-\(number)"]?.course = .ended(number == 0 ? .idle : .stopped)
            }
            _ = try book.claim("ses-6", id: "sim-6", by: ann, at: 6)
            #expect(book.entries.keys.sorted() == ["ses-0", "ses-4", "ses-5", "ses-6"])
            #expect(throws: HostRefusal.self) { try book.simulator(of: "ses-0", at: 7) }
        }

        @Test("one that cannot be made says why, and is an error")
        func failure() async throws {
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            folder.write("a file", to: "data/simulators")
            let found = await refusal { () async throws(HostRefusal) in
                _ = try await life.host.startSimulator(session: "ses-a", by: ann)
            }
            guard case .unavailable(let text) = found else {
                Issue.record("\(String(describing: found))")
                return
            }
            #expect(text.contains("cannot be made"))
            #expect(throws: HostRefusal.self) { try life.host.simulatedHost(session: "ses-a") }
            folder.remove("data/simulators")
            _ = try await start(life)
        }
    }
}
