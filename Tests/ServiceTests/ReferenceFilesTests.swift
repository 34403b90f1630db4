import Foundation
import Inventory
import Testing

@testable import Service

private func products(_ ids: Int...) -> String { products(ids) }

private func products(_ ids: [Int]) -> String {
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

    /// What loading the file as the products says of it; nil when it is read.
    private func mistakes(_ path: String) -> [String]? {
        guard case .kept(let mistakes) = ReferenceFiles(products: path, warehouses: nil).load() else { return nil }
        return mistakes
    }

    @Test("A link, a file without an ending and an ending in capital letters are read.")
    func names() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(products(1), to: "PRODUCTS.CSV")
        let link = directory.path + "/products"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(mistakes(path) == nil)
        #expect(mistakes(link) == nil)
        let line = #"{"product_id":1,"product_name":"Bolt","category":"x","reorder_threshold":40}"#
        #expect(mistakes(try directory.write(line + "\n", to: "jsonl.jsonl")) == nil)
        #expect(mistakes(try directory.write(products(1).replacing(",", with: "\t"), to: "products.tsv")) == nil)
    }

    @Test("A pipe is read to its end, as a shell's process substitution needs.")
    func pipe() throws {
        let pipe = Pipe()
        // More than a pipe holds at once, so that the writer is still at it while the file is read.
        let text = products(Array(1...20_000))
        let writer = Thread {
            pipe.fileHandleForWriting.write(Data(text.utf8))
            try? pipe.fileHandleForWriting.close()
        }
        writer.start()
        let files = ReferenceFiles(products: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)", warehouses: nil)
        guard case .replaced(let tables) = files.load() else { return #expect(Bool(false), "not read") }
        #expect(tables.products?.count == 20_000)
    }

    @Test("What cannot be read as a table is refused in one sentence that says why.")
    func unreadable() throws {
        let directory = try TemporaryDirectory()
        let empty =
            "line 1: found an empty file, expected a header line naming product_id, product_name, category, "
            + "reorder_threshold, unit_price"
        #expect(mistakes("/dev/null") == ["/dev/null: \(empty)"])
        let file = try directory.write("", to: "empty.csv")
        #expect(mistakes(file) == ["\(file): \(empty)"])
        #expect(
            mistakes(directory.path) == ["\(directory.path): cannot be read: it is a directory and not a file"])
        let missing = directory.path + "/missing.csv"
        #expect(mistakes(missing) == ["\(missing): cannot be read: no such file or directory"])
        #expect(mistakes(file + "/x") == ["\(file)/x: cannot be read: Not a directory"])
    }

    @Test("A file that the user may not read is refused as that.", .disabled(if: geteuid() == 0, "root may read all"))
    func forbidden() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(products(1), to: "products.csv")
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        #expect(mistakes(path) == ["\(path): cannot be read: permission denied"])
    }

    @Test("A header alone is an empty table.")
    func headerAlone() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(products(), to: "header.csv")
        guard case .replaced(let tables) = ReferenceFiles(products: path, warehouses: nil).load() else {
            return #expect(Bool(false), "not read")
        }
        #expect(tables.products?.count == 0 && tables.notes.isEmpty)
    }

    @Test("A file without names is read with a note that names the file.")
    func notes() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("product_id,reorder_threshold,category\n1,40,x\n", to: "products.csv")
        guard case .replaced(let tables) = ReferenceFiles(products: path, warehouses: nil).load() else {
            return #expect(Bool(false), "not read")
        }
        #expect(tables.notes == ["\(path): no row has a product_name"])
    }

    @Test("The mistakes that are not listed are counted.")
    func manyMistakes() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(products() + String(repeating: "x\n", count: 102), to: "products.csv")
        #expect(mistakes(path)?.count == 101)
        #expect(mistakes(path)?.last == "\(path): 2 more mistakes are not listed")
    }
}
