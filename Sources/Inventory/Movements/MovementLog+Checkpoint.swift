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
    /// The blocks of 64 ids of which an event changed since the last checkpoint, each whole.
    func forEachDirtyChunk<Failure: Error>(
        _ body: (MovementImages) throws(Failure) -> Void
    ) throws(Failure) {
        for index in dirtyPages {
            guard let page = page(index) else { continue }
            let rows = (0..<page.count).map { (id: mixer.id(page.key($0)), row: $0) }.sorted { $0.id < $1.id }
            var end = 0
            while end < rows.count {
                let start = end
                let number = rows[start].id >> 6
                while end < rows.count, rows[end].id >> 6 == number { end += 1 }
                guard rows[start..<end].contains(where: { page.isDirty($0.row) }) else { continue }
                var images = MovementImages(number: number, known: 0, images: [])
                for (id, row) in rows[start..<end] {
                    images.known |= 1 << UInt64(id & 63)
                    images.images.append(MovementImages.Image(page[row]))
                }
                try body(images)
            }
        }
    }

    /// Puts a block back, over whatever there was of it.
    mutating func restore(_ chunk: MovementImages) {
        var rest = chunk.images.makeIterator()
        let was = known(beside: look(chunk.number << 6).key)
        for bit in 0..<64 where (was | chunk.known) & 1 << UInt64(bit) != 0 {
            let spot = look(chunk.number << 6 | Int64(bit))
            let image = chunk.known & 1 << UInt64(bit) != 0 ? rest.next() : nil
            set(image.map(Movement.init), at: spot)
        }
    }

    /// A bit for each event of a block that is known.
    private func known(beside key: MovementKey) -> UInt64 {
        guard let page = page(of: key.place) else { return 0 }
        var known: UInt64 = 0
        for row in 0..<page.count where page.key(row).isBeside(key) {
            known |= 1 << UInt64(page.key(row).place.rawValue & 63)
        }
        return known
    }

    /// Lists each pair's events anew, once all blocks are back.
    mutating func finishRestoring() {
        for slot in events.indices { events[slot].removeAll() }
        for index in pages {
            guard let page = page(index) else { continue }
            for row in 0..<page.count where page[row].isLive {
                linkUnsorted(page.key(row).place, slot: page[row].slot)
            }
        }
        markClean()
    }
}

extension Movement {
    init(_ image: MovementImages.Image) {
        self.init(
            slot: image.slot ?? Self.gone, units: image.units, time: image.time.microseconds,
            version: image.version)
    }
}

extension MovementImages.Image {
    init(_ movement: Movement) {
        self.init(
            slot: movement.isLive ? movement.slot : nil, units: movement.units,
            time: Timestamp(microseconds: movement.time), version: movement.version)
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
