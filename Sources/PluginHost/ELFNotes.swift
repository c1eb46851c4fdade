internal import CStrategyABI

/// What the note `.note.strategy_abi` says: the contract that a library was compiled with.
public struct ABINote: Sendable, Equatable {
    public var major: UInt32
    public var minor: UInt32
    /// Bytes of an event record.
    public var eventSize: UInt32
    /// Bytes of an intent record.
    public var intentSize: UInt32

    public init(major: UInt32, minor: UInt32, eventSize: UInt32, intentSize: UInt32) {
        self.major = major
        self.minor = minor
        self.eventSize = eventSize
        self.intentSize = intentSize
    }

    /// The host's own.
    public static let host = ABINote(
        major: STRATEGY_ABI_MAJOR, minor: STRATEGY_ABI_MINOR,
        eventSize: UInt32(MemoryLayout<strategy_event_v1_t>.size),
        intentSize: UInt32(MemoryLayout<strategy_intent_v1_t>.size))
}

extension ELFImage {
    /// Every strategy note in the note segments; where there is none, those in the note sections.
    var strategyNotes: [ABINote] {
        let inSegments = segments.filter { $0.type == ELF.segmentNote }.flatMap {
            strategyNotes(from: $0.offset, size: $0.fileSize, alignment: $0.alignment)
        }
        guard inSegments.isEmpty else { return inSegments }
        return sections.filter { $0.type == ELF.sectionNote }.flatMap {
            strategyNotes(from: $0.offset, size: $0.size, alignment: $0.alignment)
        }
    }

    /// Notes follow each other: sizes of name and description, type, name, description, each padded.
    private func strategyNotes(from start: UInt64, size: UInt64, alignment: UInt64) -> [ABINote] {
        guard holds(start, size) else { return [] }
        let padding: UInt64 = alignment == 8 ? 8 : 4
        let end = start + size
        var notes: [ABINote] = []
        var at = start
        while end - at >= 12, let nameSize: UInt32 = number(at: at), let descriptionSize: UInt32 = number(at: at + 4),
            let type: UInt32 = number(at: at + 8)
        {
            let description = at + Self.padded(12 + UInt64(nameSize), to: padding)
            let next = description + Self.padded(UInt64(descriptionSize), to: padding)
            guard description + UInt64(descriptionSize) <= end else { break }
            if type == STRATEGY_ABI_NOTE_TYPE, descriptionSize >= 16, isStrategyName(at: at + 12, size: nameSize),
                let note = note(at: description)
            {
                notes.append(note)
            }
            guard next < end else { break }
            at = next
        }
        return notes
    }

    private func note(at offset: UInt64) -> ABINote? {
        guard let major: UInt32 = number(at: offset), let minor: UInt32 = number(at: offset + 4),
            let eventSize: UInt32 = number(at: offset + 8), let intentSize: UInt32 = number(at: offset + 12)
        else { return nil }
        return ABINote(major: major, minor: minor, eventSize: eventSize, intentSize: intentSize)
    }

    private func isStrategyName(at offset: UInt64, size: UInt32) -> Bool {
        let name = Array(STRATEGY_ABI_NOTE_NAME.utf8) + [0]
        guard Int(size) == name.count, holds(offset, UInt64(name.count)) else { return false }
        return bytes[Int(offset)..<Int(offset) + name.count].elementsEqual(name)
    }

    private static func padded(_ size: UInt64, to alignment: UInt64) -> UInt64 {
        (size + alignment - 1) / alignment * alignment
    }
}
