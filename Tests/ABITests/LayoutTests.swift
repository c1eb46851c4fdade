import ABILayout
import CStrategyABI
import Testing

/// Compares one field's place in three sources: Swift's import, the C compiler, the contract's numbers.
struct LayoutCheck {
    var problems: [String] = []
    var count = 0

    mutating func record<Record>(_ type: Record.Type, _ name: String, _ size: Int) {
        compare(name, offset: 0, size: MemoryLayout<Record>.size, contract: (0, size))
        if MemoryLayout<Record>.stride != size { problems.append("\(name): stride \(MemoryLayout<Record>.stride)") }
    }

    mutating func field<Record, Value>(_ path: KeyPath<Record, Value>, _ name: String, _ offset: Int, _ size: Int) {
        compare(
            name, offset: MemoryLayout<Record>.offset(of: path), size: MemoryLayout<Value>.size,
            contract: (offset, size))
    }

    private mutating func compare(_ name: String, offset: Int?, size: Int, contract: (offset: Int, size: Int)) {
        count += 1
        guard let inC = abi_field(name)?.pointee else { return problems.append("\(name): C does not know it") }
        if offset != contract.offset || size != contract.size {
            problems.append("\(name): Swift has \(offset ?? -1), \(size); the contract says \(contract)")
        }
        if inC.offset != contract.offset || inC.size != contract.size {
            problems.append("\(name): C has \(inC.offset), \(inC.size); the contract says \(contract)")
        }
    }
}

@Suite("ABI layout")
struct LayoutTests {
    @Test("C, Swift and the contract agree on every field of every record and table")
    func fields() {
        var check = LayoutCheck()
        check.checkEventRecords()
        check.checkIntentRecords()
        check.checkTables()
        #expect(check.problems == [])
        #expect(check.count == abi_field_count())
    }

    @Test("C, Swift and the contract agree on every constant")
    func constants() {
        for constant in ContractConstants.all {
            #expect(constant.swift == constant.contract, "\(constant.name)")
            #expect(abi_constant(constant.name)?.pointee.value == Int64(constant.contract), "\(constant.name)")
        }
        #expect(ContractConstants.all.count == abi_constant_count())
    }

    @Test("version and table names are those of version 1")
    func names() {
        #expect(STRATEGY_ABI_MAJOR == 1 && STRATEGY_ABI_MINOR == 0)
        #expect(STRATEGY_EXT_PARAMS == "params.v1")
        #expect(STRATEGY_EXT_STATE == "state.v1")
        #expect(STRATEGY_EXT_LOG == "log.v1")
        #expect(STRATEGY_EXT_FUNCTIONS == "functions.v1")
        #expect(STRATEGY_EXT_FEATURES == "features.v1")
        #expect(STRATEGY_ABI_NOTE_NAME == "StratABI")
    }

    @Test("a check that is fed a wrong number reports it")
    func canFail() {
        var check = LayoutCheck()
        check.field(\strategy_bar_v1_t.open, "strategy_bar_v1_t.open", 24, 8)
        check.field(\strategy_bar_v1_t.open, "strategy_bar_v1_t.opening", 16, 8)
        #expect(check.problems.count == 3)
    }
}
