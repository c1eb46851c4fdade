internal import CWorker
internal import Glibc

/// What keeps a plugin's process from the rest of the machine, and what does not because the machine cannot. The process
/// does it to itself, for good.
public struct Confinement: Sendable, Equatable {
    /// In force: "seccomp", "landlock 7", …
    public internal(set) var measures: [String] = []
    /// Sentences about what is missing; empty = nothing is.
    public internal(set) var gaps: [String] = []

    /// Before any of the plugin's code runs, its initialisers included: afterwards the process reads `library` and what the
    /// system's loader needs. Without Landlock it reads until `instanceMade()`.
    static func enter(library: String, usesLandlock: Bool) -> Confinement {
        var confinement = Confinement()
        let version = usesLandlock ? worker_close_files(library) : -ENOSYS
        if version > 0 { confinement.measures.append("landlock \(version)") }
        let failure = worker_confine(version > 0 ? 0 : 1)
        if failure == 0 {
            confinement.measures.append("seccomp")
        } else {
            confinement.gaps.append(
                "the kernel refuses a seccomp filter (\(text(failure))), so that it may use the network and start "
                    + "processes")
        }
        guard version <= 0 else { return confinement }
        let cause = "the kernel has no Landlock (\(text(-version))), so that it may read files"
        confinement.gaps.append(failure == 0 ? cause + " until its instance is made" : cause + " and write them")
        return confinement
    }

    /// Where there is no Landlock: no file is opened from now on.
    mutating func instanceMade() {
        guard measures.contains("seccomp"), !measures.contains(where: { $0.hasPrefix("landlock") }),
            !measures.contains(Confinement.closed)
        else { return }
        let failure = worker_refuse_opening()
        if failure == 0 {
            measures.append(Confinement.closed)
        } else {
            gaps.append("a second seccomp filter was refused (\(Confinement.text(failure))), so that it may read files")
        }
    }

    private static let closed = "no files after creation"

    private static func text(_ error: Int32) -> String { String(cString: strerror(error)) }

    /// What a worker on this machine would be kept with.
    public static var offered: (seccomp: Bool, landlock: Int) {
        (worker_can_filter() != 0, Int(worker_landlock_version()))
    }
}
