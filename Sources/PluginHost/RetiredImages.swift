internal import CProcess
internal import Synchronization

/// Where the read-only parts of loaded libraries lie. A library can never be unloaded, but nobody has to keep the code in memory
/// of one that does not run: 200 to 300 KB of each.
final class RetiredImages: Sendable {
    private struct Image: @unchecked Sendable {
        var generation: Int
        var parts: [process_image_part_t]
    }
    private let images = Mutex<[Image]>([])

    /// More than the linkers make.
    private static let partsMax = 8

    func add(_ plugin: LoadedPlugin) {
        guard let descriptor = plugin.descriptor else { return }
        let parts = [process_image_part_t](unsafeUninitializedCapacity: RetiredImages.partsMax) { buffer, count in
            // The text of a library's own function lies in it for sure, a descriptor may lie on the heap.
            let address = plugin.functions.map { unsafeBitCast($0.process, to: UnsafeRawPointer.self) }
            count = Int(
                process_image_parts(address ?? UnsafeRawPointer(descriptor), buffer.baseAddress, Int32(buffer.count)))
        }
        images.withLock { $0.append(Image(generation: plugin.generation, parts: parts)) }
    }

    func dropPages(exceptOf inUse: Set<Int>) {
        let retired = images.withLock { images in images.filter { !inUse.contains($0.generation) } }
        for image in retired {
            for part in image.parts { withUnsafePointer(to: part) { _ = process_drop_pages($0) } }
        }
    }
}
