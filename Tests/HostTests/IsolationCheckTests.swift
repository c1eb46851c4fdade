import Testing

@testable import stratagem

@Suite("What doctor says of isolation")
struct IsolationCheckTests {
    @Test("what is missing is a warning that says what a worker may do, and how to mend it")
    func grades() {
        #expect(MachineCheck.isolation((true, 4)) == .ok("isolation", "seccomp, Landlock 4"))
        let readable = MachineCheck.isolation((true, 0))
        #expect(readable.grade == .warning && readable.text.contains("may read files until its instance is made"))
        #expect(readable.fix?.contains("Landlock") == true)
        let open = MachineCheck.isolation((false, 7))
        #expect(open.grade == .warning && open.text.contains("may use the network"))
    }
}
