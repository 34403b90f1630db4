import Inventory

/// Units that one warehouse could send to another that is short of them.
struct Transfer: Equatable {
    var from: WarehouseID
    var to: WarehouseID
    var units: Int64

    /// Fills the warehouse with the least stock first, from the one with the most. None gives more than it has above
    /// the threshold.
    ///
    /// - Parameter stocks: one product's stock by warehouse.
    /// - Returns: none without a threshold.
    static func suggestions(_ stocks: [(warehouse: WarehouseID, stock: Int64)], threshold: Int32?)
        -> [Transfer]
    {
        guard let threshold = threshold.map({ Int64($0) }) else { return [] }
        var givers = stocks.filter { $0.stock > threshold }
            .sorted { ($1.stock, $0.warehouse) < ($0.stock, $1.warehouse) }
        var transfers: [Transfer] = []
        for taker in stocks.filter({ $0.stock < threshold }).sorted(by: {
            ($0.stock, $0.warehouse) < ($1.stock, $1.warehouse)
        }) {
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
