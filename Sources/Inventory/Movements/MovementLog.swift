/// What each event moved, by event id. An update or a delete takes back exactly that, whatever the message says of
/// the old row. Empty, and free of cost, until rows change.
///
/// Events are in pages of some fifty, found by a hash of their block of 64 ids, so any ids spread evenly. Each pair
/// has a list of its events, to find the newest of the remaining when one is taken back.
struct MovementLog: ~Copyable {
    /// Where `look` found an event, or did not find it; valid until the next write.
    struct Spot {
        let key: MovementKey
        /// Another event of this page has the same tag.
        fileprivate(set) var isShared: Bool
        fileprivate let page: MovementDirectory.Index
        /// Nil when the event is not known.
        fileprivate let row: Int?

        var tag: MovementTag { key.tag }
    }

    let mixer: MovementMixer
    private let directory = MovementDirectory()
    /// By index of the pair's entry.
    var events: [PairEvents] = []
    /// Pages that changed since the last checkpoint, each once.
    private(set) var dirtyPages: [MovementDirectory.Index] = []
    /// Events known, deleted ones included.
    private(set) var count = 0
    /// The newest truncation: it deleted all rows of this version or an older one.
    var truncated: RowVersion?

    init(_ mixer: MovementMixer = MovementMixer()) { self.mixer = mixer }

    deinit {
        for pair in events { pair.deallocate() }
    }

    var pages: [MovementDirectory.Index] { directory.indices }

    func page(_ index: MovementDirectory.Index) -> MovementPage? { directory[index] }

    /// The page an event belongs to.
    func page(of tag: MovementTag) -> MovementPage? { directory[directory.index(tag)] }

    /// Memory held, in bytes.
    var byteCount: Int {
        var bytes = directory.byteCount + events.capacity * MemoryLayout<PairEvents>.stride
        for pair in events { bytes += pair.byteCount }
        return bytes
    }

    // MARK: Finding

    @inline(__always)
    func look(_ id: EventID) -> Spot { look(mixer.key(id)) }

    @inline(__always)
    func look(_ key: MovementKey) -> Spot {
        let index = directory.index(key.tag)
        guard let page = directory[index] else {
            return Spot(key: key, isShared: false, page: index, row: nil)
        }
        var (found, others): (Int?, Int) = (nil, 0)
        var row = page.next(key.tag, from: 0)
        while row < page.count {
            if page.key(row) == key { found = row } else { others += 1 }
            row = page.next(key.tag, from: row + 1)
        }
        return Spot(key: key, isShared: others > 0, page: index, row: found)
    }

    /// Nil for an event that is not known.
    @inline(__always)
    subscript(spot: Spot) -> Movement? {
        guard let row = spot.row, let page = directory[spot.page] else { return nil }
        return page[row]
    }

    /// The time of the newest event with this tag that was counted in an entry; nil if there is none.
    @inline(__always)
    func newestTime(_ tag: MovementTag, entry: UInt32) -> Int64? {
        directory[directory.index(tag)]?.newestTime(tag, entry: entry)
    }

    // MARK: Changing

    /// Writes down what an event moved; nil forgets it.
    mutating func set(_ movement: Movement?, at spot: Spot) {
        directory.begin(spot.page)
        let page = directory[spot.page]
        let wasDirty = page?.isDirty ?? false
        var change = 0
        switch (spot.row, movement) {
        case (let row?, let movement?):
            directory[spot.page] = page?.update(row, movement, directory.pool)
        case (nil, let movement?):
            directory[spot.page] = (page ?? MovementPage(for: spot.key, movement, directory.pool))
                .append(spot.key, movement, directory.pool)
            change = 1
        case (let row?, nil):
            page?.remove(row)
            change = -1
        case (nil, nil): return
        }
        if !wasDirty { dirtyPages.append(spot.page) }
        guard change != 0 else { return }
        count += change
        if let (from, to) = directory.count(change, at: spot.page) { split(from, to) }
    }

    private mutating func split(_ from: MovementDirectory.Index, _ to: MovementDirectory.Index) {
        guard let page = directory[from] else { return }
        let parts = page.split(by: to - from, directory.pool)
        directory[from] = parts.clear
        directory[to] = parts.set
        // `from` is in the list already.
        if parts.set.isDirty { dirtyPages.append(to) }
        dropEmpty(from)
        dropEmpty(to)
    }

    /// A dirty page stays: `dirtyPages` has it, and must have it only once.
    private func dropEmpty(_ index: MovementDirectory.Index) {
        guard let page = directory[index], page.count == 0, !page.isDirty else { return }
        page.deallocate(directory.pool)
        directory[index] = nil
    }

    mutating func markClean() {
        for index in dirtyPages {
            directory[index]?.markClean()
            dropEmpty(index)
        }
        dirtyPages.removeAll(keepingCapacity: true)
    }
}
