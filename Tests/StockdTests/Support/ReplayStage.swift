import Foundation

/// A directory with files for replays, and two small reference tables.
struct ReplayStage: ~Copyable {
    let directory = FileManager.default.temporaryDirectory.appending(path: "replay-\(UUID().uuidString)")

    private static let products = """
        product_id,product_name,category,reorder_threshold,unit_price
        1,Bolt,Hardware,40,0.25
        2,Lamp,Light,100,19.90

        """
    private static let warehouses = "warehouse_id,warehouse_name,region\n1,North,EU\n2,South,EU\n"

    init(_ files: [String: Data]) throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try write("products.csv", Data(Self.products.utf8))
        try write("warehouses.csv", Data(Self.warehouses.utf8))
        for (name, content) in files { try write(name, content) }
    }

    init(_ events: String) throws { try self.init(["events.ndjson": Data(events.utf8)]) }

    deinit { try? FileManager.default.removeItem(at: directory) }

    func write(_ name: String, _ content: Data) throws { try content.write(to: directory.appending(path: name)) }

    func path(_ name: String) -> String { directory.appending(path: name).path }

    /// The exit code and both streams of a replay that prints the stock as CSV.
    func replay(
        _ files: [String] = ["events.ndjson"], _ options: [String] = [], tables: Bool = true,
        variables: [String: String] = [:]
    ) throws -> (code: Int32, text: String) {
        let tables = tables ? ["--products", path("products.csv"), "--warehouses", path("warehouses.csv")] : []
        let program = try Program(
            Program.stockd(),
            ["replay"] + tables + ["--format", "csv", "--view", "stock"] + options
                + files.map { $0 == "-" ? $0 : path($0) }, variables)
        defer { program.remove() }
        return (try program.exitCode(), program.text.replacing(directory.path + "/", with: ""))
    }

    // MARK: Events and rows

    static func event(_ id: Int64, _ type: String = "RECEIVED", quantity: Int = 10, product: Int = 1) -> String {
        """
        {"event_id":\(id),"event_type":"\(type)","product_id":\(product),"warehouse_id":1,"quantity":\(quantity),\
        "event_time":"2026-03-30T08:00:00Z"}
        """
    }

    static func row(_ stock: Int) -> String {
        "\n1,Bolt,Hardware,1,North,\(stock),40,2026-03-30T08:00:00Z\n"
    }
}
