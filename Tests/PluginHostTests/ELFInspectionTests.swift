import PluginHost
import Testing

@Suite("ELF inspection", .enabled(if: Workshop.hasCompiler, Workshop.missing))
struct ELFInspectionTests {
    private func good() throws -> [UInt8] { try Workshop.bytes(PluginSources.good()) }

    @Test("passes a good library and reads its note")
    func passesGood() throws {
        let inspection = ELFInspection(bytes: try good())
        #expect(inspection.problems == [])
        #expect(inspection.hasEntry)
        #expect(inspection.note == ABINote(major: 1, minor: 0, eventSize: 64, intentSize: 64))
    }

    @Test("finds the entry by either hash table", arguments: ["gnu", "sysv", "both"])
    func findsEntry(style: String) throws {
        let bytes = try Workshop.bytes(PluginSources.good(), flags: ["-shared", "-Wl,--hash-style=\(style)"])
        #expect(ELFInspection(bytes: bytes).problems == [])
    }

    @Test("passes a library without section headers: the loader reads segments only")
    func passesStripped() throws {
        var bytes = try good()
        bytes.replaceSubrange(40..<48, with: [UInt8](repeating: 0, count: 8))
        bytes.replaceSubrange(58..<64, with: [UInt8](repeating: 0, count: 6))
        #expect(ELFInspection(bytes: bytes).problems == [])
    }

    @Test("finds the note by the sections where no segment has it")
    func findsNoteBySection() throws {
        var bytes = try good()
        for at in ELFBytes.segments(bytes) where ELFBytes.type(bytes, at) == 4 { bytes[at] = 0 }
        #expect(ELFInspection(bytes: bytes).problems == [])
    }

    @Test("refuses an empty file, a text and other bytes")
    func refusesOtherFiles() {
        #expect(ELFInspection(bytes: []).problems == [.empty])
        #expect(ELFInspection(bytes: Array("#!/bin/sh\necho hello\n".utf8)).problems == [.text])
        #expect(ELFInspection(bytes: [0x4d, 0x5a, 0x90, 0x00, 0x03]).problems == [.notELF])
    }

    @Test("refuses a file that is not there, a folder and a file above the limit")
    func refusesUnreadable() throws {
        let folder = try TemporaryFolder()
        #expect(ELFInspection(path: folder.path + "/none.so").problems == [.unreadable("No such file or directory")])
        #expect(ELFInspection(path: folder.path).problems == [.unreadable("it is not a regular file")])
        let path = try folder.write([UInt8](repeating: 1, count: 100), to: "big.so")
        #expect(ELFInspection(path: path, sizeLimitBytes: 99).problems == [.tooLarge(bytes: 100, limitBytes: 99)])
    }

    @Test("refuses a truncated library at every length")
    func refusesTruncated() throws {
        let bytes = try good()
        for length in stride(from: 4, to: bytes.count, by: 97) {
            let problems = ELFInspection(bytes: Array(bytes[..<length])).problems
            #expect(problems.contains { if case .truncated = $0 { true } else { false } }, "cut at \(length)")
        }
    }

    @Test("refuses another machine, another word size and another byte order")
    func refusesOtherMachines() throws {
        var bytes = try good()
        let machine = bytes[18]
        bytes[18] = machine == 183 ? 62 : 183
        guard case .machine(let found, let host) = ELFInspection(bytes: bytes).problems.first else {
            Issue.record("\(ELFInspection(bytes: bytes).problems)")
            return
        }
        #expect(found != host)
        bytes[18] = machine
        bytes[4] = 1
        #expect(ELFInspection(bytes: bytes).problems == [.wordSize])
        bytes[4] = 2
        bytes[5] = bytes[5] == 1 ? 2 : 1
        #expect(ELFInspection(bytes: bytes).problems.contains(.byteOrder))
    }

    @Test("refuses an executable, position-independent or not, and an object file")
    func refusesExecutables() throws {
        let main = "int main(void) { return 0; }"
        let pie = ELFInspection(bytes: try Workshop.bytes(main, flags: ["-fPIE", "-pie"])).problems
        #expect(pie.contains(.executable) && pie.contains(.noEntry) && pie.contains(.noNote))
        let fixed = ELFInspection(bytes: try Workshop.bytes(main, flags: ["-fno-PIC", "-no-pie"])).problems
        #expect(fixed.contains(.executable))
        let object = ELFInspection(bytes: try Workshop.bytes(PluginSources.good(), flags: ["-c"])).problems
        #expect(
            object.contains(.notLibrary("an object file that was not linked")) && object.contains(.noDynamicSection))
    }

    @Test("refuses a library without the entry, with a hidden one and with data of that name")
    func refusesWithoutEntry() throws {
        let note = "#include \"CStrategyABI.h\"\nSTRATEGY_ABI_NOTE;\n"
        #expect(ELFInspection(bytes: try Workshop.bytes(note)).problems == [.noEntry])
        let hidden = """
            #include <stdint.h>
            __attribute__((visibility("hidden"))) void *strategy_entry_v1(uint32_t host) { return 0; }
            """
        #expect(ELFInspection(bytes: try Workshop.bytes(hidden)).problems == [.noEntry, .noNote])
        #expect(ELFInspection(bytes: try Workshop.bytes("int strategy_entry_v1 = 3;")).problems == [.noEntry, .noNote])
        let used = "void *strategy_entry_v1(unsigned host); void *call(void) { return strategy_entry_v1(1); }"
        #expect(ELFInspection(bytes: try Workshop.bytes(used)).problems == [.noEntry, .noNote])
    }

    @Test("refuses a library without the note")
    func refusesWithoutNote() throws {
        let bytes = try Workshop.bytes(PluginSources.good(), flags: ["-shared", "-DNO_NOTE"])
        #expect(ELFInspection(bytes: bytes).problems == [.noNote])
    }

    @Test("refuses another ABI major and other record sizes, passes a newer minor")
    func judgesNote() throws {
        let bytes = try good()
        let at = try #require(ELFBytes.noteDescription(bytes))
        var other = bytes
        other[at] = 2
        #expect(ELFInspection(bytes: other).problems == [.abiMajor(found: 2, host: 1)])
        other[at + 8] = 128
        let both: [PluginProblem] = [.abiMajor(found: 2, host: 1), .recordSizes(event: 128, intent: 64)]
        #expect(ELFInspection(bytes: other).problems == both)
        var newer = bytes
        newer[at + 4] = 9
        #expect(ELFInspection(bytes: newer).problems == [])
    }

    @Test("refuses an executable stack and a missing stack header")
    func refusesExecutableStack() throws {
        let flags = ["-shared", "-z", "execstack", "-Wl,-z,execstack"]
        #expect(
            ELFInspection(bytes: try Workshop.bytes(PluginSources.good(), flags: flags)).problems == [.executableStack])
        var bytes = try good()
        for at in ELFBytes.segments(bytes) where ELFBytes.type(bytes, at) == 0x6474_e551 {
            bytes.replaceSubrange(at..<at + 4, with: [0, 0, 0, 0])
        }
        #expect(ELFInspection(bytes: bytes).problems == [.executableStack])
    }

    @Test("refuses text relocations that the linker left")
    func refusesLinkedTextRelocations() throws {
        let address = "\n__asm__(\".pushsection .text\\n.quad free\\n.popsection\");"
        let flags = ["-shared", "-Wl,-z,notext"]
        let bytes = try Workshop.bytes(PluginSources.good() + address, flags: flags)
        #expect(ELFInspection(bytes: bytes).problems == [.textRelocations])
    }

    @Test("refuses text relocations told by either tag, and writable code")
    func refusesTextRelocations() throws {
        let bytes = try good()
        let end = try #require(ELFBytes.endOfDynamic(bytes))
        var tagged = bytes
        tagged[end] = 22
        #expect(ELFInspection(bytes: tagged).problems == [.textRelocations])
        var flagged = bytes
        flagged[end] = 30
        flagged[end + 8] = 4
        #expect(ELFInspection(bytes: flagged).problems == [.textRelocations])
        var writable = bytes
        for at in ELFBytes.segments(bytes) where ELFBytes.type(bytes, at) == 1 && bytes[at + 4] & 1 != 0 {
            writable[at + 4] |= 2
        }
        #expect(ELFInspection(bytes: writable).problems == [.writableCode])
    }

    @Test("gives every reason at once, each with its own text")
    func givesEveryReason() throws {
        let source = "int main(void) { return 0; }"
        let flags = ["-fPIE", "-pie", "-z", "execstack", "-Wl,-z,execstack"]
        let problems = ELFInspection(bytes: try Workshop.bytes(source, flags: flags)).problems
        #expect(problems == [.executable, .noEntry, .noNote, .executableStack])
        #expect(Set(problems.map(\.text)).count == 4 && problems.allSatisfy { !$0.text.isEmpty })
    }

    @Test("survives random truncations and byte flips of a good library")
    func survivesFuzzing() throws {
        let bytes = try good()
        var random = SeededGenerator(state: 42)
        var refused = 0
        for round in 0..<3000 {
            var broken = bytes
            if round % 3 == 0 { broken.removeLast(Int(random.next() % UInt64(bytes.count))) }
            for _ in 0..<(1 + random.next() % 8) where !broken.isEmpty {
                // Half of the flips hit the headers, where they do the most harm.
                let range = random.next() % 2 == 0 ? min(1024, broken.count) : broken.count
                broken[Int(random.next() % UInt64(range))] = UInt8(truncatingIfNeeded: random.next())
            }
            if !ELFInspection(bytes: broken).problems.isEmpty { refused += 1 }
        }
        #expect(refused > 1000)
    }

    @Test("survives headers whose numbers are at their limits", arguments: [UInt8(0xff), 0x7f, 0x80])
    func survivesExtremes(filler: UInt8) throws {
        let bytes = try good()
        for at in stride(from: 16, to: 1024, by: 4) {
            for width in [2, 4, 8] {
                var broken = bytes
                broken.replaceSubrange(at..<at + width, with: [UInt8](repeating: filler, count: width))
                _ = ELFInspection(bytes: broken).problems
            }
        }
    }
}

/// SplitMix64: the same flips in every run.
struct SeededGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
