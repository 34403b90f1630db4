import Foundation
import TestSupport
import Testing

@testable import Service

@Suite("The shipped configuration")
struct ShippedFileTests {
    @Test("Config/stockd.yaml documents every key with its true default")
    func isTheTable() throws {
        let rendered = ShippedFile.render()
        if ProcessInfo.processInfo.environment["STOCKD_TEST_WRITE_CONFIG"] != nil {
            try Data(rendered.utf8).write(
                to: Repository.root.appending(path: "Config/stockd.yaml"), options: .atomic)
        }
        let shipped = try Repository.text("Config/stockd.yaml")
        #expect(shipped == rendered, "run make config to write Config/stockd.yaml from the table of keys")
    }

    @Test("Config/stockd.yaml is valid and leaves every key at its default, reference files aside")
    func isValid() throws {
        let path = Repository.root.appending(path: "Config/stockd.yaml").path
        let (configuration, mistakes) = Configuration.load(file: path, environment: [:])
        #expect(mistakes == [])
        let settings = try #require(configuration?.settings)
        #expect(settings.map(\.key.name).sorted() == Keys.all.map(\.name).sorted())
        for setting in settings where setting.key.shipped == nil {
            let isDefault = setting.key.standardValue.isNull ? setting.isNull : true
            #expect(isDefault, "\(setting)")
        }
        let (standard, _) = Configuration.load(
            file: nil,
            environment: [
                "STOCKD_REFERENCE_PRODUCTS_FILE": "products.csv",
                "STOCKD_REFERENCE_WAREHOUSES_FILE": "warehouses.csv",
            ])
        let changes = try #require(standard).changes(to: try #require(configuration))
        // The text may list a map's entries in another order, so events.types is compared by its meaning.
        #expect(changes.map(\.new.key.name).filter { $0 != "events.types" } == [])
        #expect(standard?.events == configuration?.events)
    }

    @Test("Config/stockd.yaml is valid and sets every key but the secrets once its comments are undone")
    func commentedKeysAreKeys() throws {
        let text = try Repository.text("Config/stockd.yaml").replacing(/(?m)^( *)#([a-z_]+: )/) {
            "\($0.1)\($0.2)"
        }
        let (configuration, mistakes) = Configuration.load(text: text, named: "stockd.yaml")
        #expect(mistakes == [])
        let fromFile = configuration?.settings.filter { !$0.isStandard && !$0.key.isSecret }
        #expect(fromFile?.count == Keys.all.filter { !$0.isSecret }.count)
    }
}
