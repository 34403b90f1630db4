import Inventory
public import Logging
public import Notify

extension Configuration {
    /// The receivers as the configuration describes them, or every mistake in them.
    public func makeReceivers(_ logger: Logger) -> (
        receivers: [(policy: Policy, receiver: any Receiver)], mistakes: [String]
    ) {
        var made: [(policy: Policy, receiver: any Receiver)] = []
        var mistakes: [String] = []
        if notify.receivers.isEmpty {
            mistakes.append("notify.receivers: there is none; docs/notifications.md shows how to name one")
        }
        if alerts.format == .upsert, !notify.receivers.isEmpty {
            mistakes.append(
                "alerts.format: found \"upsert\"; must be changes for stockd notify, because rows do not say when an "
                    + "alert began")
        }
        let warehouses = regionalWarehouses(&mistakes)
        for settings in notify.receivers {
            mistakes += problems(withIDsOf: settings)
            let unknown = settings.regions.filter { region in !warehouses.contains { $0.region == region } }
            for region in unknown where !warehouses.isEmpty {
                mistakes.append("notify.receivers.\(settings.name).region: no warehouse has the region \"\(region)\"")
            }
            var maker = ReceiverMaker(settings, pageURL: notify.pageURL, logger: logger)
            guard let receiver = maker.make() else {
                mistakes += maker.mistakes
                continue
            }
            var policy = settings.policy(receiver)
            // A topic is read by the daemon.
            if reference.warehouses.topic == nil { policy.restrict(to: settings.regions, of: warehouses) }
            made.append((policy, receiver))
        }
        return (made, mistakes)
    }

    /// Ids that no product or warehouse can have.
    private func problems(withIDsOf settings: ReceiverSettings) -> [String] {
        let lists = [
            ("product", settings.products, ids.table.product), ("warehouse", settings.warehouses, ids.table.warehouse),
        ]
        return lists.flatMap { key, values, kind in
            values.filter { kind == .integer && Int32($0) == nil }.map {
                "notify.receivers.\(settings.name).\(key)_id: found \"\($0)\"; must be an integer, as ids.\(key) says"
            }
        }
    }

    /// The ids and regions of the warehouses, if a receiver asks for regions and a file has them.
    private func regionalWarehouses(_ mistakes: inout [String]) -> [RegionalWarehouse] {
        guard let asking = notify.receivers.first(where: { !$0.regions.isEmpty }) else { return [] }
        if reference.warehouses.topic != nil { return [] }
        guard let file = reference.warehouses.file else {
            mistakes.append(
                "notify.receivers.\(asking.name).region: reference.warehouses must name the table of regions")
            return []
        }
        let ids = ids.table
        let files = ReferenceFiles(products: nil, warehouses: file, ids: ids)
        switch files.load() {
        case .kept(let problems): mistakes += problems
        case .replaced, .unchanged: break
        }
        return files.tables?.warehouses.map { RegionalWarehouse.all($0, ids) } ?? []
    }
}

extension Configuration.ReceiverSettings {
    /// When and of what the receiver is told.
    func policy(_ receiver: any Receiver) -> Policy {
        var policy = Policy(name: name)
        policy.filter.atLeast = severity.level
        policy.filter.categories = categories.isEmpty ? nil : Set(categories)
        policy.filter.products = products.isEmpty ? nil : Set(products)
        policy.filter.warehouses = warehouses.isEmpty ? nil : Set(warehouses)
        policy.waitMs = wait.milliseconds
        policy.resolveWaitMs = resolveWait.milliseconds
        policy.groupWaitMs = groupWait.milliseconds
        policy.grouping = groups
        policy.repeatMs = repeatAfter?.milliseconds
        policy.sendsEnds = sendsEnds
        policy.spacingMs = (rate ?? (kind == .slack ? 60 : nil)).map { 60_000 / Int64($0) }
        policy.mostItems = receiver.mostItems
        return policy
    }

    private var groups: Policy.Grouping {
        switch grouping {
        case .product: .product
        case .warehouse: .warehouse
        case .category: .category
        case .none: .none
        case .auto: kind == .pagerduty || kind == .alertmanager ? .none : .product
        }
    }
}

extension Configuration.ReceiverSettings.Level {
    var level: AlertLevel {
        switch self {
        case .warning: .warning
        case .low: .low
        case .critical: .critical
        case .outOfStock: .outOfStock
        case .oversold: .oversold
        }
    }
}
