import Engine
import Trading

/// What holding positions costs in one backtest, beside what the host's file says.
struct BacktestFinancing {
    /// Of every instrument that the file has no rates of.
    var funding: FundingTerms?
    /// A file of funding rates.
    var path: String?
    /// Of every instrument.
    var borrowRate: Rate?

    func apply(to setup: inout EngineSetup) throws(CommandError) {
        for index in setup.instruments.indices {
            if let funding { setup.funding[index] = funding }
            if let borrowRate { setup.borrowRates[index] = borrowRate }
        }
        guard let path else { return }
        let file = try FundingFile(path, instruments: setup.instruments.map(\.id))
        for (index, rates) in file.rates { setup.funding[index] = .listed(rates) }
    }
}

/// A CSV file of funding rates, whose header names its columns: time, rate and, where it has several, instrument. A file without
/// instruments is of all. Times are like those of --from, or milliseconds since 1970.
struct FundingFile {
    /// By instrument index, by time.
    private(set) var rates: [Int: [FundingTerms.ListedRate]] = [:]

    static let bytesMax = 64 << 20
    private static let faultsMax = 20

    init(_ path: String, instruments: [String]) throws(CommandError) {
        guard let text = FileSystem.text(of: path, bytesMax: FundingFile.bytesMax) else {
            throw CommandError(
                .usage, "cannot be read, or is larger than 64 MB", at: path,
                "name a CSV file with the columns time and rate")
        }
        // By scalars: a line may end with CR LF, which is one Character.
        var lines = text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "\n" }.map {
            String($0.last == "\r" ? $0.dropLast() : $0)
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        let header = FundingFile.fields(lines.first ?? "").map { $0.lowercased() }
        guard let time = header.firstIndex(of: "time"), let rate = header.firstIndex(of: "rate") else {
            throw CommandError(
                .usage, "its header '\(header.joined(separator: ","))' does not name time and rate", at: "\(path):1",
                "begin the file with time,rate or time,instrument,rate")
        }
        let columns = Columns(
            time: time, rate: rate, instrument: header.firstIndex(of: "instrument"), count: header.count)
        var faults: [String] = []
        for (number, line) in lines.enumerated().dropFirst() where faults.count < FundingFile.faultsMax {
            if let fault = take(FundingFile.fields(line), columns, instruments) {
                faults.append("\(path):\(number + 1): \(fault)")
            }
        }
        guard faults.isEmpty else {
            let known = instruments.joined(separator: ", ")
            let least = faults.count == FundingFile.faultsMax ? "at least " : ""
            throw CommandError(
                .usage, "\(least)\(faults.count) line\(faults.count == 1 ? "" : "s") cannot be used", at: path,
                "times go up, a rate is a fraction in -1…1, and an instrument is one of \(known)", details: faults)
        }
        guard !rates.isEmpty else {
            throw CommandError(.usage, "holds no rate", at: path, "add lines, or leave --funding out")
        }
    }

    private struct Columns {
        let time: Int
        let rate: Int
        let instrument: Int?
        let count: Int
    }

    /// Returns what is wrong with the line.
    private mutating func take(_ fields: [String], _ columns: Columns, _ instruments: [String]) -> String? {
        guard fields.count == columns.count else { return "\(fields.count) fields instead of \(columns.count)" }
        guard let time = FundingFile.time(fields[columns.time]) else { return "'\(fields[columns.time])' is no time" }
        guard case .success(let raw) = DecimalText.parse(fields[columns.rate], scale: Rate.decimals),
            raw.magnitude <= Rate.one.raw.magnitude
        else { return "'\(fields[columns.rate])' is no fraction in -1…1 with at most 9 decimals" }
        var places = Array(instruments.indices)
        if let column = columns.instrument {
            guard let index = instruments.firstIndex(of: fields[column]) else {
                return "there is no instrument '\(fields[column])'"
            }
            places = [index]
        }
        for place in places {
            if let last = rates[place]?.last, last.time >= time { return "\(time) is not after \(last.time)" }
            rates[place, default: []].append(FundingTerms.ListedRate(time: time, rate: Rate(raw: raw)))
        }
        return nil
    }

    private static func time(_ text: String) -> Timestamp? {
        if let milliseconds = Int64(text), milliseconds >= 0, milliseconds < Int64.max / 1_000_000 {
            return Timestamp(nanoseconds: milliseconds * 1_000_000)
        }
        return InstantText.parse(text)
    }

    private static func fields(_ line: String) -> [String] {
        line.split(separator: ",", omittingEmptySubsequences: false).map { field in
            String(field.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }
}
