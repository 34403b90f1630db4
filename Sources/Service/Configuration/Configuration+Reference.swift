internal import Wire

extension Configuration.Reference {
    init(_ read: inout Reading) {
        products = Self.place(&read, file: Keys.Reference.productsFile, topic: Keys.Reference.productsTopic)
        productsFormat = SourceFormat(&read, .products)
        warehouses = Self.place(
            &read, file: Keys.Reference.warehousesFile, topic: Keys.Reference.warehousesTopic)
        warehousesFormat = SourceFormat(&read, .warehouses)
    }

    private static func place(
        _ read: inout Reading, file: Key<String?>, topic: Key<String?>
    ) -> Configuration.Reference.Place {
        let path = read(file)
        let name = read(topic)
        let other = [topic.entry.name]
        switch (path, name) {
        case (let path?, nil):
            return .file(resolved(path, origin: read.origin(of: file.entry.name)))
        case (nil, let name?):
            return .topic(name)
        case (nil, nil):
            read.contradiction(
                file.entry.name, with: other, "neither this nor \(topic.entry.name) is set; set one of them")
        case (_?, _?):
            read.contradiction(
                file.entry.name, with: other, "\(topic.entry.name) is set too; set one of them, not both")
        }
        return .file("")
    }

    /// A path in the file is meant from the file's directory, one in a variable from the working directory.
    private static func resolved(_ path: String, origin: Origin) -> String {
        guard case .file(let settings, _) = origin, !path.hasPrefix("/") else { return path }
        guard let slash = settings.lastIndex(of: "/") else { return path }
        return settings[...slash] + path
    }
}
