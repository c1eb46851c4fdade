import CStrategyABI
import MarketData
import Testing
import Trading

@Suite("Forms of a file")
struct CSVFormTests {
    private let twoBars = """
        timestamp,open,high,low,close,volume
        2022-01-01 00:00:00,1.5,2,1,1.75,10
        2022-01-01 00:01:00,1.75,3,1.5,2.25,20
        """

    @Test("a bar's event is its close, whichever end its stamp names")
    func barStamp() throws {
        let opens = try read(twoBars)
        #expect(opens.interval == 60_000_000_000)
        #expect(opens.first.description == "2022-01-01T00:01:00Z" && opens.last.description == "2022-01-01T00:02:00Z")
        let closes = try read(twoBars) { $0.barStamp = .close }
        #expect(closes.first.description == "2022-01-01T00:00:00Z")
        #expect(closes.bars[0].openTime.description == "2021-12-31T23:59:00Z")
        #expect(closes.bars[0].timeframe == .oneMinute)
    }

    @Test("the interval is the most frequent difference, so a weekend does not matter, or the one given")
    func interval() throws {
        let rows = ["2022-01-06", "2022-01-07", "2022-01-10", "2022-01-11", "2022-01-14"].map { "\($0),1,1,1,1" }
        let text = "date,open,high,low,close\n" + rows.joined(separator: "\n")
        #expect(try read(text).interval == 86_400_000_000_000)
        #expect(try read(text) { $0.interval = 3_600_000_000_000 }.first.description == "2022-01-06T01:00:00Z")
        // As many differences of 3 days as of 1: the shorter one.
        let tie = "date,open,high,low,close\n2022-01-01,1,1,1,1\n2022-01-04,1,1,1,1\n2022-01-05,1,1,1,1"
        #expect(try read(tie).interval == 86_400_000_000_000)
    }

    @Test(
        "columns are found by common names, in any case and order",
        arguments: [
            "Volume,Close,Low,High,Open,Date\n10,1.75,1,2,1.5,2022-01-01\n20,2.25,1.5,3,1.75,2022-01-02",
            "<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\n2022.01.01\t1.5\t2\t1\t1.75\t10\n2022.01.02\t1.75\t3\t1.5\t2.25\t20",
            ",o,h,l,c,v\r\n2022-01-01,1.5,2,1,1.75,10\r\n2022-01-02,1.75,3,1.5,2.25,20\r\n",
            "\u{feff}\"Open Time\";\"Open\";\"High\";\"Low\";\"Close\";\"Vol\"\n\"2022-01-01\";\"1.5\";\"2\";\"1\";\"1.75\";\"10\"\n2022-01-02;1.75;3;1.5;2.25;20\n\n",
            "open_time_ms,open,high,low,close,volume,close_time,Quote Volume\n1640995200000, 1.5 ,+2,1.0,1.750,1e1,x,\n1641081600000,1.75,30e-1,.15e1,2.25,20.000000000000,x,y",
            "20220101 000000;1.5;2;1;1.75;10\n20220102 000000;1.75;3;1.5;2.25;20",
        ])
    func headers(_ text: String) throws {
        let file = try read(text)
        #expect(file.kind == .bars && file.rows == 2 && file.priceDecimals == 2)
        #expect(file.first.description == "2022-01-02T00:00:00Z")
        let bar = file.bars[1]
        #expect(bar.open == 1_750_000_000 && bar.high == 3_000_000_000 && bar.low == 1_500_000_000)
        #expect(bar.close == 2_250_000_000 && bar.volume == 2_000_000_000)
    }

    @Test("vwap and trade count follow a bar in a MORE record")
    func barMore() throws {
        let file = try read(
            """
            time,open,high,low,close,volume,vwap,trades
            2022-01-01,1,2,1,2,10,1.23456789012,7
            2022-01-02,1,2,1,2,10,1.5,8
            """)
        let records = file.events.array
        #expect(records.count == 4 && file.rows == 2)
        #expect(records[0].hasMore && records[1].kind == .more && records[1].time == records[0].time)
        let more = unsafeBitCast(records[1], to: BarMore.self)
        #expect(more.vwap == 1_234_567_890 && more.trade_count == 7)
        #expect(file.last.description == "2022-01-03T00:00:00Z")
    }

    @Test("a bar's volume out of floating point is rounded half to even, a trade's quantity is exact")
    func volumeRounding() throws {
        let text =
            "time,open,high,low,close,volume\n2022-01-01,1,1,1,1,218102.595075000025\n2022-01-02,1,1,1,1,0.000000015"
        #expect(try read(text).bars.map(\.volume) == [21_810_259_507_500, 2])
        #expect(fault("time,price,size\n2022-01-01,1,0.000000015")?.code == .tooManyDecimals)
    }

    @Test("trades with a side, a maker flag, or neither")
    func trades() throws {
        let sided = try read("Time,Price,Size,Side\n2022-01-01,5,1,BUY\n2022-01-01,5,1,s\n2022-01-01,5,1,Sell")
        #expect(sided.trades.map(\.aggressor) == [1, 2, 2])
        let maker = try read(
            "id,price,qty,quote_qty,time,is_buyer_maker\n7,5,1,5,1640995200000,true\n8,5,1,5,1640995200001,False")
        #expect(maker.trades.map(\.aggressor) == [2, 1] && maker.trades.map(\.trade_id) == [7, 8])
        let plain = try read("timestamp,price,volume\n2022-01-01,0.5,2")
        #expect(plain.trades[0].aggressor == 0 && plain.trades[0].quantity == 200_000_000)
    }

    @Test("quotes with and without sizes")
    func quotes() throws {
        let sized = try read("ts,bid,ask,bid_size,ask_size\n2022-01-01T00:00:00Z,1.1,1.2,3,4")
        #expect(sized.quotes[0].bid_quantity == 300_000_000 && sized.quotes[0].ask_quantity == 400_000_000)
        let bare = try read("20200101 170000065,1.121200,1.121720,0")
        #expect(bare.quotes[0].bid_quantity == 0 && bare.quotes[0].ask_price == 1_121_720_000)
        #expect(bare.first.description == "2020-01-01T17:00:00.065Z" && bare.priceDecimals == 5)
    }

    @Test(
        "times in all their forms",
        arguments: [
            ("2022-01-31 13:14:15", "2022-01-31T13:14:15Z"), ("2022-01-31T13:14:15.5", "2022-01-31T13:14:15.5Z"),
            ("2022-01-31 13:14:15.123456789000", "2022-01-31T13:14:15.123456789Z"),
            ("2022-01-31 13:14:15+00:00", "2022-01-31T13:14:15Z"), ("2022-01-31T13:14:15Z", "2022-01-31T13:14:15Z"),
            ("2022-01-31 13:14:15-05:30", "2022-01-31T18:44:15Z"), ("2022-01-31 13:14:15+0200", "2022-01-31T11:14:15Z"),
            ("2022-01-31 13:14:15 UTC", "2022-01-31T13:14:15Z"),
            ("2022-01-31T13:14:15.25+01", "2022-01-31T12:14:15.25Z"),
            ("2022/01/31 13:14", "2022-01-31T13:14:00Z"), ("2022.01.31 13:14", "2022-01-31T13:14:00Z"),
            ("2022-01-31", "2022-01-31T00:00:00Z"), ("20220131", "2022-01-31T00:00:00Z"),
            ("20220131 131415", "2022-01-31T13:14:15Z"), ("20220131 131415123", "2022-01-31T13:14:15.123Z"),
            ("20220131131415", "2022-01-31T13:14:15Z"), ("\"2022-01-31 13:14:15\"", "2022-01-31T13:14:15Z"),
            ("1643634855", "2022-01-31T13:14:15Z"), ("1643634855.25", "2022-01-31T13:14:15.25Z"),
            ("1643634855123", "2022-01-31T13:14:15.123Z"), ("1643634855123456", "2022-01-31T13:14:15.123456Z"),
            ("1643634855123456789", "2022-01-31T13:14:15.123456789Z"), ("-86400", "1969-12-31T00:00:00Z"),
            ("1900-01-01", "1900-01-01T00:00:00Z"), ("2020-02-29 23:59:59", "2020-02-29T23:59:59Z"),
        ])
    func times(_ stamp: String, _ expected: String) throws {
        #expect(try read("time,price,size\n\(stamp),1,1").first.description == expected)
    }

    @Test("the header's ending gives the unit of an epoch number")
    func epochUnits() throws {
        #expect(try read("time_s,price,size\n5,1,1").first.nanoseconds == 5_000_000_000)
        #expect(try read("timestamp_ms,price,size\n5,1,1").first.nanoseconds == 5_000_000)
        #expect(try read("ts_us,price,size\n5,1,1").first.nanoseconds == 5_000)
        #expect(try read("time_ns,price,size\n5,1,1").first.nanoseconds == 5)
    }

    @Test("bytes of a record that nothing was read into are 0, in optimised builds too")
    func unusedBytes() throws {
        for text in ["time,bid,ask\n1,1,2\n2,1,2", "time,price,size\n1,1,2\n2,1,2", "1,1,1,1,1\n2,1,1,1,1"] {
            for record in try read(text).events.array {
                let unused: Range<Int> = record.kind == .quote ? 48..<64 : record.kind == .trade ? 32..<64 : 48..<56
                withUnsafeBytes(of: record) { bytes in
                    #expect(bytes[unused].allSatisfy { $0 == 0 })
                }
            }
        }
    }

    @Test("from and to take the rows that begin in that time")
    func range() throws {
        let text = "time,open,high,low,close\n" + (1...9).map { "2022-01-0\($0),1,1,1,1\n" }.joined()
        func cut(_ change: (inout CSVOptions) -> Void) throws -> [String] {
            let file = try read(text, change)
            #expect(file.rows == file.events.count && file.interval == 86_400_000_000_000)
            return file.bars.map { String($0.openTime.description.prefix(10).suffix(2)) }
        }
        let third = Timestamp(year: 2022, month: 1, day: 3)
        let fifth = Timestamp(year: 2022, month: 1, day: 5)
        #expect(
            try cut {
                $0.from = third; $0.to = fifth
            } == ["03", "04"])
        #expect(
            try cut {
                $0.to = third; $0.barStamp = .close
            } == ["31", "01", "02"])
        let trades = "time,price,size\n2022-01-02,1,1\n2022-01-03,1.25,1\n2022-01-05,1,1"
        let file = try read(trades) {
            $0.from = third; $0.to = fifth
        }
        #expect(file.rows == 1 && file.first == third && file.priceDecimals == 2)
        #expect(fault(trades) { $0.from = Timestamp(year: 2023, month: 1, day: 1) }?.code == .empty)
    }

    @Test("bad rows are passed over and reported, as many as allowed")
    func badRows() throws {
        let text =
            "time,price,size\n2022-01-01,1,1\nx,1,1\n2022-01-02,NaN,1\n2022-01-03,1,1\n2022-01-02,1,1\n2022-01-04,1,1\n"
        let file = try read(text) { $0.badRowsMax = 3 }
        #expect(file.rows == 3 && file.skipped.map(\.line) == [3, 4, 6])
        #expect(file.skipped.map(\.code) == [.badTime, .notANumber, .outOfOrder])
        #expect(file.skipped.map(\.goodRows) == [1, 1, 2])
        let error = fault(text) { $0.badRowsMax = 2 }
        #expect(error?.line == 6 && error?.goodRows == 2)
    }

    @Test("lines longer than one piece of reading, and files of many pieces, are the same")
    func pieces() throws {
        var text = "time_s,price,size,symbol\n"
        for second in 1...40_000 { text += "\(second),1.\(second),1,\(String(repeating: "A", count: 60))\n" }
        let file = try read(text)
        #expect(file.rows == 40_000)
        #expect(file.trades.enumerated().allSatisfy { $1.time == Int64($0 + 1) * 1_000_000_000 })
        #expect(file.trades.last?.price == 1_400_000_000)
    }

    @Test(
        "the quote currency is read off a plain id",
        arguments: [
            ("BTC_USDT", "USDT"), ("XRP-ETH", "ETH"), ("eur/usd", "USD"), ("USDJPY", "JPY"), ("GOOG", "USD"),
            ("NIFTY", "USD"), ("A_B_C", "USD"), ("ABC123", "USD"), ("_USD", "USD"), ("BTC_", "USD"), ("", "USD"),
        ])
    func quoteCurrency(_ id: String, _ expected: String) {
        #expect(MarketFile.quoteCurrency(of: id) == expected)
    }

    @Test("an instrument out of a file: finest decimals, smallest lot, cash, always open")
    func instrument() throws {
        let instrument = try read("time,price,size\n1,46319.0,1\n2,46319.50,1\n3,46319,1").instrument(id: "BTC_USDT")
        #expect(instrument.terms.tick == Price("0.1") && instrument.terms.lot == Quantity("0.00000001"))
        #expect(instrument.terms.settlement == .cash && instrument.terms.multiplier == 1)
        #expect(instrument.calendar == .alwaysOpen && instrument.problems.isEmpty)
        #expect(try read("time,price,size\n1,46319.0,1").instrument(id: "X").terms.tick == .one)
        #expect(try read("time,price,size\n1,1.5e-8,1").instrument(id: "X").terms.tick == Price(raw: 1))
    }
}
