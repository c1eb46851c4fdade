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

    /// `searched`: lists of the library that are read as long as the process lives. They come back with every library that is
    /// loaded, and by themselves it is a page of them instead of sixteen.
    func add(_ plugin: LoadedPlugin, searched: [Range<UInt64>]) {
        guard let descriptor = plugin.descriptor else { return }
        var base: UInt = 0
        let parts = [process_image_part_t](unsafeUninitializedCapacity: RetiredImages.partsMax) { buffer, count in
            // The text of a library's own function lies in it for sure, a descriptor may lie on the heap.
            let address = plugin.functions.map { unsafeBitCast($0.process, to: UnsafeRawPointer.self) }
            count = Int(
                process_image_parts(
                    address ?? UnsafeRawPointer(descriptor), buffer.baseAddress, Int32(buffer.count), &base))
        }
        for list in searched {
            let start = base &+ UInt(truncatingIfNeeded: list.lowerBound)
            let part = process_image_part_t(start: UnsafeMutableRawPointer(bitPattern: start), bytes: list.count)
            guard parts.contains(where: { $0.holds(part) }) else { continue }
            withUnsafePointer(to: part) { _ = process_map_apart($0) }
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

extension process_image_part_t {
    fileprivate func holds(_ other: process_image_part_t) -> Bool {
        guard let start, let first = other.start, first >= start else { return false }
        return first - start <= bytes && other.bytes <= bytes - (first - start)
    }
}
