/// What each event moved, by event id: the memory that lets an update or a delete take back exactly what was
/// counted, whatever the message says the row was before. Empty, and free of cost, until rows change.
///
/// Pages of some fifty events, found by linear hashing of the block of 64 ids: for every so many events one page
/// more is made, of half of the one whose turn it is, so that nothing is ever moved at once and no room is kept
/// for what may come. With each pair goes a list of its events, so that the newest of those that remain is known
/// when one is taken away. Ids are mixed before, so that how they lie changes nothing.
struct MovementLog: ~Copyable {
    /// Found by `look`; good until something is written.
    struct Spot {
        let key: MovementKey
        /// Another event of this page has the same place.
        fileprivate(set) var isShared: Bool
        fileprivate let page: Int
        /// Nil when the event is not known.
        fileprivate let row: Int?

        var place: MovementPlace { key.place }
    }

    let mixer = MovementMixer()
    private var directory = MovementDirectory()
    /// By slot of the pair's cell.
    var events: [PairEvents] = []
    /// Pages that changed since the last checkpoint, each once.
    private(set) var dirtyPages: [UInt32] = []
    /// Events known, deleted ones included.
    private(set) var count = 0
    /// The newest truncation: no row of this version or an older one stands.
    var truncated: RowVersion?

    /// Events for which a page more is made.
    private static let eventsPerPage = 48

    deinit {
        for pair in events { pair.deallocate() }
    }

    var pageCount: Int { directory.count }

    func page(_ index: Int) -> MovementPage? { directory[index] }

    /// The page an event belongs to.
    func page(of place: MovementPlace) -> MovementPage? { directory[directory.index(place)] }

    /// Memory held, in bytes.
    var byteCount: Int {
        var bytes = directory.byteCount + events.capacity * MemoryLayout<PairEvents>.stride
        for index in 0..<pageCount {
            if let page = page(index) { bytes += page.byteCount + 16 }
        }
        for pair in events { bytes += pair.byteCount }
        return bytes
    }

    // MARK: Finding

    @inline(__always)
    func look(_ id: Int64) -> Spot { look(mixer.key(id)) }

    @inline(__always)
    func look(_ key: MovementKey) -> Spot {
        let index = directory.index(key.place)
        guard let page = directory[index] else {
            return Spot(key: key, isShared: false, page: index, row: nil)
        }
        var (found, others): (Int?, Int) = (nil, 0)
        var row = page.next(key.place, from: 0)
        while row < page.count {
            if page.key(row) == key { found = row } else { others += 1 }
            row = page.next(key.place, from: row + 1)
        }
        return Spot(key: key, isShared: others > 0, page: index, row: found)
    }

    /// Nil for an event that is not known.
    @inline(__always)
    subscript(spot: Spot) -> Movement? {
        guard let row = spot.row, let page = directory[spot.page] else { return nil }
        return page[row]
    }

    /// The time of the newest event with this place that was counted in a cell; nil if there is none.
    @inline(__always)
    func newestTime(_ place: MovementPlace, slot: UInt32) -> Int64? {
        directory[directory.index(place)]?.newestTime(place, slot: slot)
    }

    // MARK: Changing

    /// Writes down what an event moved; nil forgets it.
    mutating func set(_ movement: Movement?, at spot: Spot) {
        if directory.count == 0 { _ = directory.grow() }
        let page = directory[spot.page]
        let wasDirty = page?.isDirty ?? false
        switch (spot.row, movement) {
        case (let row?, let movement?):
            directory[spot.page] = page?.update(row, movement)
        case (nil, let movement?):
            directory[spot.page] = (page ?? MovementPage(for: movement)).append(spot.key, movement)
            count += 1
        case (let row?, nil):
            page?.remove(row)
            count -= 1
        case (nil, nil): return
        }
        if !wasDirty { dirtyPages.append(UInt32(spot.page)) }
        if count > directory.count * Self.eventsPerPage { split() }
    }

    private mutating func split() {
        guard let (from, to) = directory.grow(), let page = directory[from] else { return }
        let parts = page.split(by: UInt32(to - from))
        directory[from] = parts.clear
        directory[to] = parts.set
        // The one it comes from is in the list already.
        if parts.set.isDirty { dirtyPages.append(UInt32(to)) }
        dropEmpty(from)
        dropEmpty(to)
    }

    /// One that is in the list of what changed stays, so that it comes into it once.
    private func dropEmpty(_ index: Int) {
        guard let page = directory[index], page.count == 0, !page.isDirty else { return }
        page.deallocate()
        directory[index] = nil
    }

    mutating func markClean() {
        for index in dirtyPages {
            directory[Int(index)]?.markClean()
            dropEmpty(Int(index))
        }
        dirtyPages.removeAll(keepingCapacity: true)
    }
}
