import Foundation
import Inventory
import Testing

@testable import Service

/// A line is a product's id; anything else is a mistake.
private func file(_ path: String) -> ReferenceFile<Product> {
    ReferenceFile(path: path) { bytes, format in
        var rows: [Product] = []
        for (index, line) in String(decoding: bytes, as: UTF8.self).split(separator: "\n").enumerated() {
            guard let id = Int32(line) else { return .mistakes(["line \(index + 1): \(line) is no id"]) }
            rows.append(
                Product(id: ProductID(id), name: Text(format.rawValue), category: "", reorderThreshold: nil))
        }
        return .rows(rows)
    }
}

private func warehouses(_ path: String) -> ReferenceFile<Warehouse> {
    ReferenceFile(path: path) { bytes, _ in
        .rows(bytes.isEmpty ? [] : [Warehouse(id: WarehouseID(Int32(bytes.count)), name: "w", region: "r")])
    }
}

@Suite("Reference files")
struct ReferenceFilesTests {
    @Test("are read at once and again")
    func reread() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("1\n2\n", to: "products.JSON")
        let files = ReferenceFiles(products: file(path), warehouses: nil)
        #expect(files.tables == nil)
        guard case .replaced(let tables) = files.load() else { return #expect(Bool(false), "not replaced") }
        #expect(tables.products?.values.map(\.id.rawValue).sorted() == [1, 2])
        #expect(tables.products?[ProductID(1)]?.name == "json")
        #expect(tables.warehouses == nil)
        #expect(files.load() == .unchanged)
        try directory.write("3\n", to: "products.JSON")
        guard case .replaced(let changed) = files.load() else { return #expect(Bool(false), "not replaced") }
        #expect(changed.products?.values.map(\.id.rawValue) == [3])
        #expect(files.tables == changed)
    }

    @Test("with a mistake in either leave both tables as they were")
    func atomic() throws {
        let directory = try TemporaryDirectory()
        let products = try directory.write("1\n", to: "products.csv")
        let places = try directory.write("x", to: "warehouses.csv")
        let files = ReferenceFiles(products: file(products), warehouses: warehouses(places))
        _ = files.load()
        let before = files.tables
        try directory.write("2\nx\n", to: "products.csv")
        try directory.write("xx", to: "warehouses.csv")
        #expect(files.load() == .kept(mistakes: ["\(products): line 2: x is no id"]))
        #expect(files.tables == before)
        try FileManager.default.removeItem(atPath: products)
        #expect(files.load() == .kept(mistakes: ["\(products): cannot be read: no such file or directory"]))
        #expect(files.tables == before)
    }

    @Test("that change while they are read are not taken")
    func torn() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("1\n", to: "products.csv")
        #expect(throws: FileContent.Unreadable.self) {
            try FileContent.stableBytes(ofFile: path) { _ = try? directory.write("1\n2", to: "products.csv") }
        }
        #expect(try FileContent.stableBytes(ofFile: path).count == 3)
    }
}
