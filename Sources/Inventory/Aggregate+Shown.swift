extension Aggregate {
    /// Small, so that a lone change copies little; large, so that a million entries are few objects.
    public static var entriesPerChunk: Int { 256 }

    /// Brings the chunks of an earlier call up to date with the last commit. Copies only those touched since.
    ///
    /// The first call copies everything; from then on commits note what they touch. Only between transactions.
    public mutating func refreshShown(_ chunks: inout [ShownChunk]) {
        precondition(journal.touched.isEmpty, "only what is committed is shown")
        if touchedChunks == nil {
            touchedChunks = BucketSet()
            noteAllShown()
        }
        let members = touchedChunks?.members ?? []
        // Chunks in between may hold only pairs that were rolled back. They are copied to keep the indices right.
        while let last = members.last, chunks.count <= last { chunks.append(shown(chunks.count)) }
        for chunk in members { chunks[Int(chunk)] = shown(Int(chunk)) }
        touchedChunks?.removeAll()
    }

    private func shown(_ chunk: Int) -> ShownChunk {
        let first = chunk * Self.entriesPerChunk
        let count = max(0, min(Self.entriesPerChunk, table.count - first))
        return ShownChunk(
            entries: Array(unsafeUninitializedCapacity: count) { entries, filled in
                for index in 0..<count {
                    (entries.baseAddress.unsafelyUnwrapped + index).initialize(to: shownEntry(UInt32(first + index)))
                }
                filled = count
            })
    }

    @inline(__always)
    private func shownEntry(_ entryIndex: UInt32) -> ShownEntry {
        let entry = table.entries[Int(entryIndex)]
        let level = level(entryIndex)
        var row = ShownEntry(
            pair: Pair(rawValue: entry.pair), stock: entry.stock,
            lastUpdated: Timestamp(microseconds: entry.lastUpdated), since: Timestamp(microseconds: 0),
            incident: 0, level: level, isVisible: isVisible(entryIndex))
        if level != nil, let alert = published(entryIndex) {
            row.since = alert.since
            row.incident = alert.incident
        }
        return row
    }

    /// Notes the chunks that the committing transaction changed.
    @inline(__always)
    mutating func noteShown() {
        guard touchedChunks != nil else { return }
        if isWholePending { return noteAllShown() }
        for touched in journal.touched { noteShown(touched.entryIndex) }
        for entryIndex in pending { noteShown(entryIndex) }
    }

    private mutating func noteAllShown() {
        for first in stride(from: 0, to: table.count, by: Self.entriesPerChunk) {
            noteShown(UInt32(first))
        }
    }

    @inline(__always)
    private mutating func noteShown(_ entryIndex: UInt32) {
        touchedChunks?.insert(bucket: entryIndex / UInt32(Self.entriesPerChunk))
    }
}
