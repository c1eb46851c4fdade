import Trading

// `accounts.<id>.conversion.<currency>` of host.yaml.

extension AccountConfiguration {
    mutating func readConversions(_ section: inout Section) {
        var rates = section.section("conversion")
        guard rates.node != nil else {
            if currency != "USDT" { conversion = [:] }
            return
        }
        conversion = [:]
        for entry in rates.named() {
            if !Section.isCurrency(entry.key) {
                rates.remark(.error, entry.key, "a currency is 1 to 15 capital letters and digits")
            }
            if let one = readConversion(&rates, of: entry.key) { conversion[entry.key] = one }
        }
    }

    private func readConversion(_ rates: inout Section, of code: String) -> Conversion? {
        var one = rates.section(code)
        let instrument = one.read("instrument", "an instrument like \(code)_\(currency)") {
            Section.isInstrument($0) ? $0 : nil
        }
        let rate = one.decimal("rate", scale: Rate.decimals, in: 0...1_000_000_000, above0: true)
        let asOf = one.date("as_of")
        one.finish()
        let isQuoted = !one.isMissing("instrument")
        if let instrument, !converts(instrument, code) {
            one.remark(
                .error, "instrument",
                "converts no \(code) to \(currency); \(code)_\(currency) and \(currency)_\(code) would")
            return nil
        }
        if rate == nil, one.isMissing("rate"), !isQuoted {
            rates.remark(.error, code, "the rate is missing, or an instrument that quotes it")
        }
        if asOf == nil, one.isMissing("as_of"), !isQuoted || !one.isMissing("rate") {
            rates.remark(.error, code, "as_of (the rate's day) is missing")
        }
        guard instrument != nil || (rate != nil && asOf != nil) else { return nil }
        return Conversion(rate: rate.map(Rate.init(raw:)), asOf: asOf, instrument: instrument)
    }

    /// Instruments that convert are named BASE_QUOTE.
    private func converts(_ instrument: String, _ code: String) -> Bool {
        instrument == "\(code)_\(currency)" || instrument == "\(currency)_\(code)"
    }
}
