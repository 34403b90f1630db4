public import Inventory

/// Encodes state records into buffers that are reused from one to the next.
public struct StateEncoder: ~Copyable {
    private let ids: IDs
    private var key = LittleEndianWriter()
    private var value = LittleEndianWriter()

    public init(_ ids: IDs = .integers) { self.ids = ids }

    /// Hands out the record's key and value; both are valid only inside the closure.
    public mutating func encode<Failure: Error>(
        _ record: StateRecord,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        write(record.key)
        value.removeAll()
        value.append(StateRecord.version)
        record.writeValue(into: &value, ids)
        try key.bytes.withUnsafeBytes { (key) throws(Failure) in
            try value.bytes.withUnsafeBytes { (value) throws(Failure) in try body(key, value) }
        }
    }

    /// Hands out a key, as a tombstone needs it.
    public mutating func encodeKey<Failure: Error>(
        _ wanted: StateRecord.Key, _ body: (_ key: UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        write(wanted)
        try key.bytes.withUnsafeBytes { (key) throws(Failure) in try body(key) }
    }

    private mutating func write(_ wanted: StateRecord.Key) {
        key.removeAll()
        wanted.write(into: &key, ids)
    }
}

extension StateRecord {
    func writeValue(into value: inout LittleEndianWriter, _ ids: IDs) {
        switch self {
        case .entries(_, let entries):
            value.append(StoredKinds(ids).rawValue)
            for entry in entries {
                value.append(entry.pair.product, ids)
                value.append(entry.pair.warehouse, ids)
                value.append(entry.stock)
                value.append(entry.lastUpdated.microseconds)
                value.append(entry.events)
            }
        case .ids(_, let bucket): bucket.write(into: &value)
        case .movements(let images): images.write(into: &value)
        case .checkpoint(let record): record.write(into: &value)
        case .position(_, let offset), .referenceRejected(_, _, let offset): value.append(offset.rawValue)
        case .alert(_, let alert): alert.write(into: &value)
        case .stockFingerprint(_, let fingerprint), .rollupFingerprint(_, let fingerprint):
            value.append(fingerprint)
        // It is read and deleted, never written.
        case .former: break
        }
    }
}

extension IDBucket {
    fileprivate func write(into value: inout LittleEndianWriter) {
        value.append(set)
        value.append(UInt32(chunks.count))
        for chunk in chunks {
            value.append(chunk.number)
            for word in chunk.words { value.append(word) }
        }
        value.append(UInt32(texts.count))
        for text in texts {
            value.append(text.rawValue)
            value.append(text.high)
        }
        for id in ids { value.append(id) }
    }
}

extension MovementImages {
    fileprivate func write(into value: inout LittleEndianWriter) {
        value.append(known)
        for image in images {
            value.append(image.entry ?? .max)
            value.append(image.units)
            value.append(image.time.microseconds)
            image.version.write(into: &value)
        }
    }
}

extension RowVersion {
    fileprivate func write(into value: inout LittleEndianWriter) {
        value.append(position)
        value.append(seconds)
    }
}

extension PublishedAlert {
    fileprivate func write(into value: inout LittleEndianWriter) {
        value.append(level?.rawValue ?? 0)
        value.append(incident)
        value.append(since.microseconds)
        value.append(fingerprint)
        value.append(oversoldUnits)
    }
}

extension CheckpointRecord {
    fileprivate func write(into value: inout LittleEndianWriter) {
        // The release first: whatever later versions add, an older reader can name who wrote it.
        value.append(release)
        value.append(base.rawValue)
        value.append(offset.rawValue)
        value.append(pairs)
        value.append(publishedAlerts)
        value.append(movements)
        value.append(UInt8(truncated == nil ? 0 : 1))
        (truncated ?? .none).write(into: &value)
        value.append(dedupe.seed)
        value.append(dedupe.number)
        value.append(UInt64(dedupe.currentCount))
        value.append(UInt64(dedupe.previousCount))
        value.append(settings)
    }
}
