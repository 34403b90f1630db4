import Inventory
import Testing

@testable import Web

@Suite("Suggested transfers")
struct TransferTests {
    private static func suggest(_ stocks: [Int64], _ threshold: Int32?) -> [Transfer] {
        suggest(zip(stocks, stocks.map { _ in threshold }).map { ($0, $1) })
    }

    private static func suggest(_ places: [(stock: Int64, threshold: Int32?)]) -> [Transfer] {
        Transfer.suggestions(
            places.enumerated().map {
                Transfer.Place(
                    warehouse: WarehouseID(Int32($0 + 1)), stock: $1.stock, threshold: $1.threshold)
            })
    }

    @Test("the warehouse with most above its threshold gives first, one without a threshold neither gives nor gets")
    func ownThresholds() {
        let transfers = Self.suggest([(0, 50), (200, 180), (60, 5), (900, nil), (-3, nil)])
        #expect(transfers == [Transfer(from: WarehouseID(3), to: WarehouseID(1), units: 50)])
    }

    @Test("suggested transfers fill the emptiest warehouse from the fullest, down to the threshold")
    func fill() {
        let transfers = Self.suggest([45, 0, 20, 31], 30)
        #expect(
            transfers == [
                Transfer(from: WarehouseID(1), to: WarehouseID(2), units: 15),
                Transfer(from: WarehouseID(4), to: WarehouseID(2), units: 1),
            ])
    }

    @Test(
        "no transfers are suggested without a threshold, a surplus or a shortage",
        arguments: [nil, 10, 1_000] as [Int32?])
    func none(threshold: Int32?) {
        #expect(Self.suggest([10, 10, 10], threshold == 10 ? 10 : threshold) == [])
    }

    @Test("suggested transfers never take a warehouse below the threshold, whatever the stocks")
    func neverBelow() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let stocks = (0..<6).map { _ in Int64.random(in: -40...120, using: &random) } + [.min, .max]
            let thresholds = stocks.map { _ in Int32.random(in: -5...60, using: &random) }
            var after = stocks
            for transfer in Self.suggest(zip(stocks, thresholds).map { ($0, $1) }) {
                #expect(transfer.units > 0 && transfer.from != transfer.to)
                after[Int(transfer.from.rawValue) - 1] -= transfer.units
                after[Int(transfer.to.rawValue) - 1] += transfer.units
                let giver = Int(transfer.from.rawValue) - 1
                #expect(stocks[giver] > Int64(thresholds[giver]))
            }
            for (threshold, (before, now)) in zip(thresholds.map(Int64.init), zip(stocks, after)) {
                if before >= threshold { #expect(now >= threshold) }
                if before < threshold { #expect(now <= threshold) }
            }
        }
    }
}
