import Foundation
import Inventory
import Testing

@testable import Service

private func products(_ ids: Int...) -> String {
    "product_id,product_name,category,reorder_threshold,unit_price\n"
        + ids.map { "\($0),name,kind,1,1.00\n" }.joined()
}

@Suite("Reference files")
struct ReferenceFilesTests {
    @Test("reference files are read at the first load and again when they have changed")
    func reread() throws {
        let directory = try TemporaryDirectory()
        let rows =
            #"[{"product_id":1,"product_name":"json","category":"c","reorder_threshold":1,"unit_price":"1.00"}]"#
        let path = try directory.write(rows, to: "products.JSON")
        let files = ReferenceFiles(products: path, warehouses: nil)
        #expect(files.tables == nil)
        guard case .replaced(let tables) = files.load() else { return #expect(Bool(false), "not replaced") }
        #expect(tables.products?.values.map(\.id.rawValue) == [1])
        #expect(tables.products?[ProductID(1)]?.name == "json")
        #expect(tables.warehouses == nil)
        #expect(files.load() == .unchanged)
        try directory.write(rows.replacing(":1,", with: ":3,"), to: "products.JSON")
        guard case .replaced(let changed) = files.load() else { return #expect(Bool(false), "not replaced") }
        #expect(changed.products?.values.map(\.id.rawValue) == [3])
        #expect(files.tables == changed)
    }

    @Test("a mistake in either reference file leaves both tables as they were")
    func atomic() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(products(1), to: "products.csv")
        let warehouses = "warehouse_id,warehouse_name,region\n1,w,r\n"
        let files = ReferenceFiles(
            products: path, warehouses: try directory.write(warehouses, to: "warehouses.csv"))
        _ = files.load()
        let before = files.tables
        try directory.write(products(2) + "x,name,kind,1,1.00\n", to: "products.csv")
        try directory.write(warehouses + "2,w,r\n", to: "warehouses.csv")
        guard case .kept(let mistakes) = files.load() else { return #expect(Bool(false), "not kept") }
        #expect(mistakes.count == 1 && mistakes[0].hasPrefix("\(path): line 3"), "\(mistakes)")
        #expect(files.tables == before)
        try FileManager.default.removeItem(atPath: path)
        #expect(files.load() == .kept(mistakes: ["\(path): cannot be read: no such file or directory"]))
        #expect(files.tables == before)
    }

    @Test("a reference file that changes while it is read is rejected")
    func torn() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("1\n", to: "products.csv")
        #expect(throws: FileContent.Unreadable.self) {
            try FileContent.stableBytes(ofFile: path) { _ = try? directory.write("1\n2", to: "products.csv") }
        }
        #expect(try FileContent.stableBytes(ofFile: path).count == 3)
    }
}
