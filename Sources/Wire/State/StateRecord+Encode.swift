import Inventory

/// Encodes state records into buffers that are reused from one to the next.
public struct StateEncoder {
    private var keyWriter = LittleEndianWriter()
    private var valueWriter = LittleEndianWriter()

    public init() {}

    /// Hands out the record's key and value; both are valid only inside the closure.
    public mutating func encode<Failure: Error>(
        _ record: StateRecord,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        keyWriter.bytes.removeAll(keepingCapacity: true)
        valueWriter.bytes.removeAll(keepingCapacity: true)
        writeKey(record.key)
        valueWriter.append(record.layout)
        if record.name.kind != .barrier, let stamp = record.stamp, !stamp.isFirst {
            valueWriter.append(stamp.generation)
        }
        writeValue(record)
        var failure: Failure?
        keyWriter.bytes.withUnsafeBytes { key in
            valueWriter.bytes.withUnsafeBytes { value in
                do throws(Failure) { try body(key, value) } catch { failure = error }
            }
        }
        if let failure { throw failure }
    }

    /// Hands out the key of a record, as a tombstone needs it.
    public mutating func encodeKey<Failure: Error>(
        of key: StateRecord.Key, _ body: (_ key: UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        keyWriter.bytes.removeAll(keepingCapacity: true)
        writeKey(key)
        var failure: Failure?
        keyWriter.bytes.withUnsafeBytes { key in
            do throws(Failure) { try body(key) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private mutating func writeKey(_ key: StateRecord.Key) {
        keyWriter.append(key.name.kind.rawValue)
        switch key.name {
        case .cells(let bucket): keyWriter.append(bucket)
        case .seen(let partition, let place):
            keyWriter.append(partition.rawValue)
            keyWriter.append(place)
        case .barrier(let partition), .position(let partition), .movementLog(let partition):
            keyWriter.append(partition.rawValue)
        case .alert(let pair), .stockFingerprint(let pair): keyWriter.append(pair.packed)
        case .rollupFingerprint(let product): keyWriter.append(product.rawValue)
        case .movements(let number): keyWriter.append(number)
        case .referenceRefused(let table, let partition):
            keyWriter.append(table.rawValue)
            keyWriter.append(partition.rawValue)
        case .intent(let partition, let part):
            keyWriter.append(partition.rawValue)
            keyWriter.append(part)
        }
        // The first record of a name has the key it has had since there was one.
        if key.slot == 1 { keyWriter.append(1 as UInt8) }
    }

    private mutating func writeValue(_ record: StateRecord) {
        switch record {
        case .cells(_, let cells, _):
            for cell in cells {
                valueWriter.append(cell.pair.packed)
                valueWriter.append(cell.stock)
                valueWriter.append(cell.lastUpdated.microseconds)
                valueWriter.append(cell.events)
            }
        case .seen(_, _, let chunk, _):
            valueWriter.append(chunk.number)
            for word in chunk.words { valueWriter.append(word) }
        case .barrier(let barrier):
            // Release first: whatever later versions add, an older reader can name who wrote it.
            valueWriter.append(barrier.release)
            valueWriter.append(barrier.base.rawValue)
            valueWriter.append(barrier.offset.rawValue)
            valueWriter.append(UInt8(barrier.highestID == nil ? 0 : 1))
            valueWriter.append(barrier.highestID ?? 0)
            valueWriter.append(barrier.cellCount)
            valueWriter.append(barrier.settings)
            valueWriter.append(barrier.seenChunkCount)
            valueWriter.append(barrier.alertCount)
            if barrier.stamp.isFirst { break }
            valueWriter.append(barrier.stamp.generation)
            valueWriter.append(barrier.laneCount)
            valueWriter.append(barrier.digest)
        case .position(_, let offset): valueWriter.append(offset.rawValue)
        case .alert(_, let entry): Self.write(entry, into: &valueWriter)
        case .stockFingerprint(_, let print), .rollupFingerprint(_, let print): valueWriter.append(print)
        case .movements(let chunk, _): write(chunk)
        case .movementLog(let summary):
            valueWriter.append(summary.offset.rawValue)
            valueWriter.append(summary.count)
            valueWriter.append(UInt8(summary.truncated == nil ? 0 : 1))
            write(summary.truncated ?? .none)
            if record.layout == StateRecord.Kind.movementLog.newest {
                valueWriter.append(summary.digest ?? 0)
            }
        case .referenceRefused(_, _, let offset): valueWriter.append(offset.rawValue)
        case .intent(let intent): Self.write(intent, into: &valueWriter)
        }
    }

    private mutating func write(_ chunk: MovementImages) {
        valueWriter.append(chunk.known)
        for image in chunk.images {
            valueWriter.append(image.slot ?? .max)
            valueWriter.append(image.units)
            valueWriter.append(image.time.microseconds)
            write(image.version)
        }
    }

    private mutating func write(_ version: RowVersion) {
        valueWriter.append(version.position)
        valueWriter.append(version.seconds)
    }
}
