import Foundation
import Testing

/// `check` and `replay` on reference files as people have them. `run` reads them as `check` does.
@Suite("Reference files on the command line", .blocking)
struct ReferenceFileCommandTests {
    private static let header = "product_id,product_name,category,reorder_threshold,unit_price\n"
    private static let gzip = Data([0x1F, 0x8B, 0x08, 0x00, 0x2B, 0x1D, 0x0C, 0x6B, 0x02, 0xFF, 0x2D, 0xC6])

    /// The exit code and the text of `check` with a file as the products.
    private func check(_ stage: borrowing ReplayStage, _ products: String) throws -> (code: Int32, text: String) {
        let settings = """
            alerts: {topic: alerts}
            input: {topic: orders}
            reference: {products: {file: "\(products)"}, warehouses: {file: warehouses.csv}}
            """
        try stage.write("stockd.yaml", Data(settings.utf8))
        let program = try Program(Program.stockd(), ["check", "--config", stage.path("stockd.yaml")])
        defer { program.remove() }
        return (try program.exitCode(), program.text.replacing(stage.directory.path + "/", with: ""))
    }

    private func replay(_ stage: borrowing ReplayStage, _ products: String) throws -> (code: Int32, text: String) {
        let tables = ["--products", stage.path(products), "--warehouses", stage.path("warehouses.csv")]
        return try stage.replay(["events.ndjson"], tables, tables: false)
    }

    @Test(
        "A file that is no table ends check with 78 and replay with 65, each with one sentence about it.",
        arguments: [
            ("products.csv.gz", gzip, "found gzip-compressed data, expected CSV or JSON, unpacked and in UTF-8"),
            (
                "products.csv",
                Data("product_id;product_name;category;reorder_threshold;unit_price\n1;Bolt;x;40;0,25\n".utf8),
                "line 1: found semicolons between the columns, expected commas"
            ),
            (
                "empty", Data(),
                "line 1: found an empty file, expected a header line naming product_id, product_name, category, "
                    + "reorder_threshold, unit_price"
            ),
        ])
    func refused(name: String, content: Data, sentence: String) throws {
        let stage = try ReplayStage(ReplayStage.event(1) + "\n")
        try stage.write(name, content)
        let check = try check(stage, name)
        #expect(check.code == 78, "\(check.text)")
        #expect(check.text == "stockd: \(name): \(sentence)\nstockd: 1 mistake in the configuration\n")
        let replay = try replay(stage, name)
        #expect(replay.code == 65 && replay.text == "stockd: \(name): \(sentence)\n", "\(replay.text)")
    }

    @Test("A directory and a missing file end check with 78 and replay with 65.")
    func unreadable() throws {
        let stage = try ReplayStage(ReplayStage.event(1) + "\n")
        try FileManager.default.createDirectory(atPath: stage.path("data"), withIntermediateDirectories: true)
        for (name, reason) in [
            ("data", "it is a directory and not a file"), ("missing.csv", "no such file or directory"),
        ] {
            let check = try check(stage, name)
            #expect(
                check.code == 78 && check.text.hasPrefix("stockd: \(name): cannot be read: \(reason)\n"),
                "\(check.text)")
            let replay = try replay(stage, name)
            #expect(
                replay.code == 65 && replay.text == "stockd: \(name): cannot be read: \(reason)\n", "\(replay.text)")
        }
    }

    @Test("A table without names is used, with one note about the labels that no row has.")
    func notes() throws {
        let stage = try ReplayStage(ReplayStage.event(1) + "\n")
        try stage.write("products", Data("Product_ID\tReorder_Threshold\n00001\t 40 \n".utf8))
        let note = "products: no row has a product_name or a category\n"
        let check = try check(stage, "products")
        #expect(check.code == 0 && check.text.contains("configuration ok: 1 product, 2 warehouses"), "\(check.text)")
        let replay = try replay(stage, "products")
        #expect(
            replay.code == 0 && replay.text.contains("\n1,,,1,North,10,40,2026-03-30T08:00:00Z\n"), "\(replay.text)")
        #expect(check.text.contains(note) && replay.text.contains(note))
    }

    @Test("A header alone is an empty table.")
    func headerAlone() throws {
        let stage = try ReplayStage(ReplayStage.event(1) + "\n")
        try stage.write("header.csv", Data(Self.header.utf8))
        let check = try check(stage, "header.csv")
        #expect(check.code == 0 && check.text.hasPrefix("configuration ok: 0 products, 2 warehouses"), "\(check.text)")
    }
}
