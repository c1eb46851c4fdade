/// The dynamic section of a library: what the system's loader looks at.
struct ELFDynamic {
    private let image: ELFImage
    private var symbols: UInt64?
    private var strings: UInt64?
    private var stringsSize: UInt64 = 0
    private var gnuHash: UInt64?
    private var hash: UInt64?
    private(set) var hasTextRelocations = false
    /// The linker marked it as a position-independent executable, which cannot be loaded as a library.
    private(set) var isExecutable = false

    /// nil when the image has no dynamic section.
    init?(_ image: ELFImage) {
        guard let segment = image.segments.first(where: { $0.type == ELF.segmentDynamic }), segment.fileSize >= 16
        else { return nil }
        self.image = image
        var offset = segment.offset
        let end = offset.addingReportingOverflow(segment.fileSize)
        while !end.overflow, offset < end.partialValue,
            let tag: UInt64 = image.number(at: offset), tag != 0, let value: UInt64 = image.number(at: offset + 8)
        {
            take(tag, value)
            offset += 16
        }
    }

    private mutating func take(_ tag: UInt64, _ value: UInt64) {
        switch tag {
        case ELF.dynamicSymbols: symbols = image.fileOffset(ofAddress: value)
        case ELF.dynamicStrings: strings = image.fileOffset(ofAddress: value)
        case ELF.dynamicStringsSize: stringsSize = value
        case ELF.dynamicGNUHash: gnuHash = image.fileOffset(ofAddress: value)
        case ELF.dynamicHash: hash = image.fileOffset(ofAddress: value)
        case ELF.dynamicTextRelocations: hasTextRelocations = true
        case ELF.dynamicFlags where value & ELF.flagTextRelocations != 0: hasTextRelocations = true
        case ELF.dynamicFlags1 where value & ELF.flag1Executable != 0: isExecutable = true
        default: break
        }
    }

    /// Whether dlsym would find a function of this name in the library itself: the same look-up by hash.
    func exportsFunction(_ name: String) -> Bool {
        if let gnuHash { return lookUp(name, inGNUHash: gnuHash) }
        if let hash { return lookUp(name, inHash: hash) }
        return false
    }

    /// The GNU hash table: buckets point into chains whose last entry has bit 0 set.
    private func lookUp(_ name: String, inGNUHash table: UInt64) -> Bool {
        var wanted: UInt32 = 5381
        for byte in name.utf8 { wanted = wanted &* 33 &+ UInt32(byte) }
        guard let bucketCount: UInt32 = image.number(at: table), bucketCount > 0,
            let firstSymbol: UInt32 = image.number(at: table + 4), let bloomWords: UInt32 = image.number(at: table + 8)
        else { return false }
        let buckets = table + 16 + UInt64(bloomWords) * 8
        let chains = buckets + UInt64(bucketCount) * 4
        guard let start: UInt32 = image.number(at: buckets + UInt64(wanted % bucketCount) * 4), start >= firstSymbol
        else { return false }
        for symbol in start...UInt32.max {
            guard let chained: UInt32 = image.number(at: chains + UInt64(symbol - firstSymbol) * 4) else {
                return false
            }
            if chained | 1 == wanted | 1, isFunction(UInt64(symbol), named: name) { return true }
            if chained & 1 == 1 { return false }
        }
        return false
    }

    /// The System V hash table: linked chains; at most as many steps as there are symbols, so a ring ends.
    private func lookUp(_ name: String, inHash table: UInt64) -> Bool {
        var wanted: UInt32 = 0
        for byte in name.utf8 {
            wanted = (wanted << 4) &+ UInt32(byte)
            let high = wanted & 0xf000_0000
            wanted ^= high >> 24
            wanted &= ~high
        }
        guard let bucketCount: UInt32 = image.number(at: table), bucketCount > 0,
            let chainCount: UInt32 = image.number(at: table + 4),
            var symbol: UInt32 = image.number(at: table + 8 + UInt64(wanted % bucketCount) * 4)
        else { return false }
        let chains = table + 8 + UInt64(bucketCount) * 4
        var steps: UInt32 = 0
        while symbol != 0, steps < chainCount {
            if isFunction(UInt64(symbol), named: name) { return true }
            guard let next: UInt32 = image.number(at: chains + UInt64(symbol) * 4) else { return false }
            symbol = next
            steps += 1
        }
        return false
    }

    private func isFunction(_ index: UInt64, named name: String) -> Bool {
        guard let symbols, let strings, index < UInt64(image.bytes.count) / 24 else { return false }
        let at = symbols + index * 24
        guard let nameOffset: UInt32 = image.number(at: at), let info: UInt8 = image.number(at: at + 4),
            let other: UInt8 = image.number(at: at + 5), let section: UInt16 = image.number(at: at + 6),
            let address: UInt64 = image.number(at: at + 8)
        else { return false }
        let isVisible = info >> 4 == 1 || info >> 4 == 2  // global or weak
        let isExported = other & 3 == 0 || other & 3 == 3  // default or protected
        return isVisible && isExported && section != 0 && isCode(address)
            && isString(name, at: strings, plus: UInt64(nameOffset))
    }

    private func isCode(_ address: UInt64) -> Bool {
        image.segments.contains {
            $0.type == ELF.segmentLoad && $0.flags & ELF.flagExecute != 0 && address >= $0.address
                && address - $0.address < $0.fileSize
        }
    }

    private func isString(_ text: String, at strings: UInt64, plus offset: UInt64) -> Bool {
        let length = UInt64(text.utf8.count)
        guard offset < stringsSize, length < stringsSize - offset, image.holds(strings + offset, length + 1) else {
            return false
        }
        let start = Int(strings + offset)
        return image.bytes[start..<start + Int(length)].elementsEqual(text.utf8)
            && image.bytes[start + Int(length)] == 0
    }
}
