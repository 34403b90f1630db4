import Inventory

/// Units that one warehouse could send to another that is short of them.
struct Transfer: Equatable {
    var from: WarehouseID
    var to: WarehouseID
    var units: Int64

    /// A product's stock in one warehouse. Without a threshold nobody knows what it needs: it neither gives nor gets.
    struct Place {
        var warehouse: WarehouseID
        var stock: Int64
        var threshold: Int32?
    }

    /// Fills the warehouse with the least stock first, from the one that has most above its threshold. None gives more
    /// than that, and none gets more than its own threshold.
    ///
    /// - Parameter places: in the order of ids, which decides between equals.
    static func suggestions(_ places: [Place]) -> [Transfer] {
        let known = places.enumerated().compactMap { index, place in
            place.threshold.map { (index: index, place: place, surplus: difference(place.stock, Int64($0))) }
        }
        var givers = known.filter { $0.surplus > 0 }.sorted { ($1.surplus, $0.index) < ($0.surplus, $1.index) }
        let takers = known.filter { $0.surplus < 0 }
            .sorted { ($0.place.stock, $0.index) < ($1.place.stock, $1.index) }
        var transfers: [Transfer] = []
        for taker in takers {
            var missing = difference(0, taker.surplus)
            for index in givers.indices where missing > 0 && givers[index].surplus > 0 {
                let units = min(missing, givers[index].surplus)
                givers[index].surplus -= units
                missing -= units
                transfers.append(
                    Transfer(from: givers[index].place.warehouse, to: taker.place.warehouse, units: units))
            }
        }
        return transfers
    }

    /// The difference of two numbers, as near as 64 bits come to it.
    private static func difference(_ a: Int64, _ b: Int64) -> Int64 {
        let (difference, overflows) = a.subtractingReportingOverflow(b)
        return overflows ? (a < 0 ? .min : .max) : difference
    }
}
