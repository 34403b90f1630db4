import Foundation
import Inventory
import Pipeline
import Service
import TestSupport
import Wire

/// The day of the tutorial in the documentation: its reference tables and the expected views.
enum Tutorial {
    static func catalog() throws -> Catalog {
        Catalog(
            products: try ReferenceRows.products(csv: Array(TutorialFile.text("products.csv").utf8)),
            warehouses: try ReferenceRows.warehouses(csv: Array(TutorialFile.text("warehouses.csv").utf8)))
    }

    /// The expected rows of a view, in no particular order.
    static func expected(_ view: String) throws -> Set<String> {
        Set(try TutorialFile.lines("expected-\(view).csv").dropFirst())
    }
}

extension WorkerSnapshot {
    /// The three views in the columns of the tutorial's tables.
    var tutorialStock: Set<String> {
        Set(
            stock.map {
                "\($0.product.name),\($0.warehouse.name),\($0.currentStock),\(Self.threshold($0.product)),"
                    + RFC3339.string($0.lastUpdated)
            })
    }

    var tutorialAlerts: Set<String> {
        Set(
            alerts.map {
                "\($0.product.name),\($0.warehouse.name),\($0.currentStock),\(Self.threshold($0.product)),"
                    + "\($0.unitsBelowThreshold ?? 0),\($0.severity?.name ?? "")"
            })
    }

    var tutorialRollup: Set<String> {
        Set(
            rollup.map {
                "\($0.product.name),\($0.warehouseCount),\($0.totalStock),\($0.minWarehouseStock),"
                    + "\($0.maxWarehouseStock),\(Self.threshold($0.product)),\($0.status.name)"
            })
    }

    private static func threshold(_ product: Product) -> Int32 { product.reorderThreshold ?? -1 }
}
