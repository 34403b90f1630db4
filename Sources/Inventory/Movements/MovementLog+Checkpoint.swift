/// The movements of a block of 64 ids, as a checkpoint stores them.
public struct MovementImages: Equatable, Sendable {
    /// What was counted of an event.
    public struct Image: Equatable, Sendable {
        /// The entry's number; nil for an event that was deleted.
        public var entry: UInt32?
        public var units: Int32
        public var time: Timestamp
        public var version: RowVersion

        public init(entry: UInt32?, units: Int32, time: Timestamp, version: RowVersion) {
            self.entry = entry
            self.units = units
            self.time = time
            self.version = version
        }
    }

    public var block: EventBlock
    /// A bit for each id that is known, low bit first.
    public var known: UInt64
    /// The movements of the known ids, in the order of ids.
    public var images: [Image]

    public init(_ block: EventBlock, known: UInt64, images: [Image]) {
        self.block = block
        self.known = known
        self.images = images
    }
}

extension MovementLog {
    /// The blocks with an event that changed since the last checkpoint.
    var dirtyBlocks: [EventBlock] {
        var blocks: [EventBlock] = []
        for index in dirtyPages {
            guard let page = page(index) else { continue }
            // All of a block lies in one page, and a page holds few.
            let first = blocks.count
            for row in 0..<page.count where page.isDirty(row) {
                let block = EventBlock(of: mixer.id(page.key(row)))
                if !blocks[first...].contains(block) { blocks.append(block) }
            }
        }
        return blocks
    }

    func images(of block: EventBlock) -> MovementImages {
        MovementImages(block, movements(of: block))
    }

    /// The movements of a block's 64 ids.
    private func movements(of block: EventBlock) -> [Movement?] {
        var movements: [Movement?] = Array(repeating: nil, count: 64)
        let key = mixer.key(block.id(0))
        guard let page = page(of: key.tag) else { return movements }
        for row in 0..<page.count where page.key(row).isBeside(key) {
            movements[Int(page.key(row).tag.rawValue & 63)] = page[row]
        }
        return movements
    }

    /// Restores a block; what was known of it is forgotten.
    mutating func restore(_ chunk: MovementImages) {
        var rest = chunk.images.makeIterator()
        let was = known(beside: look(chunk.block.id(0)).key)
        for bit in 0..<64 where (was | chunk.known) & 1 << UInt64(bit) != 0 {
            let spot = look(chunk.block.id(bit))
            let image = chunk.known & 1 << UInt64(bit) != 0 ? rest.next() : nil
            set(image.map(Movement.init), at: spot)
        }
    }

    /// A bit for each event of a block that is known.
    private func known(beside key: MovementKey) -> UInt64 {
        guard let page = page(of: key.tag) else { return 0 }
        var known: UInt64 = 0
        for row in 0..<page.count where page.key(row).isBeside(key) {
            known |= 1 << UInt64(page.key(row).tag.rawValue & 63)
        }
        return known
    }

    /// Rebuilds each pair's list of events, once all blocks are restored.
    mutating func finishRestoring() {
        for entry in events.indices { events[entry].removeAll() }
        for index in pages {
            guard let page = page(index) else { continue }
            for row in 0..<page.count where page[row].isLive {
                linkUnsorted(page.key(row).tag, entry: page[row].entry)
            }
        }
        markClean()
    }
}

extension MovementImages {
    fileprivate init(_ block: EventBlock, _ movements: [Movement?]) {
        self.init(block, known: 0, images: [])
        for (bit, movement) in movements.enumerated() {
            guard let movement else { continue }
            known |= 1 << UInt64(bit)
            images.append(Image(movement))
        }
    }
}

extension Movement {
    init(_ image: MovementImages.Image) {
        self.init(
            entry: image.entry ?? Self.gone, units: image.units, time: image.time.microseconds,
            version: image.version)
    }
}

extension MovementImages.Image {
    init(_ movement: Movement) {
        self.init(
            entry: movement.isLive ? movement.entry : nil, units: movement.units,
            time: Timestamp(microseconds: movement.time), version: movement.version)
    }
}

extension Aggregate {
    /// Events in the movement log, deleted ones included.
    public var movementCount: Int { movements.count }

    /// Restores a block of the movement log; `finishRestoringMovements` must follow.
    public mutating func restore(_ chunk: MovementImages) { movements.restore(chunk) }

    /// Makes the restored movements fit for use.
    public mutating func finishRestoringMovements(truncated: RowVersion?) {
        movements.truncated = truncated
        movements.finishRestoring()
    }
}
