import Foundation
import Testing

/// What the machine can put in a run's way: exit code 3, with what to do about it.
@Suite("Environment")
struct EnvironmentTests {
    private let scratch = Scratch()

    private func expectRefusal(
        _ words: [String], naming parts: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await CommandLine.run(words, in: scratch)
        #expect(outcome.code == 3, "\(outcome.errors)", sourceLocation: sourceLocation)
        #expect(outcome.lastError.split(separator: " – ").count >= 3, sourceLocation: sourceLocation)
        for part in parts {
            #expect(outcome.lastError.contains(part), "\(outcome.lastError)", sourceLocation: sourceLocation)
        }
    }

    @Test("a port that another program has")
    func portInUse() async throws {
        scratch.addCross("cross")
        let taken = try BoundPort()
        try await expectRefusal(["run", "--port", "\(taken.number)"], naming: "127.0.0.1:\(taken.number)", "--port")
        #expect(scratch.hostFile() == nil)
        let doctor = try await CommandLine.run(["doctor", "--port", "\(taken.number)"], in: scratch)
        #expect(doctor.code == 1 && doctor.output.contains("problem  port"))
        #expect(doctor.output.contains(":\(taken.number): Address already in use"))
        withExtendedLifetime(taken) {}
    }

    @Test("a data folder that cannot be made, or is no folder")
    func dataFolder() async throws {
        scratch.addCross("cross")
        scratch.write("a file", to: "taken")
        try await expectRefusal(["run", "--data-dir", "taken/data"], naming: "taken", "--data-dir")
        try await expectRefusal(["run", "--data-dir", "taken"], naming: "taken", "Not a directory", "--data-dir")
    }

    @Test("a data folder that may not be written to", .enabled(if: getuid() != 0, "root may write everywhere"))
    func readOnlyFolder() async throws {
        scratch.addCross("cross")
        scratch.write("", to: "closed/file")
        chmod(scratch.path + "/closed", 0o500)
        defer { chmod(scratch.path + "/closed", 0o700) }
        try await expectRefusal(["run", "--data-dir", "closed"], naming: "closed", "--data-dir")
    }

    @Test("a database of a newer version is left as it is, by every command")
    func newerDatabase() async throws {
        scratch.addCross("cross")
        #expect(try await CommandLine.run(["run", "--duration", "0.3"], in: scratch).code == 0)
        let path = scratch.path + "/.stratagem/journal.sqlite"
        var bytes = try #require(FileManager.default.contents(atPath: path))
        // `user_version`, 4 bytes with the most significant first, stands at byte 60 of SQLite's header.
        bytes[bytes.startIndex + 60] = 0x7f
        try bytes.write(to: URL(fileURLWithPath: path))
        try await expectRefusal(["run"], naming: "newer version", "journal.sqlite")
        try await expectRefusal(["user", "list"], naming: "newer version")
        try await expectRefusal(["backup", "copy.sqlite"], naming: "newer version")
        let doctor = try await CommandLine.run(["doctor", "--port", "0"], in: scratch)
        #expect(doctor.code == 1 && doctor.output.contains("problem  database"))
        #expect(FileManager.default.contents(atPath: path) == bytes)
    }

    @Test("a database that is none")
    func foreignDatabase() async throws {
        scratch.addCross("cross")
        scratch.write("some text", to: ".stratagem/journal.sqlite")
        try await expectRefusal(["run"], naming: "not a database")
        #expect(scratch.read(".stratagem/journal.sqlite") == "some text")
    }

    @Test("a port in the environment that is none is a usage error; a good one is taken")
    func environmentPort() async throws {
        scratch.addCross("cross")
        func doctor(_ port: String) async throws -> CommandLine.Outcome {
            try await RunningCommand(["doctor"], in: scratch, environment: ["STRATAGEM_PORT=\(port)"]).finish()
        }
        let bad = try await doctor("eighty")
        #expect(bad.code == 2 && bad.lastError.contains("STRATAGEM_PORT"))
        #expect(try await doctor("0").output.contains("any free one"))
    }
}

/// A port of this machine that nobody else can have for so long.
private final class BoundPort {
    let number: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 1) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        number = UInt16(bigEndian: address.sin_port)
        try #require(isBound, "no port: \(String(cString: strerror(errno)))")
    }

    deinit { close(descriptor) }
}
