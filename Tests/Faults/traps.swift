/// Traps of Swift for `bad.c`.
nonisolated(unsafe) private var numbers = [1, 2, 3]
nonisolated(unsafe) private var nobody: Int?

@_cdecl("swift_index_out_of_range")
public func indexOutOfRange() { numbers[numbers.count + 4] += 1 }

@_cdecl("swift_nil_unwrap")
public func nilUnwrap() { numbers[0] = nobody! }
