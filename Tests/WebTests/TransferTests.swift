import Inventory
import Testing

@testable import Web

@Suite("Suggested transfers")
struct TransferTests {
    private static func suggest(_ stocks: [Int64], _ threshold: Int32?) -> [Transfer] {
        Transfer.suggestions(
            stocks.enumerated().map { (WarehouseID(Int32($0.offset + 1)), $0.element) }, threshold: threshold)
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
            let threshold = Int32.random(in: -5...60, using: &random)
            var after = stocks
            for transfer in Self.suggest(stocks, threshold) {
                #expect(transfer.units > 0 && transfer.from != transfer.to)
                after[Int(transfer.from.rawValue) - 1] -= transfer.units
                after[Int(transfer.to.rawValue) - 1] += transfer.units
                #expect(stocks[Int(transfer.from.rawValue) - 1] > Int64(threshold))
            }
            for (before, now) in zip(stocks, after) {
                if before >= Int64(threshold) { #expect(now >= Int64(threshold)) }
                if before < Int64(threshold) { #expect(now <= Int64(threshold)) }
            }
        }
    }
}
