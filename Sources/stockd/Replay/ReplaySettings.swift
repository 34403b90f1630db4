import ArgumentParser
import Foundation
import Inventory
import Pipeline
import Service
import Wire

/// What a replay reads besides events: the settings and the reference tables.
struct ReplaySettings {
    let config: String?
    let products: String?
    let warehouses: String?
    let thresholds: String?

    /// The daemon's settings that decide what the views are.
    private static let sections = ["input", "ids", "events", "reference", "alerts.emit"]

    /// Prints every mistake and exits on any.
    func load() throws -> (PipelineSettings, Catalog) {
        let environment = ProcessInfo.processInfo.environment
        let (configuration, mistakes) = Configuration.load(
            file: config, environment: environment, credentialsDirectory: environment["CREDENTIALS_DIRECTORY"],
            // Where the tables are may be said by options alone.
            counts: { $0.concerns(Self.sections) && !($0.concerns(["reference"]) && $0.isAbsence) })
        guard let configuration else { throw ConfigurationOption.fail(mistakes.map(\.description)) }
        let reference = configuration.reference
        var messages: [ReferenceKind: SourceFormat] = [:]
        if case .topic(let topic) = reference.products { messages[.products] = topic.format }
        if case .topic(let topic) = reference.warehouses { messages[.warehouses] = topic.format }
        if case .topic(let topic) = reference.thresholds { messages[.thresholds] = topic.format }
        let files = ReferenceFiles(
            products: try path(products, "products", reference.products),
            warehouses: try path(warehouses, "warehouses", reference.warehouses),
            thresholds: try thresholds ?? reference.thresholds.map { try path(nil, "thresholds", $0) },
            messages: messages, ids: configuration.ids.table)
        if case .kept(let mistakes) = files.load() {
            for mistake in mistakes { printError(mistake) }
            throw Exit.data
        }
        for note in files.tables?.notes ?? [] { printError(note) }
        return (configuration.pipelineSettings(release: Stockd.release), files.tables?.catalog ?? Catalog())
    }

    /// The file of a table: the option's, else the configuration's.
    private func path(
        _ option: String?, _ table: String, _ location: Configuration.Reference.Location
    ) throws -> String {
        if let option { return option }
        switch location {
        case .file(let path) where !path.isEmpty: return path
        case .file:
            printError(
                "the \(table) are missing: give --\(table) FILE, or a --config that sets reference.\(table).file")
        case .topic(let topic):
            printError(
                "the \(table) are in the topic \(topic.name), and replay reads no topics: give --\(table) FILE, which "
                    + "may hold the topic's messages, one a line")
        }
        throw ExitCode.validationFailure
    }
}
