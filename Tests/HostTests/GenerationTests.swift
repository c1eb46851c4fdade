import API
import Engine
import Journal
import PluginHost
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Generations of a strategy's code")
    struct GenerationTests {
        private let folder = HostFolder()

        private func refusal(_ body: () throws(HostRefusal) -> Void) -> String {
            do {
                try body()
                Issue.record("nothing was refused")
            } catch {
                return error.text
            }
            return ""
        }

        @Test("a reload in the middle of the market changes nothing that the strategy does")
        func reloadShowsNothing() throws {
            folder.addCross("alpha")
            folder.addCross("beta", instrument: "ETH_USDT")
            let other = HostFolder()
            other.addCross("alpha")
            other.addCross("beta", instrument: "ETH_USDT")
            let plain = try other.live()
            plain.run(seconds: 60)

            let life = try folder.live()
            for round in 1...6 {
                life.run(seconds: 5)
                let finished = try life.reload("alpha") { life.run(seconds: 5) }
                #expect(finished.generation == round + 1 && finished.previous == round && finished.memory == .keep)
            }
            #expect(Books(life.core, marks: true) == Books(plain.core, marks: true))
            #expect(life.core.engine.counters(strategy: 0).orders > 5)
            let view = life.core.generationsView(0)
            #expect(view.current == 7 && view.generations.map(\.number) == Array(1...7))
            #expect(view.generations.filter { $0.state == .active }.map(\.number) == [7])
            #expect(view.generations.allSatisfy { $0.sha256.count == 64 && $0.plugin == "SMACross" })
        }

        @Test("a rollback goes back by one or to a number, with the memory, and the next reload counts on")
        func rollback() throws {
            folder.addCross("alpha")
            let life = try folder.live()
            life.run(seconds: 20)
            let held = life.core.engine.position(strategy: 0, instrument: 0)
            _ = try life.reload("alpha")
            _ = try life.reload("alpha")
            let back = try life.replace(life.core.rollbackPlan("alpha", to: nil, .keep))
            #expect(back.generation == 2 && back.previous == 3)
            let first = try life.replace(life.core.rollbackPlan("alpha", to: 1, .keep))
            #expect(first.generation == 1 && life.core.strategyView(0).generation == 1)
            #expect(life.core.engine.position(strategy: 0, instrument: 0) == held)
            #expect(try life.reload("alpha").generation == 4)
            #expect(
                refusal { () throws(HostRefusal) in _ = try life.core.rollbackPlan("alpha", to: 99, .keep) }
                    == "no generation of alpha has the id '99'")
            #expect(
                refusal { () throws(HostRefusal) in _ = try life.core.rollbackPlan("alpha", to: 4, .keep) }
                    .contains("is active already"))
        }

        @Test("what cannot be loaded leaves the running generation alone, and says why")
        func badLibrary() throws {
            folder.addCross("alpha")
            let life = try folder.live()
            folder.remove("plugins/libSMACross.so")
            folder.write("not a library", to: "plugins/libSMACross.so")
            life.run(seconds: 10)
            let before = Books(life.core, marks: true)
            let reason = refusal { () throws(HostRefusal) in
                _ = try life.reload("alpha")
            }
            #expect(reason.contains("is a text, not a library"))
            #expect(life.core.strategyView(0).generation == 1 && life.core.strategyView(0).state == .running)
            #expect(Books(life.core, marks: true) == before)
        }

        @Test("a shadow is compared with the running generation, and takes over when it is promoted")
        func shadow() throws {
            folder.addCross("alpha")
            let life = try folder.live()
            life.run(seconds: 10)
            let added = try life.reload("alpha", ReloadRequest(mode: .shadow)) { life.run(seconds: 5) }
            #expect(added.generation == 2 && added.previous == 1)
            life.run(seconds: 40)
            let view = life.core.generationsView(0)
            let shadow = try #require(view.shadow)
            #expect(view.current == 1 && view.generations.map(\.state) == [.active, .shadow])
            #expect(shadow.generation == 2 && shadow.equal > 0 && shadow.differing == 0 && shadow.problem == nil)
            let promoted = try life.core.promote("alpha", by: HostLife.person)
            #expect(promoted.generation == 2 && promoted.previous == 1)
            #expect(life.core.generationsView(0).generations.map(\.state) == [.kept, .active])
            #expect(
                refusal { () throws(HostRefusal) in _ = try life.core.promote("alpha", by: HostLife.person) }
                    .contains("no shadow generation"))
            life.run(seconds: 20)
            #expect(life.core.strategyView(0).state == .running)
        }

        @Test("a shadow that was discarded leaves nothing behind, and its number is not given again")
        func discard() throws {
            folder.addCross("alpha")
            let life = try folder.live()
            _ = try life.reload("alpha", ReloadRequest(mode: .shadow))
            _ = try life.core.discardShadow("alpha", by: HostLife.person)
            #expect(life.core.generationsView(0).shadow == nil)
            #expect(life.core.engine.shadow(strategy: 0) == nil)
            #expect(try life.reload("alpha").generation == 3)
        }

        @Test("without its memory the new instance is told what it holds, as at a start")
        func discardMemory() throws {
            folder.addCross("alpha")
            let life = try folder.live()
            life.run(seconds: 20)
            let held = life.core.engine.position(strategy: 0, instrument: 0)
            try #require(held.quantity != .zero)
            let finished = try life.reload("alpha", ReloadRequest(memory: .discard))
            #expect(finished.memory == .discard)
            #expect(life.core.engine.position(strategy: 0, instrument: 0) == held)
            life.run(seconds: 30)
            // It knows its position: it turns it and does not add to it.
            #expect(life.core.engine.position(strategy: 0, instrument: 0).quantity.magnitude == held.quantity.magnitude)
        }

        @Test("two replacements at once: the second is refused, and the first goes through")
        func atOnce() throws {
            folder.addCross("alpha")
            let life = try folder.live()
            let first = try life.replacement(life.core.reloadPlan("alpha", ReloadRequest()))
            let second = try life.replacement(life.core.reloadPlan("alpha", ReloadRequest()))
            let state = try #require(try life.core.begin(first, EventTape()))
            let reason = refusal { () throws(HostRefusal) in _ = try life.core.begin(second, EventTape()) }
            #expect(reason.contains("changed by someone else"))
            try first.restore(state)
            #expect(try life.core.complete(first, isForced: true, by: HostLife.person)?.generation == 2)
            _ = refusal { () throws(HostRefusal) in _ = try life.core.begin(second, EventTape()) }
        }

        @Test("while much happens the swap waits until the new instance is near")
        func behind() throws {
            folder.addCross("alpha")
            let life = try folder.live()
            let replacement = try life.replacement(life.core.reloadPlan("alpha", ReloadRequest()))
            let state = try #require(try life.core.begin(replacement, EventTape()))
            try replacement.restore(state)
            life.run(seconds: 600)
            #expect(try life.core.complete(replacement, isForced: false, by: HostLife.person) == nil)
            #expect(life.core.eventsPerPieceMax < HostCore.pieceEvents)
            let tape = try #require(life.core.nextTape(of: replacement, EventTape()))
            #expect(tape.recordCount > 512)
            replacement.call.catchUp(tape)
            let finished = try life.core.complete(replacement, isForced: false, by: HostLife.person)
            #expect(finished?.generation == 2 && life.core.eventsPerPieceMax == HostCore.pieceEvents)
        }

        @Test("logs hold the newest lines of each strategy by level, and tell readers of new ones")
        func logs() async throws {
            let logs = StrategyLogs()
            let time = Timestamp(nanoseconds: 1)
            for number in 1...2500 {
                logs.add("alpha", number % 10 == 0 ? .warning : .info, "line \(number)", at: time)
            }
            logs.add("beta", .error, "an\nother", at: time)
            #expect(logs.entries(of: "beta", LogFilter()).map(\.message) == ["an other"])
            let all = logs.entries(of: "alpha", LogFilter(limit: 1000))
            #expect(all.count == 1000 && all.last?.message == "line 2500")
            let warnings = logs.entries(of: "alpha", LogFilter(severity: .warning, limit: 3))
            #expect(warnings.map(\.message) == ["line 2480", "line 2490", "line 2500"])
            #expect(logs.entries(of: "alpha", LogFilter(after: 2498)).map(\.sequence) == [2499, 2500])

            let stream = try #require(logs.stream(of: "alpha", from: .warning))
            logs.add("alpha", .info, "not wanted", at: time)
            logs.add("beta", .error, "not wanted", at: time)
            logs.add("alpha", .error, "wanted", at: time)
            let more = (0..<40).compactMap { _ in logs.stream(of: "alpha", from: .debug) }
            #expect(more.count == StrategyLogs.readersMax - 1)
            logs.close()
            var got: [String] = []
            for await line in stream { got.append(line.message) }
            #expect(got == ["wanted"])
            #expect(logs.stream(of: "alpha", from: .debug) == nil)
        }

        @Test("a reader that does not keep up is let go, and makes room for another")
        func slowReader() async throws {
            let logs = StrategyLogs()
            let slow = try #require(logs.stream(of: "alpha", from: .debug))
            for number in 0...StrategyLogs.waitingMax {
                logs.add("alpha", .info, "line \(number)", at: Timestamp(nanoseconds: 0))
            }
            var count = 0
            for await _ in slow { count += 1 }
            #expect(count == StrategyLogs.waitingMax)
            let others = (0..<StrategyLogs.readersMax).compactMap { _ in logs.stream(of: "alpha", from: .debug) }
            #expect(others.count == StrategyLogs.readersMax)
        }
    }
}
