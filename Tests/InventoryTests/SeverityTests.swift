import TestSupport
import Testing

@testable import Inventory

@Suite struct SeverityTests {
    /// The severity table, line by line, in arithmetic that cannot overflow.
    static func naive(_ stock: Int64, _ threshold: Int32?) -> Severity? {
        guard let threshold else { return nil }
        let (s, t) = (Int128(stock), Int128(threshold))
        guard s < t else { return nil }
        if s == 0 { return .outOfStock }
        if 4 * s <= t { return .critical }
        if 2 * s <= t { return .low }
        return .warning
    }

    static let table: [(Int64, Int32, Severity?)] = [
        (0, 1, Severity.outOfStock), (0, 100, .outOfStock), (1, 100, .critical), (25, 100, .critical),
        (26, 100, .low), (50, 100, .low), (51, 100, .warning), (99, 100, .warning), (100, 100, nil),
        (101, 100, nil), (-1, 100, .critical), (25, 101, .critical), (26, 103, .low), (1, 4, .critical),
        (1, 3, .low), (1, 2, .low), (2, 3, .warning), (0, 0, nil), (-1, 0, .critical), (0, -1, nil),
        (-1, -1, nil), (-2, -1, .critical), (-5, -4, .critical), (.min, 0, .critical), (.max, .max, nil),
        (.min, .min, .critical), (Int64(Int32.max), .max, nil), (Int64(Int32.max) - 1, .max, .warning),
        (Int64(Int32.min), .min, nil), (Int64(Int32.min) - 1, .min, .critical),
    ]

    @Test("the first condition that holds gives the severity", arguments: table)
    func severities(
        stock: Int64, threshold: Int32, expected: Severity?
    ) {
        #expect(AlertLevel(stock: stock, threshold: threshold)?.severity == expected)
    }

    @Test("stock without a threshold never alerts")
    func noThreshold() {
        for stock in [Int64.min, -1, 0, 1, .max] { #expect(AlertLevel(stock: stock, threshold: nil) == nil) }
    }

    @Test("every small stock and threshold has the severity that the table gives")
    func smallNumbers() {
        var wrong: [(Int64, Int32)] = []
        for threshold in Int32(-70)...70 {
            for stock in Int64(-80)...80
            where AlertLevel(stock: stock, threshold: threshold)?.severity != Self.naive(stock, threshold) {
                wrong.append((stock, threshold))
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test("stock near any threshold's boundaries has the severity that the table gives")
    func boundaries() {
        var random = SeededRandom(seed: 4)
        var wrong: [(Int64, Int32)] = []
        for round in 0..<20_000 {
            let extremes: [Int32] = [.min, .min + 1, .min + 2, .min + 3, .max - 3, .max - 2, .max - 1, .max]
            let threshold =
                round < extremes.count ? extremes[round] : Int32(truncatingIfNeeded: random.int64())
            let wide = Int64(threshold)
            let bases = [wide, wide / 2, wide / 4, 4 * wide, 0, random.int64()]
            for stock in bases.flatMap({ [$0 &- 1, $0, $0 &+ 1] }) + [.min, .max]
            where AlertLevel(stock: stock, threshold: threshold)?.severity != Self.naive(stock, threshold) {
                wrong.append((stock, threshold))
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test("severities ascend from warning to out of stock")
    func ascending() {
        #expect(Severity.allCases.map(\.name) == ["WARNING", "LOW", "CRITICAL", "OUT_OF_STOCK"])
        #expect(Severity.allCases.map(\.rawValue) == [1, 2, 3, 4])
    }
}

@Suite struct AlertLevelTests {
    @Test(
        "an alert level holds up to its boundary and not beyond",
        arguments: [
            (100, 100, nil), (99, 100, AlertLevel.warning), (51, 100, .warning), (50, 100, .low),
            (26, 100, .low),
            (25, 100, .critical), (1, 100, .critical), (0, 100, .outOfStock), (-1, 100, .oversold),
            (.min, 100, .oversold), (0, 1, .outOfStock), (-1, 1, .oversold), (0, 0, nil), (-1, 0, .oversold),
            (0, -1, nil), (-1, -1, nil), (-2, -1, .oversold), (.min, .min, .oversold), (-4, -4, nil),
            (-5, -4, .oversold), (1, 2, .low), (1, 3, .low), (1, 4, .critical), (2, 3, .warning),
            (Int64(Int32.max) / 2, .max, .low), (Int64(Int32.max) / 2 + 1, .max, .warning),
        ] as [(Int64, Int32, AlertLevel?)])
    func levels(
        stock: Int64, threshold: Int32, expected: AlertLevel?
    ) {
        #expect(AlertLevel(stock: stock, threshold: threshold) == expected)
        let row = StockRow(
            product: .numbered(1, threshold: threshold), warehouse: .numbered(1), currentStock: stock,
            lastUpdated: Timestamp(microseconds: 0))
        #expect(row.level == expected)
    }

    @Test("an alert level equals the severity, except for negative stock")
    func negativeStock() {
        for threshold in Int32(-70)...70 {
            for stock in Int64(-80)...80 {
                let (level, severity) = (
                    AlertLevel(stock: stock, threshold: threshold), SeverityTests.naive(stock, threshold)
                )
                if stock < 0 {
                    #expect(level == (severity == nil ? nil : .oversold) && level?.severity == severity)
                } else {
                    #expect(level?.rawValue == severity?.rawValue)
                }
            }
        }
        for stock in [Int64.min, -1, 0, 1, .max] { #expect(AlertLevel(stock: stock, threshold: nil) == nil) }
    }

    @Test("alert levels are ordered from warning to oversold")
    func levelOrder() {
        let ordered: [AlertLevel] = [.warning, .low, .critical, .outOfStock, .oversold]
        #expect(AlertLevel.allCases.sorted() == ordered)
        #expect(AlertLevel.oversold > .outOfStock && AlertLevel.outOfStock > .critical)
        #expect(ordered.map(\.name) == ["WARNING", "LOW", "CRITICAL", "OUT_OF_STOCK", "OVERSOLD"])
        #expect(ordered.map(\.severity) == [.warning, .low, .critical, .outOfStock, .critical])
    }
}

@Suite struct OverallStatusTests {
    static let table: [(Int128, Int32?, OverallStatus)] = [
        (0, 100, OverallStatus.outOfStock), (0, nil, .outOfStock), (0, 0, .outOfStock), (0, -5, .outOfStock),
        (1, 100, .reorderNow), (99, 100, .reorderNow), (-7, 100, .reorderNow), (100, 100, .reorderSoon),
        (199, 100, .reorderSoon), (200, 100, .healthy), (5, nil, .healthy), (-5, nil, .healthy),
        (-1, 0, .reorderNow), (1, 0, .healthy), (-6, -5, .reorderNow), (-5, -5, .healthy),
        (Int128(Int64.max) * 3, .max, .healthy), (Int128(Int64.min) * 3, .min, .reorderNow),
        (Int128(Int32.max) * 2, .max, .healthy), (Int128(Int32.max) * 2 - 1, .max, .reorderSoon),
    ]

    @Test("the first condition that holds gives the overall status", arguments: table)
    func statuses(
        total: Int128, threshold: Int32?, expected: OverallStatus
    ) {
        #expect(OverallStatus(total: total, threshold: threshold) == expected)
    }

    @Test("units below the threshold and oversold units cannot overflow")
    func extremeUnits() {
        var row = StockRow(
            product: .numbered(1, threshold: .max), warehouse: .numbered(1), currentStock: .min,
            lastUpdated: Timestamp(microseconds: 0))
        #expect(row.unitsBelowThreshold == Int128(Int32.max) - Int128(Int64.min))
        #expect(row.oversoldUnits == Int128(Int64.max) + 1)
        row.currentStock = 3
        row.reorderThreshold = nil
        #expect(row.unitsBelowThreshold == nil)
        #expect(row.oversoldUnits == 0)
    }

    @Test("an exact decimal is written as it was read")
    func decimals() {
        #expect(ExactDecimal(unscaled: 7999, scale: 2).description == "79.99")
        #expect(ExactDecimal(unscaled: 5, scale: 3).description == "0.005")
        #expect(ExactDecimal(unscaled: -5, scale: 1).description == "-0.5")
        #expect(ExactDecimal(unscaled: 100, scale: 0).description == "100")
        #expect(ExactDecimal(unscaled: 0, scale: 2).description == "0.00")
        #expect(
            ExactDecimal(unscaled: .min, scale: 38).description == "-1.70141183460469231731687303715884105728"
        )
    }
}
