import API
import Journal
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("What clients hear of")
    struct RecentNewsTests {
        private let names = HostNames(strategies: ["s"], instruments: ["BTC"], accounts: ["paper"], multipliers: [1])

        /// Orders `ids` as facts from `sequence` on.
        private func batch(_ sequence: UInt64, _ ids: [UInt64], alerts: [AlertView] = []) -> RecentNews.Batch {
            let intent = OrderIntent(strategy: 0, instrument: 0, tag: 0, side: .buy, kind: .market, quantity: .one)
            return RecentNews.Batch(
                events: ids.map {
                    .orderAccepted(Order(id: $0, intent: intent, account: 0, at: Timestamp(nanoseconds: 0)))
                },
                firstSequence: sequence, trades: [], alerts: alerts, sessions: [], names: names)
        }

        private func orders(_ page: NewsPage) -> [String] {
            page.entries.map { entry in
                if case .order(let order) = entry.news {
                    "\(entry.place):\(entry.sequence) \(order.id)"
                } else {
                    "other"
                }
            }
        }

        @Test("comes in the order of the journal, with the numbers of the facts, a page at a time")
        func order() {
            let news = RecentNews(lastSequence: 100)
            news.take(batch(101, [1, 2]), isDurable: true)
            news.take(batch(103, [3]), isDurable: true)
            #expect(orders(news.page(after: 0, limit: 10)) == ["1:101 ord-1", "2:102 ord-2", "3:103 ord-3"])
            #expect(orders(news.page(after: 1, limit: 1)) == ["2:102 ord-2"])
            #expect(news.page(after: 3, limit: 10).entries.isEmpty)
            #expect(news.place(after: .max).cursor == 3)
        }

        @Test("nothing of it comes before it is durable, and then all of it in its order")
        func durable() {
            let news = RecentNews(lastSequence: 0)
            news.take(batch(1, [1]), isDurable: false)
            news.take(batch(2, [2]), isDurable: false)
            #expect(news.page(after: 0, limit: 10).entries.isEmpty)
            #expect(news.place(after: .max).lastSequence == 0)
            news.take(batch(3, [3]), isDurable: true)
            #expect(orders(news.page(after: 0, limit: 10)) == ["1:1 ord-1", "2:2 ord-2", "3:3 ord-3"])
        }

        @Test("room is bounded: what is let go is a gap for readers and for those who come back")
        func bound() {
            let news = RecentNews(lastSequence: 0, capacity: 4)
            for number in 1...6 { news.take(batch(UInt64(number), [UInt64(number)]), isDurable: true) }
            let page = news.page(after: 0, limit: 10)
            #expect(page.hasGap && orders(page).first == "3:3 ord-3" && page.entries.count == 4)
            #expect(!news.page(after: 2, limit: 10).hasGap)
            #expect(!news.place(after: 1).isComplete)
            #expect(news.place(after: 2).isComplete && news.place(after: 2).cursor == 2)
            #expect(news.place(after: 5).isComplete && news.place(after: 5).cursor == 5)
        }

        @Test("numbers of an earlier life, and numbers that were never given, are not complete")
        func lives() {
            let news = RecentNews(lastSequence: 100)
            #expect(news.place(after: 100).isComplete, "nothing happened since")
            #expect(!news.place(after: 99).isComplete)
            #expect(!news.place(after: 101).isComplete)
            news.take(batch(101, [1]), isDurable: true)
            #expect(news.place(after: 100).isComplete && news.place(after: 100).cursor == 0)
        }

        @Test("alerts stand among the orders and have no number")
        func alerts() {
            let news = RecentNews(lastSequence: 0)
            let alert = AlertView(
                id: "alr-1", severity: .high, code: "C", message: "m", time: Timestamp(nanoseconds: 0))
            news.take(batch(1, [1], alerts: [alert]), isDurable: true)
            news.take(batch(0, [], alerts: [alert]), isDurable: true)
            news.take(batch(2, [2]), isDurable: true)
            #expect(orders(news.page(after: 0, limit: 10)) == ["1:1 ord-1", "other", "other", "4:2 ord-2"])
            #expect(news.page(after: 1, limit: 1).entries.first?.sequence == 0)
            #expect(news.place(after: 1).cursor == 1)
        }

        @Test(
            "an order of a client comes with the fact's number, its fill with the trade, and the market with its prices"
        )
        func running() async throws {
            let folder = HostFolder()
            folder.addCross("alpha", "enabled: false")
            let life = try RunningLife(folder)
            defer { life.stop() }
            try await life.waitForPrices()
            let before = life.host.newsPlace(after: .max)
            let request = TradeRequest(
                account: "paper", instrument: "BTC", side: .buy, quantity: Quantity("0.001")!, kind: .market)
            let trade = try await life.host.execute(request, key: nil, by: HostLife.person)
            var fill: (trade: String?, sequence: UInt64)?
            var sequences: [UInt64] = []
            for await _ in life.host.newsSignals() {
                let page = life.host.news(after: before.cursor, limit: 100)
                sequences = page.entries.map(\.sequence).filter { $0 > 0 }
                for entry in page.entries {
                    if case .fill(_, "paper", let trade) = entry.news { fill = (trade, entry.sequence) }
                }
                if fill != nil { break }
            }
            #expect(fill?.trade == trade.id)
            #expect(sequences == sequences.sorted() && Set(sequences).count == sequences.count)
            #expect((sequences.first ?? 0) > before.lastSequence)
            let known = await life.host.pictures([
                .price("BTC_USDT", indicators: true), .book("BTC_USDT"), .tick("NO_SUCH"),
            ])
            guard case .price(let price) = known[0], case .book(let book) = known[1] else {
                Issue.record("\(known)")
                return
            }
            #expect(try #require(price.bid) <= #require(price.ask) && price.indicators.count == 3)
            #expect(!book.bids.isEmpty && known[2] == nil)
        }
    }
}
