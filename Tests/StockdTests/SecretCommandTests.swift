import Foundation
import TestSupport
import Testing

@Suite("Secrets in a command's messages", .blocking)
struct SecretCommandTests {
    @Test(
        "a URL that is refused is a usage error, and its password is not printed",
        arguments: [
            "http://u:SEKRET@127.0.0.1:1", "http://127.0.0.1:1?token=SEKRET", "http://127.0.0.1:1/?token=SEKRET",
            "ftp://u:SEKRET@x", "u:SEKRET@127.0.0.1:1", "https://u:SEKRET@127.0.0.1", "http://127.0.0.1:1/#SEKRET",
            "http://[::1", "http://::1]", "http://[a]:1", "http://a b:1", "http://[]:1", "http://127.0.0.1:0",
        ])
    func url(_ url: String) throws {
        for words in [["query", "stock"], ["top", "--once"]] {
            let program = try Program(Program.stockd(), words + ["--url", url])
            defer { program.remove() }
            #expect(try program.exitCode() == 64, "\(program.text)")
            #expect(program.text.hasPrefix("stockd: --url: ") && !program.text.contains("SEKRET"), "\(program.text)")
        }
    }

    @Test(
        "a reference file that cannot be read is named without a password that was put into its name",
        arguments: ["u:SEKRET@host:/p.csv", "data?token=SEKRET", "data?a=SEKRET"])
    func reference(_ name: String) throws {
        let stage = try ReplayStage([
            "events.ndjson": Data(ReplayStage.event(1).utf8),
            "stockd.yaml": Data("reference: {products: {file: '\(name)'}, warehouses: {file: warehouses.csv}}".utf8),
        ])
        let fromFile = try stage.replay(["events.ndjson"], ["--config", stage.path("stockd.yaml")], tables: false)
        #expect(fromFile.code == 65, "\(fromFile)")
        let check = try Program(Program.stockd(), ["check", "--config", stage.path("stockd.yaml")])
        defer { check.remove() }
        #expect(try check.exitCode() == 78, "\(check.text)")
        for text in [fromFile.text, check.text] {
            #expect(text.contains("<redacted>") || text.contains("the file of the products"), "\(text)")
            #expect(text.contains("cannot be read: no such file"), "\(text)")
            #expect(!text.contains("SEKRET"), "\(text)")
        }
    }
}
