/// 64 ids' worth of the movement log, as a checkpoint stores it.
public struct MovementImages: Equatable, Sendable {
    /// What was counted of an event.
    public struct Image: Equatable, Sendable {
        /// The cell's place; nil for an event that was deleted.
        public var slot: UInt32?
        public var units: Int32
        public var time: Timestamp
        public var version: RowVersion

        public init(slot: UInt32?, units: Int32, time: Timestamp, version: RowVersion) {
            self.slot = slot
            self.units = units
            self.time = time
            self.version = version
        }
    }

    /// Ids `number × 64 ..< (number + 1) × 64`.
    public var number: Int64
    /// A bit for each id that is known, low bit first.
    public var known: UInt64
    /// Of the known ids, in their order.
    public var images: [Image]

    public init(number: Int64, known: UInt64, images: [Image]) {
        self.number = number
        self.known = known
        self.images = images
    }
}

extension MovementLog {
    func forEachDirtyChunk<Failure: Error>(
        _ body: (MovementImages) throws(Failure) -> Void
    ) throws(Failure) {
        var images = MovementImages(number: 0, known: 0, images: [])
        for index in dirtyChunks {
            let chunk = self.chunk(Int(index))
            images.number = chunk.number
            images.known = chunk.known
            images.images.removeAll(keepingCapacity: true)
            for place in 0..<chunk.count {
                let movement = chunk.movements[place]
                images.images.append(
                    MovementImages.Image(
                        slot: movement.isLive ? movement.slot : nil, units: movement.units,
                        time: Timestamp(microseconds: movement.time), version: movement.version))
            }
            try body(images)
        }
    }

    /// Puts a chunk back, over whatever there was of it.
    mutating func restore(_ chunk: MovementImages) {
        var rest = chunk.images.makeIterator()
        for bit in 0..<MovementChunk.idsPerChunk {
            guard let place = place(of: chunk.number << 6 | Int64(bit)) else { return }
            var movement: Movement?
            if chunk.known & (1 << UInt64(bit)) != 0, let image = rest.next() {
                movement = Movement(
                    slot: image.slot ?? Movement.gone, units: image.units, time: image.time.microseconds,
                    version: image.version)
            }
            set(movement, at: place)
        }
    }

    /// Lists each pair's events anew, once all chunks are back.
    mutating func finishRestoring() {
        for slot in events.indices { events[slot].removeAll() }
        for chunk in 0..<chunkCount {
            for bit in 0..<MovementChunk.idsPerChunk {
                let place = MovementPlace(chunk: chunk, bit: bit)
                guard let movement = self[place], movement.isLive else { continue }
                linkUnsorted(place, slot: movement.slot)
            }
        }
        markClean()
    }
}

extension Aggregate {
    /// Events known by what they moved, deleted ones included.
    public var movementCount: Int { movements.count }

    /// The newest truncation that was applied.
    public var truncated: RowVersion? { movements.truncated }

    /// The chunks of the movement log that changed since the last checkpoint, each whole.
    public func forEachDirtyMovementChunk<Failure: Error>(
        _ body: (MovementImages) throws(Failure) -> Void
    ) throws(Failure) {
        try movements.forEachDirtyChunk(body)
    }

    /// Puts a chunk of the movement log back; `finishRestoringMovements` must follow.
    public mutating func restore(_ chunk: MovementImages) { movements.restore(chunk) }

    /// Makes the restored movements fit for use.
    public mutating func finishRestoringMovements(truncated: RowVersion?) {
        movements.truncated = truncated
        movements.finishRestoring()
    }
}
