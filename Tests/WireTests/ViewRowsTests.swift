import Foundation
import Inventory
import Testing
import Wire

@Suite struct ViewRowsTests {
    let row = AlertEncoderTests.row(name: "Cable, \"2 m\"")
    let rollup = RollupRow(
        product: Product(
            id: ProductID(2), name: "USB-C Cable", category: "Accessories", reorderThreshold: nil),
        warehouseCount: 3, totalStock: Int128(Int64.max) * 3, minWarehouseStock: -5, maxWarehouseStock: .max)

    @Test("a CSV header names the view's columns in order")
    func headers() {
        #expect(
            written { ViewRows.header(.currentStockLevels, into: &$0) }
                == "product_id,product_name,category,warehouse_id,warehouse_name,current_stock,"
                + "reorder_threshold,last_updated")
        #expect(
            written { ViewRows.header(.lowStockAlerts, into: &$0) }
                == "product_id,product_name,category,warehouse_id,warehouse_name,current_stock,"
                + "reorder_threshold,last_updated,units_below_threshold,alert_severity,oversold_units")
        #expect(
            written { ViewRows.header(.multiWarehouseInventory, into: &$0) }
                == "product_id,product_name,category,warehouse_count,total_stock,min_warehouse_stock,"
                + "max_warehouse_stock,reorder_threshold,overall_status")
    }

    @Test("CSV rows are quoted where they must be, and null is an empty field")
    func csvRows() {
        #expect(
            written { ViewRows.stock(row, as: .csv, into: &$0) }
                == "2,\"Cable, \"\"2 m\"\"\",Accessories,3,Central Warehouse,5,200,2026-03-30T12:00:00Z")
        #expect(
            written { ViewRows.alert(row, as: .csv, into: &$0) }
                == "2,\"Cable, \"\"2 m\"\"\",Accessories,3,Central Warehouse,5,200,2026-03-30T12:00:00Z,"
                + "195,CRITICAL,0")
        #expect(
            written { ViewRows.rollup(rollup, as: .csv, into: &$0) }
                == "2,USB-C Cable,Accessories,3,27670116110564327421,-5,9223372036854775807,,HEALTHY")
    }

    @Test("A label that is empty is null: an empty field in CSV, and null in JSON and in a message.")
    func missingLabels() {
        var row = row
        row.product.name = ""
        row.product.category = ""
        row.warehouse.name = ""
        #expect(written { ViewRows.stock(row, as: .csv, into: &$0) } == "2,,,3,,5,200,2026-03-30T12:00:00Z")
        let json = #"{"product_id":2,"product_name":null,"category":null,"warehouse_id":3,"warehouse_name":null,"#
        #expect(written { ViewRows.stock(row, as: .json, into: &$0) }.hasPrefix(json))
        #expect(written { AlertEncoder.upsert(row, into: &$0) }.hasPrefix(json))
        #expect(IDs.integers.title(row.product) == "product 2" && IDs.integers.title(row.warehouse) == "warehouse 3")
    }

    @Test("JSON rows have exactly the view's columns, in its order")
    func jsonRows() throws {
        let rows: [(View, String)] = [
            (.currentStockLevels, written { ViewRows.stock(row, as: .json, into: &$0) }),
            (.lowStockAlerts, written { ViewRows.alert(row, as: .json, into: &$0) }),
            (.multiWarehouseInventory, written { ViewRows.rollup(rollup, as: .json, into: &$0) }),
        ]
        for (view, text) in rows {
            let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            #expect(json?.count == view.columns.count)
            let places = view.columns.compactMap { text.firstRange(of: "\"\($0)\":")?.lowerBound }
            #expect(places.count == view.columns.count && places == places.sorted(), "\(view)")
        }
        #expect(rows[2].1.contains(#""total_stock":27670116110564327421,"#))
        #expect(rows[2].1.contains(#""reorder_threshold":null,"overall_status":"HEALTHY"}"#))
    }
}
