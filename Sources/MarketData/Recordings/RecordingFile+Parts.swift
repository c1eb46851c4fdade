internal import Glibc

extension RecordingFile {
    /// Writes other terms of the same instruments into the head of a file that is complete; ids, names and calendars are as
    /// long as they were.
    static func describe(_ instruments: [RecordedInstrument], in path: String) throws(MarketDataError) {
        let scan = try RecordingScan(RecordingFile(opening: path, forWriting: true))
        var header = scan.header
        guard header.instruments != instruments else { return }
        header.instruments = instruments
        let bytes = header.bytes(sequence: scan.sequence)
        guard bytes.count == scan.offset else {
            throw MarketDataError(
                .damagedHeader, file: path, reason: "has no room for the new terms: nothing was changed")
        }
        try scan.file.write(bytes, at: 0)
        try scan.file.sync()
    }

    /// How many files a recording has in its folder.
    static func parts(_ path: String) -> Int {
        var count = 0
        while access(partPath(path, count), F_OK) == 0 { count += 1 }
        return count
    }

    /// The first part goes first: without it there is no recording.
    static func removeParts(_ path: String) {
        for part in 0..<parts(path) { unlink(partPath(path, part)) }
    }
}

extension RecordingReader {
    /// The files that `path` stands for: of a recording all its parts.
    public static func files(_ path: String) -> [String] {
        isRecording(path) ? (0..<RecordingFile.parts(path)).map { RecordingFile.partPath(path, $0) } : [path]
    }

    /// Takes a recording away with all its parts.
    public static func remove(_ path: String) { RecordingFile.removeParts(path) }

    /// Moves a recording with all its parts; the first comes last, so that it is never seen without the others.
    public static func move(_ path: String, to target: String) throws(MarketDataError) {
        for part in (0..<RecordingFile.parts(path)).reversed() {
            let name = RecordingFile.partPath(target, part)
            guard rename(RecordingFile.partPath(path, part), name) == 0 else {
                throw MarketDataError(
                    .unwritable, file: name, reason: "cannot be put there: \(String(cString: strerror(errno)))")
            }
        }
    }
}
