public import Inventory
import Wire

extension ReferenceFiles {
    /// The reference files of a configuration, read by stockd's own decoder.
    public convenience init(_ configuration: Configuration) {
        self.init(
            products: Self.path(configuration.reference.products).map { Self.products($0) },
            warehouses: Self.path(configuration.reference.warehouses).map { Self.warehouses($0) })
    }

    /// The products of a CSV or JSON file.
    public static func products(_ path: String) -> ReferenceFile<Product> {
        ReferenceFile(path: path) { bytes, format in
            do throws(ReferenceMistakes) {
                return .rows(
                    format == .csv
                        ? try ReferenceRows.products(csv: bytes) : try ReferenceRows.products(json: bytes))
            } catch {
                return .mistakes(error.mistakes.map(\.description))
            }
        }
    }

    /// The warehouses of a CSV or JSON file.
    public static func warehouses(_ path: String) -> ReferenceFile<Warehouse> {
        ReferenceFile(path: path) { bytes, format in
            do throws(ReferenceMistakes) {
                return .rows(
                    format == .csv
                        ? try ReferenceRows.warehouses(csv: bytes)
                        : try ReferenceRows.warehouses(json: bytes))
            } catch {
                return .mistakes(error.mistakes.map(\.description))
            }
        }
    }

    private static func path(_ place: Configuration.Reference.Place) -> String? {
        if case .file(let path) = place { return path }
        return nil
    }
}

extension ReferenceFiles.Tables {
    /// The tables a worker joins with.
    public var catalog: Catalog {
        Catalog(
            products: products ?? Catalog.Products(), warehouses: warehouses ?? Catalog.Warehouses())
    }
}
