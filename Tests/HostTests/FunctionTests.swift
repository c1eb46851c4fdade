import API
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Functions of a running host's strategies")
    struct FunctionTests {
        private let folder = HostFolder()

        private func refusal<T>(_ body: () async throws -> T) async -> HostRefusal? {
            do {
                _ = try await body()
            } catch let refusal as HostRefusal {
                return refusal
            } catch {
                Issue.record("\(error)")
            }
            return nil
        }

        @Test("a bundled plugin's functions are listed, tried and called between two events")
        func calls() async throws {
            folder.addCross("alpha")
            let life = try RunningLife(folder)
            defer { life.stop() }
            let functions = try await life.host.functions(of: "alpha")
            #expect(functions.map(\.name) == ["lead_percent", "average"])
            #expect(
                functions[1].parameters
                    == .object(
                        [
                            Schema.Property("bars", .integer(), isRequired: true),
                            Schema.Property("instrument", .nullable(.text(length: 0...65_536)), isRequired: false),
                        ], isOpen: false))
            try await life.waitForPrices()
            let person = HostLife.person
            var lead = JSONValue.null
            let deadline = MonotonicClock.now + 120_000_000_000
            while lead == .null, MonotonicClock.now < deadline {
                lead = try await life.host.call("lead_percent", of: "alpha", [], by: person)
            }
            guard case .number(let digits) = lead else {
                Issue.record("no lead: \(lead)")
                return
            }
            #expect(Double(digits).map { $0.magnitude < 100 } == true)
            let bars = JSONValue.Member("bars", .number("2"))
            let average = try await life.host.call("average", of: "alpha", [bars], by: person)
            guard case .number(let price) = average else {
                Issue.record("no average: \(average)")
                return
            }
            #expect(Double(price).map { $0 > 1_000 } == true)
        }

        @Test("all that is wrong with the arguments is said at once; what is not there is unknown")
        func refusals() async throws {
            folder.addCross("alpha")
            let life = try RunningLife(folder)
            defer { life.stop() }
            let person = HostLife.person
            let wrong = await refusal {
                try await life.host.call(
                    "average", of: "alpha",
                    [
                        JSONValue.Member("bars", .number("2.5")), JSONValue.Member("instrument", .number("1")),
                        JSONValue.Member("speed", .number("1")),
                    ], by: person)
            }
            guard case .invalid(let faults) = wrong else {
                Issue.record("\(String(describing: wrong))")
                return
            }
            #expect(faults.map(\.path) == ["bars", "instrument", "speed"])
            #expect(
                faults.map(\.message) == [
                    "must be a whole number of 64 bits", "must be a text",
                    "is no argument of this function; it takes bars, instrument",
                ])
            #expect(
                await refusal { try await life.host.call("average", of: "alpha", [], by: person) }
                    == .invalid("bars", "is required: a whole number"))
            #expect(
                await refusal { try await life.host.call("nope", of: "alpha", [], by: person) }
                    == .unknown(kind: "function", id: "nope"))
            for name in ["no_such", StrategyRecord.manualID] {
                #expect(
                    await refusal { try await life.host.functions(of: name) } == .unknown(kind: "strategy", id: name))
            }
            let other = JSONValue.Member("instrument", .string("ETH_USDT"))
            let elsewhere = await refusal {
                try await life.host.call("lead_percent", of: "alpha", [other], by: person)
            }
            guard case .conflict(let text) = elsewhere else {
                Issue.record("\(String(describing: elsewhere))")
                return
            }
            #expect(text.hasSuffix("it refused: the strategy does not trade 'ETH_USDT'; it trades BTC_USDT"))
        }
    }
}
