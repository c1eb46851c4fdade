/// A 64-bit ELF file as bytes. Every read is bounds-checked: nil means "lies outside the file".
/// Layouts: System V ABI, "Object Files" and "Program Loading and Dynamic Linking".
struct ELFImage {
    struct Segment {
        var type: UInt32
        var flags: UInt32
        var offset: UInt64
        var address: UInt64
        var fileSize: UInt64
        var alignment: UInt64
    }

    struct Section {
        /// Where its name stands in the section of names.
        var name: UInt32
        var type: UInt32
        var address: UInt64
        var offset: UInt64
        var size: UInt64
        var alignment: UInt64
    }

    let bytes: [UInt8]
    /// The file's byte order is not the host's.
    let isSwapped: Bool
    private(set) var segments: [Segment] = []
    private(set) var sections: [Section] = []
    /// What the header points to and the file does not hold.
    private(set) var missing: [String] = []

    static let headerSize: UInt64 = 64
    private static let segmentSize: UInt64 = 56
    private static let sectionSize: UInt64 = 64

    init(bytes: [UInt8], isSwapped: Bool) {
        self.bytes = bytes
        self.isSwapped = isSwapped
        readSegments()
        readSections()
    }

    var type: UInt16? { number(at: 16) }
    var machine: UInt16? { number(at: 18) }

    func number<T: FixedWidthInteger>(at offset: UInt64, as type: T.Type = T.self) -> T? {
        guard holds(offset, UInt64(MemoryLayout<T>.size)) else { return nil }
        let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: Int(offset), as: T.self) }
        return isSwapped ? value.byteSwapped : value
    }

    /// Whether `size` bytes from `offset` lie inside the file.
    func holds(_ offset: UInt64, _ size: UInt64) -> Bool {
        let count = UInt64(bytes.count)
        return offset <= count && size <= count - offset
    }

    /// Where in the file the memory at `address` comes from, by the loadable segments.
    func fileOffset(ofAddress address: UInt64) -> UInt64? {
        for segment in segments where segment.type == ELF.segmentLoad {
            guard address >= segment.address, address - segment.address < segment.fileSize else { continue }
            let (offset, overflow) = segment.offset.addingReportingOverflow(address - segment.address)
            return !overflow && holds(offset, 1) ? offset : nil
        }
        return nil
    }

    /// Sections of a name.
    func sections(named name: String) -> [Section] {
        guard let place: UInt16 = number(at: 62), Int(place) < sections.count else { return [] }
        let wanted = Array(name.utf8) + [0]
        return sections.filter { section in
            let (start, overflow) = sections[Int(place)].offset.addingReportingOverflow(UInt64(section.name))
            guard !overflow, holds(start, UInt64(wanted.count)) else { return false }
            return bytes[Int(start)..<Int(start) + wanted.count].elementsEqual(wanted)
        }
    }

    private mutating func readSegments() {
        guard let table: UInt64 = number(at: 32), let entrySize: UInt16 = number(at: 54),
            let count: UInt16 = number(at: 56), count > 0
        else { return }
        guard UInt64(entrySize) >= Self.segmentSize, holds(table, UInt64(entrySize) * UInt64(count)) else {
            missing.append("the program headers")
            return
        }
        for index in 0..<UInt64(count) {
            let at = table + index * UInt64(entrySize)
            guard let type: UInt32 = number(at: at), let flags: UInt32 = number(at: at + 4),
                let offset: UInt64 = number(at: at + 8), let address: UInt64 = number(at: at + 16),
                let fileSize: UInt64 = number(at: at + 32), let alignment: UInt64 = number(at: at + 48)
            else { return }
            let segment = Segment(
                type: type, flags: flags, offset: offset, address: address, fileSize: fileSize, alignment: alignment)
            segments.append(segment)
            if fileSize > 0, !holds(offset, fileSize) { missing.append("program segment \(index)") }
        }
    }

    private mutating func readSections() {
        guard let table: UInt64 = number(at: 40), table > 0, let entrySize: UInt16 = number(at: 58),
            let count: UInt16 = number(at: 60), count > 0
        else { return }
        guard UInt64(entrySize) >= Self.sectionSize, holds(table, UInt64(entrySize) * UInt64(count)) else {
            missing.append("the section headers")
            return
        }
        for index in 0..<UInt64(count) {
            let at = table + index * UInt64(entrySize)
            guard let name: UInt32 = number(at: at), let type: UInt32 = number(at: at + 4),
                let address: UInt64 = number(at: at + 16), let offset: UInt64 = number(at: at + 24),
                let size: UInt64 = number(at: at + 32), let alignment: UInt64 = number(at: at + 48)
            else { return }
            sections.append(
                Section(name: name, type: type, address: address, offset: offset, size: size, alignment: alignment))
            let hasBytes = type != ELF.sectionNull && type != ELF.sectionNoBits
            if hasBytes, !holds(offset, size) { missing.append("section \(index)") }
        }
    }
}

/// The numbers of the ELF format that the inspection needs, under readable names.
enum ELF {
    static let typeRelocatable: UInt16 = 1
    static let typeExecutable: UInt16 = 2
    static let typeShared: UInt16 = 3
    static let typeCore: UInt16 = 4

    static let segmentLoad: UInt32 = 1
    static let segmentDynamic: UInt32 = 2
    static let segmentNote: UInt32 = 4
    static let segmentStack: UInt32 = 0x6474_e551
    static let flagExecute: UInt32 = 1
    static let flagWrite: UInt32 = 2

    static let sectionNull: UInt32 = 0
    static let sectionNote: UInt32 = 7
    static let sectionNoBits: UInt32 = 8

    static let dynamicHash: UInt64 = 4
    static let dynamicStrings: UInt64 = 5
    static let dynamicSymbols: UInt64 = 6
    static let dynamicStringsSize: UInt64 = 10
    static let dynamicTextRelocations: UInt64 = 22
    static let dynamicFlags: UInt64 = 30
    static let dynamicGNUHash: UInt64 = 0x6fff_fef5
    static let dynamicFlags1: UInt64 = 0x6fff_fffb
    static let flagTextRelocations: UInt64 = 4
    static let flag1Executable: UInt64 = 0x0800_0000

    #if arch(x86_64)
        static let hostMachine: UInt16 = 62
    #elseif arch(arm64)
        static let hostMachine: UInt16 = 183
    #elseif arch(riscv64)
        static let hostMachine: UInt16 = 243
    #elseif arch(powerpc64le)
        static let hostMachine: UInt16 = 21
    #elseif arch(s390x)
        static let hostMachine: UInt16 = 22
    #endif

    static func machineName(_ machine: UInt16) -> String {
        switch machine {
        case 3: "32-bit x86"
        case 21: "64-bit PowerPC"
        case 22: "s390x"
        case 40: "32-bit ARM"
        case 62: "x86-64"
        case 183: "AArch64"
        case 243: "RISC-V"
        default: "machine \(machine)"
        }
    }
}
