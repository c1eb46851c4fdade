extension Collection {
    /// The elements in memory of their own and of their size. A plain copy of a log that is emptied and filled again shares
    /// the log's memory with all its room, and keeps it for as long as the copy lives.
    var compactCopy: [Element] {
        Array(unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = buffer.initialize(fromContentsOf: self)
        }
    }
}
