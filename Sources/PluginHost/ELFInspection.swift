internal import CStrategyABI

/// Judges a library file before any of its code runs, on its bytes alone.
///
///     let inspection = ELFInspection(path: "strategies/rusty/librusty.so")
///     inspection.problems.map(\.text)   // every reason at once; empty = it may be loaded
public struct ELFInspection: Sendable, Equatable {
    /// Larger files are not read.
    public static let sizeLimitBytes = 256 << 20

    /// Every reason to refuse the file.
    public private(set) var problems: [PluginProblem] = []
    /// It exports a function `strategy_entry_v1`.
    public private(set) var hasEntry = false
    /// Where the lists lie, as addresses in the library, that Swift's runtime reads through in all libraries of the process
    /// whenever it looks for a type or a conformance.
    private(set) var searchedLists: [Range<UInt64>] = []
    /// The first strategy note in it.
    public private(set) var note: ABINote?

    /// The bytes look like a strategy plugin, good or bad; false for a library that has nothing to do with the host.
    public var claimsToBePlugin: Bool { hasEntry || note != nil }

    /// Reads and judges the file at `path`; what cannot be read is a problem too.
    public init(path: String, sizeLimitBytes: Int = ELFInspection.sizeLimitBytes) {
        switch FileBytes.read(path, limit: sizeLimitBytes) {
        case .success(let bytes): self.init(bytes: bytes)
        case .failure(let problem): self.init(problem: problem)
        }
    }

    public init(bytes: [UInt8]) {
        guard !bytes.isEmpty else {
            problems = [.empty]
            return
        }
        guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else {
            problems = [Self.isText(bytes) ? .text : .notELF]
            return
        }
        guard bytes.count >= 20 else {
            problems = [.truncated(["the ELF header"])]
            return
        }
        judge(bytes)
    }

    private init(problem: PluginProblem) { problems = [problem] }

    private mutating func judge(_ bytes: [UInt8]) {
        let is64Bit = bytes[4] == 2
        let fileIsLittle = bytes[5] == 1
        let hostIsLittle = 1.littleEndian == 1
        if !is64Bit { problems.append(.wordSize) }
        if fileIsLittle != hostIsLittle { problems.append(.byteOrder) }
        let image = ELFImage(bytes: is64Bit ? bytes : Array(bytes.prefix(20)), isSwapped: fileIsLittle != hostIsLittle)
        if let machine = image.machine, machine != ELF.hostMachine {
            problems.append(.machine(found: ELF.machineName(machine), host: ELF.machineName(ELF.hostMachine)))
        }
        // The tables of a 32-bit file have other layouts: what could be said of them would be wrong.
        guard is64Bit else { return }
        guard image.holds(0, ELFImage.headerSize) else {
            problems.append(.truncated(["the ELF header"]))
            return
        }
        if !image.missing.isEmpty { problems.append(.truncated(image.missing)) }
        judgeDynamic(image)
        judgeNotes(image)
        judgeSegments(image)
        searchedLists = Self.searchedSections.flatMap { image.sections(named: $0) }.compactMap { section in
            let (end, overflow) = section.address.addingReportingOverflow(section.size)
            let isInFile = section.type != ELF.sectionNoBits && section.size > 0
            return isInFile && !overflow ? section.address..<end : nil
        }
    }

    private static let searchedSections = [
        "swift5_protocols", "swift5_protocol_conformances", "swift5_type_metadata", "swift5_type_metadata_2",
    ]

    private mutating func judgeDynamic(_ image: ELFImage) {
        let dynamic = ELFDynamic(image)
        switch image.type {
        case ELF.typeShared: if dynamic?.isExecutable == true { problems.append(.executable) }
        case ELF.typeExecutable: problems.append(.executable)
        case ELF.typeRelocatable: problems.append(.notLibrary("an object file that was not linked"))
        case ELF.typeCore: problems.append(.notLibrary("a core dump"))
        default: problems.append(.notLibrary("an ELF file of an unknown type"))
        }
        guard let dynamic else {
            problems.append(.noDynamicSection)
            return
        }
        hasEntry = dynamic.exportsFunction("strategy_entry_v1")
        if !hasEntry { problems.append(.noEntry) }
        if dynamic.hasTextRelocations { problems.append(.textRelocations) }
    }

    private mutating func judgeNotes(_ image: ELFImage) {
        let notes = image.strategyNotes
        note = notes.first
        if notes.isEmpty { problems.append(.noNote) }
        let host = ABINote.host
        // Objects linked together may bring a note each; every one must fit.
        if let other = notes.first(where: { $0.major != host.major }) {
            problems.append(.abiMajor(found: other.major, host: host.major))
        }
        if let other = notes.first(where: { $0.eventSize != host.eventSize || $0.intentSize != host.intentSize }) {
            problems.append(.recordSizes(event: other.eventSize, intent: other.intentSize))
        }
    }

    private mutating func judgeSegments(_ image: ELFImage) {
        // Without the header the kernel's default applies, which on some machines is an executable stack.
        let stack = image.segments.first { $0.type == ELF.segmentStack }
        if stack.map({ $0.flags & ELF.flagExecute != 0 }) ?? true { problems.append(.executableStack) }
        let both = ELF.flagExecute | ELF.flagWrite
        if image.segments.contains(where: { $0.type == ELF.segmentLoad && $0.flags & both == both }) {
            problems.append(.writableCode)
        }
    }

    private static func isText(_ bytes: [UInt8]) -> Bool {
        bytes.prefix(512).allSatisfy { $0 >= 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }
    }
}
