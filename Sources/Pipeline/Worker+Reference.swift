import Inventory

extension Worker {
    /// Takes in newer reference tables, between transactions only.
    func adoptReference() {
        if let newer = inbox.takeCatalog() { newerFiles = newer }
        guard newerFiles != nil || reference?.hasChanged == true, !transaction.hasWork,
            case .running = phase
        else { return }
        joinReference()
        for shard in shards { shard.aggregate.adopt(catalog) }
    }

    /// Makes the catalog of the newest rows, those of files and those of topics.
    func joinReference() {
        files = newerFiles ?? files
        newerFiles = nil
        catalog = reference?.catalog(files: files) ?? files
    }

    /// Rows that do not decode wait for a transaction of their own.
    var hasRefusedRows: Bool {
        guard let reference, !transaction.hasWork, case .running = phase else { return false }
        return !reference.refused.isEmpty
    }
}
