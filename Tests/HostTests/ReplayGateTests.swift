import API
import Configuration
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Reload behind a replay")
    struct ReplayGateTests {
        private let folder = HostFolder()

        private func life(_ recording: (HostCore) -> Void) throws -> RunningLife {
            try RunningLife(folder, speed: 200) { core in
                core.backtestProgram = HostFolder.pluginFolder + "/stratagem"
                recording(core)
            }
        }

        /// Once the recording has something of it.
        private func reloadBehindReplay(_ life: RunningLife) async throws -> ReloadView {
            let deadline = MonotonicClock.now + 120_000_000_000
            while true {
                do {
                    return try await life.host.reload("alpha", ReloadRequest(gate: .replay), by: HostLife.person)
                } catch {
                    guard error.text.contains("nothing could be compared"), MonotonicClock.now < deadline else {
                        throw error
                    }
                }
            }
        }

        @Test(
            "the same code passes, again after it has taken over; what says something else is refused, and the old one stays"
        )
        func gate() async throws {
            folder.addCross("alpha")
            var recording: RunRecording?
            let running = try life { core in
                (recording, _) = RunRecording.begin(
                    core, core.universe, RecordingSettings(),
                    .simulator(seed: 1, start: core.startTime, instruments: []))
            }
            defer {
                running.stop()
                recording?.close()
            }
            try #require(recording != nil)
            try await running.waitForPrices()
            let first = try await reloadBehindReplay(running)
            #expect(first.generation == 2 && first.memory == .keep)
            let second = try await reloadBehindReplay(running)
            #expect(second.generation == 3)
            // What the folder says today counts: other averages cross at other times.
            folder.write(
                """
                plugin: SMACross
                instruments: [BTC_USDT]
                timeframe: 1s
                parameters: {fast: 3, slow: 9, quantity: 0.01}
                on_stop: keep
                """, to: "strategies/alpha/strategy.yaml")
            let deadline = MonotonicClock.now + 60_000_000_000
            var refusal: HostRefusal?
            while refusal == nil, MonotonicClock.now < deadline {
                do {
                    _ = try await reloadBehindReplay(running)
                } catch {
                    refusal = error as? HostRefusal
                }
            }
            #expect(
                refusal?.text.contains("alpha says something else after event") == true, "\(refusal?.text ?? "none")")
            #expect(!FileSystem.names(in: folder.data).contains { $0.hasPrefix("replay-") })
        }

        @Test("a run that is not recorded has nothing to replay")
        func notRecorded() async throws {
            folder.addCross("alpha")
            let running = try life { _ in }
            defer { running.stop() }
            let refusal = await #expect(throws: HostRefusal.self) {
                try await running.host.reload("alpha", ReloadRequest(gate: .replay), by: HostLife.person)
            }
            #expect(refusal?.text.contains("not recorded") == true)
        }
    }
}
