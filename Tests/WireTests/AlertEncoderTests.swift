import Foundation
import Inventory
import Testing
import Wire

@Suite struct AlertEncoderTests {
    static func row(
        stock: Int64 = 5, threshold: Int32? = 200, name: Text = "USB-C Cable"
    ) -> StockRow {
        StockRow(
            product: Product(
                id: ProductID(2), name: name, category: "Accessories", reorderThreshold: threshold,
                unitPrice: ExactDecimal(unscaled: 1299, scale: 2)),
            warehouse: Warehouse(id: WarehouseID(3), name: "Central Warehouse", region: "US-Central"),
            currentStock: stock, lastUpdated: Timestamp(microseconds: 1_774_872_000_000_000))
    }

    func change(
        _ kind: ChangeKind, _ row: StockRow?, _ level: AlertLevel?, _ previous: AlertLevel?,
        previousUnits: UInt64 = 0, source: Source? = Source(partition: Partition(0), offset: Offset(12))
    ) -> String {
        let pair = Pair(product: ProductID(2), warehouse: WarehouseID(3))
        let change = AlertChange(
            kind: kind, pair: pair, row: row, level: level, previousLevel: previous,
            previousOversoldUnits: previous == nil ? nil : previousUnits,
            since: Timestamp(microseconds: 1_774_870_200_250_000), incident: 4, source: source)
        return written { AlertEncoder.change(change, into: &$0) }
    }

    @Test("a key's JSON has its fields in order and no white space")
    func keys() {
        let pair = Pair(product: ProductID(3), warehouse: WarehouseID(1))
        #expect(written { AlertEncoder.key(pair, into: &$0) } == #"{"product_id":3,"warehouse_id":1}"#)
        #expect(written { AlertEncoder.key(ProductID(-3), into: &$0) } == #"{"product_id":-3}"#)
    }

    @Test("a raised alert shows the row, the incident and the source")
    func raised() {
        #expect(
            change(.raised, Self.row(), .critical, nil)
                == #"{"change":"RAISED","product_id":2,"product_name":"USB-C Cable","#
                + #""category":"Accessories","#
                + #""warehouse_id":3,"warehouse_name":"Central Warehouse","current_stock":5,"#
                + #""reorder_threshold":200,"last_updated":"2026-03-30T12:00:00Z","#
                + #""units_below_threshold":195,"#
                + #""alert_severity":"CRITICAL","previous_severity":null,"#
                + #""previous_oversold_units":null,"oversold_units":0,"#
                + #""since":"2026-03-30T11:30:00.25Z","incident":4,"source":{"partition":0,"offset":12}}"#)
    }

    @Test("a resolved alert shows the stock and threshold that resolved it")
    func resolved() {
        #expect(
            change(.resolved, Self.row(stock: 200, threshold: 200), nil, .warning, source: nil)
                == #"{"change":"RESOLVED","product_id":2,"product_name":"USB-C Cable","#
                + #""category":"Accessories","#
                + #""warehouse_id":3,"warehouse_name":"Central Warehouse","current_stock":200,"#
                + #""reorder_threshold":200,"last_updated":"2026-03-30T12:00:00Z","#
                + #""units_below_threshold":null,"#
                + #""alert_severity":null,"previous_severity":"WARNING","#
                + #""previous_oversold_units":0,"oversold_units":0,"#
                + #""since":"2026-03-30T11:30:00.25Z","incident":4,"source":null}"#)
    }

    @Test("an alert whose row is gone still shows its key")
    func rowGone() {
        #expect(
            change(.resolved, nil, nil, .outOfStock, source: nil)
                == #"{"change":"RESOLVED","product_id":2,"product_name":null,"category":null,"#
                + #""warehouse_id":3,"warehouse_name":null,"current_stock":null,"reorder_threshold":null,"#
                + #""last_updated":null,"units_below_threshold":null,"alert_severity":null,"#
                + #""previous_severity":"OUT_OF_STOCK","previous_oversold_units":0,"oversold_units":null,"#
                + #""since":"2026-03-30T11:30:00.25Z","incident":4,"source":null}"#)
    }

    @Test("oversold units are shown in full, however many")
    func oversold() {
        let text = change(.escalated, Self.row(stock: .min, threshold: .max), .oversold, .low)
        #expect(text.contains(#""alert_severity":"CRITICAL""#))
        #expect(text.contains(#""units_below_threshold":9223372039002259455,"#))
        #expect(text.contains(#""oversold_units":9223372036854775808,"#))
        #expect(text.contains(#""change":"ESCALATED""#) && text.contains(#""previous_severity":"LOW""#))
    }

    @Test("an alert that was oversold shows its previous oversold units")
    func previousUnits() {
        let text = change(.eased, Self.row(stock: 3), .critical, .oversold, previousUnits: 1 << 63)
        #expect(
            text.contains(
                #""alert_severity":"CRITICAL","previous_severity":"CRITICAL","#
                    + #""previous_oversold_units":9223372036854775808,"oversold_units":0,"since""#))
        let gone = change(.resolved, nil, nil, .oversold, previousUnits: 5)
        #expect(
            gone.contains(
                #""previous_severity":"CRITICAL","previous_oversold_units":5,"oversold_units":null"#))
    }

    @Test("a product name of any characters is read back by Foundation")
    func productNames() throws {
        for name in ["a\"b\\c\n", "é 日本 😀", "\u{0}\u{1f}", String(repeating: "x\t", count: 300)] {
            for text in [
                change(.updated, Self.row(name: Text(name)), .critical, .critical),
                written { AlertEncoder.upsert(Self.row(name: Text(name)), into: &$0) },
                written { AlertEncoder.stock(Self.row(name: Text(name)), into: &$0) },
            ] {
                let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
                #expect(json?["product_name"] as? String == name)
                #expect(json?["current_stock"] as? Int == 5)
            }
        }
    }

    @Test("an upsert is the view's row with its oversold units")
    func upserts() {
        #expect(
            written { AlertEncoder.upsert(Self.row(stock: -3), into: &$0) }
                == #"{"product_id":2,"product_name":"USB-C Cable","category":"Accessories","warehouse_id":3,"#
                + #""warehouse_name":"Central Warehouse","current_stock":-3,"reorder_threshold":200,"#
                + #""last_updated":"2026-03-30T12:00:00Z","units_below_threshold":203,"#
                + #""alert_severity":"CRITICAL","oversold_units":3}"#)
    }
}
