import Testing
import Trading

@Suite("Fixed buffers")
struct FixedBufferTests {
    @Test("keep what is stored and start as told")
    func storage() {
        var buffer = FixedBuffer(count: 3, repeating: 7)
        buffer[1] = 9
        buffer[2] += 1
        #expect([buffer[0], buffer[1], buffer[2]] == [7, 9, 8])
        #expect(FixedBuffer(count: 0, repeating: 1).count == 0)
    }

    @Test("copy an array")
    func copies() {
        let buffer = FixedBuffer([4, 5])
        #expect([buffer[0], buffer[1]] == [4, 5])
        #expect(FixedBuffer([Int]()).count == 0)
    }

    @Test("grow at the end into a buffer of their own")
    func grows() {
        var small = FixedBuffer([1, 2])
        let large = FixedBuffer(small, adding: 2, of: 5)
        small[0] = 100
        #expect(large.count == 4)
        #expect([large[0], large[1], large[2], large[3]] == [1, 2, 5, 5])
    }
}
