import Inventory

/// Units that one warehouse could send to another that is short of them.
struct Transfer: Equatable {
    var from: WarehouseID
    var to: WarehouseID
    var units: Int64

    /// Fills the warehouse with the least stock first, from the one with the most. None gives more than it has above
    /// the threshold.
    ///
    /// - Parameter stocks: one product's stock by warehouse, in the order of ids, which decides between equal stocks.
    /// - Returns: none without a threshold.
    static func suggestions(_ stocks: [(warehouse: WarehouseID, stock: Int64)], threshold: Int32?)
        -> [Transfer]
    {
        guard let threshold = threshold.map({ Int64($0) }) else { return [] }
        let places = stocks.enumerated().map { (place: $0, warehouse: $1.warehouse, stock: $1.stock) }
        var givers = places.filter { $0.stock > threshold }
            .sorted { ($1.stock, $0.place) < ($0.stock, $1.place) }
        let takers = places.filter { $0.stock < threshold }
            .sorted { ($0.stock, $0.place) < ($1.stock, $1.place) }
        var transfers: [Transfer] = []
        for taker in takers {
            var missing = difference(threshold, taker.stock)
            for index in givers.indices where missing > 0 && givers[index].stock > threshold {
                let units = min(missing, difference(givers[index].stock, threshold))
                givers[index].stock -= units
                missing -= units
                transfers.append(Transfer(from: givers[index].warehouse, to: taker.warehouse, units: units))
            }
        }
        return transfers
    }

    /// The difference of two numbers, `Int64.max` at most.
    private static func difference(_ greater: Int64, _ lesser: Int64) -> Int64 {
        let (difference, overflows) = greater.subtractingReportingOverflow(lesser)
        return overflows ? .max : difference
    }
}
