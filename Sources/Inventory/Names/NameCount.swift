/// How many different texts the pairs of a shard have as ids, and how many they may have.
///
/// It depends on the shard's pairs alone, which a checkpoint holds. So a recovery admits the same events again.
struct NameCount {
    private(set) var count = 0
    private let limit: Int
    private let countsProducts: Bool
    private let countsWarehouses: Bool
    private var warehouses: Set<WarehouseID> = []

    init(_ ids: IDs) {
        limit = ids.maxNames
        countsProducts = ids.product == .text
        countsWarehouses = ids.warehouse == .text
    }

    /// Whether there is no room for the new texts of one more pair.
    var isFull: Bool {
        let most = (countsProducts ? 1 : 0) + (countsWarehouses ? 1 : 0)
        return most > 0 && count + most > limit
    }

    /// Whether one of a pair's ids is a new text.
    func isNew(_ pair: Pair, productIsNew: Bool) -> Bool {
        countsProducts && productIsNew || countsWarehouses && !warehouses.contains(pair.warehouse)
    }

    /// Counts a pair. What others share with it is counted once.
    mutating func add(_ pair: Pair, productIsNew: Bool) {
        if countsProducts, productIsNew { count += 1 }
        if countsWarehouses, warehouses.insert(pair.warehouse).inserted { count += 1 }
    }

    mutating func removeAll() {
        count = 0
        warehouses = []
    }
}
