import Glibc
import Synchronization
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Mailbox")
    struct MailboxTests {
        /// Of a host that nothing else is asked of.
        private let life: HostLife
        private let folder = HostFolder()

        init() throws { life = try folder.live(begins: false) }

        private func run(_ commands: [Mailbox.Command]) { for command in commands { command(life.core) } }

        @Test("hands commands out in the order in which they came, all at once and once")
        func order() {
            let mailbox = Mailbox()
            let seen = Order()
            for number in 0..<100 { #expect(mailbox.post { _ in seen.add(number) }) }
            var taken: [Mailbox.Command] = []
            mailbox.take(until: 0, into: &taken)
            run(taken)
            #expect(seen.numbers == Array(0..<100))
            mailbox.take(until: 0, into: &taken)
            #expect(taken.isEmpty)
        }

        @Test("says whether what is taken may change something")
        func reading() {
            let mailbox = Mailbox()
            var taken: [Mailbox.Command] = []
            let isTaken = mailbox.post({ _ in }, onlyReads: true)
            #expect(isTaken)
            #expect(!mailbox.take(until: 0, into: &taken))
            #expect(mailbox.post({ _ in }, onlyReads: true) && mailbox.post { _ in })
            #expect(mailbox.take(until: 0, into: &taken) && taken.count == 2)
            #expect(!mailbox.take(until: 0, into: &taken), "what was taken is done")
        }

        @Test("keeps each sender's order, and loses nothing of many senders")
        func manySenders() async {
            let mailbox = Mailbox()
            let seen = Order()
            await withTaskGroup(of: Void.self) { group in
                for sender in 0..<8 {
                    group.addTask {
                        for number in 0..<200 { _ = mailbox.post { _ in seen.add(sender * 1000 + number) } }
                    }
                }
            }
            run(mailbox.close())
            #expect(seen.numbers.count == 1600)
            for sender in 0..<8 {
                let own = seen.numbers.filter { $0 / 1000 == sender }
                #expect(own == own.sorted() && own.count == 200)
            }
        }

        @Test("refuses what comes after its end, and hands out what came before")
        func closing() {
            let mailbox = Mailbox()
            let seen = Order()
            #expect(mailbox.post { _ in seen.add(1) })
            run(mailbox.close())
            #expect(!mailbox.post { _ in seen.add(2) })
            #expect(seen.numbers == [1] && mailbox.close().isEmpty)
        }

        @Test("refuses more than it has room for")
        func full() {
            let mailbox = Mailbox()
            for _ in 0..<Mailbox.capacity { #expect(mailbox.post { _ in }) }
            #expect(!mailbox.post { _ in })
            #expect(mailbox.close().count == Mailbox.capacity)
        }

        @Test("waits for a command until its deadline, and no longer")
        func waiting() async {
            let mailbox = Mailbox()
            var taken: [Mailbox.Command] = []
            let begin = MonotonicClock.now
            mailbox.take(until: begin + 30_000_000, into: &taken)
            #expect(taken.isEmpty && MonotonicClock.now - begin >= 30_000_000)
            let sender = Task.detached {
                usleep(20_000)
                _ = mailbox.post { _ in }
            }
            // A command ends a wait that would be an hour long.
            mailbox.take(until: MonotonicClock.now + 3_600_000_000_000, into: &taken)
            #expect(taken.count == 1)
            await sender.value
        }

        private final class Order: Sendable {
            private let state = Mutex<[Int]>([])
            var numbers: [Int] { state.withLock { $0 } }
            func add(_ number: Int) { state.withLock { $0.append(number) } }
        }
    }
}
