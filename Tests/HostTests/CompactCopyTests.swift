import Testing

@testable import stratagem

@Suite("Compact copies")
struct CompactCopyTests {
    @Test("a copy of a log with much room is small, whole or in part, and the log keeps its memory")
    func isSmall() {
        var log: [Int64] = []
        log.reserveCapacity(4096)
        log += [1, 2, 3]
        let memory = log.withUnsafeBufferPointer { $0.baseAddress }
        let (whole, part, slice) = (log.compactCopy, log[1...].compactCopy, log[...].compactCopy)
        log.removeAll(keepingCapacity: true)
        log.append(9)
        #expect(whole == [1, 2, 3] && part == [2, 3] && slice == whole)
        #expect([whole, part, slice].allSatisfy { $0.capacity < 64 })
        #expect(log.withUnsafeBufferPointer { $0.baseAddress } == memory)
        #expect(log.prefix(0).compactCopy.isEmpty)
    }
}
