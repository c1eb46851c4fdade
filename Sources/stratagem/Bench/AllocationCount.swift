import CBenchmark
import Glibc
import PluginHost

/// Counting allocations takes a library that is loaded before all others: the process starts itself anew with it.
enum AllocationCount {
    /// Returns when the library is loaded, or when there is none; does not return otherwise.
    static func preload() {
        guard benchmark_allocations() == .max, getenv("LD_PRELOAD") == nil,
            let folder = PluginDiscovery.executableFolder
        else { return }
        let library = folder + "/libAllocationCount.so"
        guard FileSystem.exists(library) else { return }
        setenv("LD_PRELOAD", library, 1)
        execv("/proc/self/exe", CommandLine.unsafeArgv)
        // It could not be started: the table lacks its allocation rows then.
        unsetenv("LD_PRELOAD")
    }
}
