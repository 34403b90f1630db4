import Inventory
import Testing

@testable import Wire

/// Files that hold messages of a reference topic.
@Suite struct ReferenceMessagesTests {
    private func read(
        _ text: String, _ envelope: SourceFormat.Envelope = .auto
    ) throws(ReferenceMistakes) -> [Warehouse] {
        try ReferenceMessages(format: SourceFormat(envelope)).warehouses(Array(text.utf8))
    }

    private func mistakes(_ text: String) -> String? {
        do throws(ReferenceMistakes) {
            _ = try read(text)
            return nil
        } catch {
            return error.description
        }
    }

    private let row = #"{"warehouse_id":1,"warehouse_name":"North","region":"EU"}"#
    private let north = Warehouse(id: WarehouseID(1), name: "North", region: "EU")

    @Test("Byte order mark, line ends, empty lines and a Ctrl-Z at the end are no messages.")
    func lines() throws {
        for text in ["\(row)", "\u{FEFF}\(row)\r\n \t\r\n\(row)\r\n\u{1A}", "\n\(row)\u{1A}"] {
            #expect(try read(text) == [north], "\(text)")
        }
    }

    @Test("A rejected message is told as the dead letters tell it, with its line.")
    func rejected() {
        #expect(
            mistakes("\(row)\n\n{\"warehouse_id\":1}x\n{\"warehouse_id\":\"1\"}\n")
                == "line 3: the message is not JSON at byte 18: expected nothing after the value, found x\n"
                + "line 4: warehouse_id: found the string \"1\", expected an integer from -2147483648 to 2147483647")
    }

    @Test("Messages that are written over several lines each are one mistake.")
    func severalLines() {
        let pretty = "{\n  \"warehouse_id\": 1,\n  \"warehouse_name\": \"North\"\n}\n"
        for text in [pretty, "\u{FEFF}\n" + pretty + pretty, pretty.replacing("\n", with: "\r\n")] {
            #expect(ReferenceMessages.fill(Array(text.utf8)))
            let line = text.hasPrefix("\u{FEFF}\n") ? 2 : 1
            #expect(
                mistakes(text)
                    == "line \(line): found JSON written over several lines, expected one message a line, which "
                    + "jq -c . writes")
        }
        // A message that was cut off, before whole ones.
        #expect(
            mistakes("{\"warehouse_id\":1,\n\(row)\n")
                == "line 1: the message ends at byte 18 where a field's name in double quotes was expected")
    }

    @Test("A file of messages with a schema registry's framing is one mistake that names it.")
    func framing() throws {
        let text = "\0\0\0\0\u{7}\(row)\n\0\0\0\0\u{7}\(row)\n"
        #expect(ReferenceMessages.fill(Array(text.utf8)))
        #expect(!ReferenceMessages.fill(Array("warehouse_id\n1\n".utf8)))
        let found = try #require(mistakes(text))
        #expect(
            found.hasPrefix("line 1: the message begins with schema-registry framing (a zero byte and schema id 7)"))
        #expect(!found.contains("\n"))
    }
}
