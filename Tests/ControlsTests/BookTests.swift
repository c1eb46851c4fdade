import Controls
import Testing
import Trading

@Suite("A book around an order")
struct BookTests {
    /// The ends of the range, where 64 bits are not enough, and what lies between.
    private static let numbers: [Int64] = [.min, .min + 1, -7, -1, 0, 1, 7, 1 << 40, .max - 1, .max]

    @Test("its worst case and whether an order shrinks it follow the definition for all numbers", arguments: numbers)
    func definition(_ position: Int64) {
        for working in BookTests.numbers where working >= 0 {
            for quantity in BookTests.numbers where quantity >= 0 {
                for side in [Side.buy, .sell] {
                    var book = OrderContext.Book()
                    book.position = Quantity(raw: position)
                    book.setWorking(side, Quantity(raw: working))
                    let sign: Int128 = side == .buy ? 1 : -1
                    let reach = sign * Int128(position) + Int128(working) + Int128(quantity)
                    let worst = Int64(clamping: max(0, reach))
                    #expect(book.worstCase(side, adding: Quantity(raw: quantity)).raw == worst)
                    // A position of the smallest number cannot be closed by one order.
                    guard position > .min else { continue }
                    let isReduced = quantity > 0 && -sign * Int128(position) >= Int128(working) + Int128(quantity)
                    #expect(book.isReduced(by: Quantity(raw: quantity), on: side) == isReduced)
                }
            }
        }
    }
}
