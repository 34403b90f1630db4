import Testing

@testable import Service

@Suite("One mistake, one message")
struct OneMistakeTests {
    private let tables = "reference: {products: {file: p.csv}, warehouses: {file: w.csv}}\n"

    @Test(
        "a file that cannot be understood as a whole is one mistake",
        arguments: [
            "kafka:\n\tbrokers: b:9092\n", "kafka: {brokers: [\n", "- kafka\n- input\n", "just a text\n",
            "a: 1\na: 2\n",
            "kafka: {group_id: a}\nkafka: {group_id: b}\n", "", "# nothing yet\n", "---\n", "null\n", "{}\n",
            "a: 1\n---\nb: 2\n", "kafka: *nowhere\n", "\u{0}",
        ])
    func whole(text: String) {
        let (configuration, mistakes) = Configuration.load(text: text, named: "stockd.yaml")
        #expect(configuration == nil)
        #expect(mistakes.count == 1, "\(mistakes)")
        #expect(mistakes.first?.description.hasPrefix("(stockd.yaml") == true)
    }

    @Test("an empty file is no mistake where variables give what is needed")
    func emptyFile() {
        let environment = [
            "STOCKD_REFERENCE_PRODUCTS_TOPIC": "products", "STOCKD_REFERENCE_WAREHOUSES_TOPIC": "warehouses",
        ]
        #expect(Configuration.load(text: "", named: "f", environment: environment).1 == [])
    }

    @Test("a file that cannot be read is one mistake, and wrong variables are named beside it")
    func unreadable() throws {
        let directory = try TemporaryDirectory()
        let (_, mistakes) = Configuration.load(
            file: directory.path, environment: ["STOCKD_WORKERS": "two", "STOCKD_INPUT_KEYED_BY": "none"])
        #expect(mistakes.map(\.key) == [nil, "workers"])
    }

    @Test(
        "a section or key that is not understood is not reported as missing too",
        arguments: [
            "reference: p.csv", "reference: [p.csv]", "refrence: {products: {file: p}, warehouses: {file: w}}",
            "reference: {products: p.csv, warehouses: {file: w.csv}}",
            "reference: {product: {file: p.csv}, warehouses: {file: w.csv}}",
            "reference: {products: {fil: p.csv}, warehouses: {file: w.csv}}",
            "reference: {products: {file: [p.csv]}, warehouses: {file: w.csv}}",
            "reference: {products: {file: p.txt, fields: {product_name: n}}, warehouses: {file: w.csv}}",
        ])
    func sections(text: String) {
        let (_, mistakes) = Configuration.load(text: text, named: "stockd.yaml")
        #expect(mistakes.count == 1, "\(mistakes)")
    }

    @Test(
        "what follows from a mistake is not reported as well",
        arguments: [
            "workers: 2\ninput: {keyd_by: product}", "workers: 2\ninput: product",
            "dead_letters: [topic]\nevents: {unknown_type: dead_letter}",
            "kafka: {sasl_username: u, sasl_password: p, properties: {security.protocol: SASL_SSL, "
                + "sasl.mechanism: PLAIN}}",
            "kafka: {sasl_username: u, properties: {security.protocol: SASL}}",
            "kafka: {sasl_username: u, properties: {securty.protocol: SASL_SSL}}",
            "kafka: {sasl_username: u, properties: SASL_SSL}",
            "kafka: {brokers: 'SASL_SSL://b:9092', sasl_username: u}",
            "unknown: {a: 1, b: {c: 2}, d: [3]}", "kafka: {brokers: {b: 9092}}",
        ])
    func following(text: String) {
        let (_, mistakes) = Configuration.load(
            text: tables + text, named: "stockd.yaml", checkProperty: Configuration.checkProperty)
        #expect(mistakes.count == 1, "\(mistakes)")
    }

    @Test("a misspelt variable is not reported as a missing setting too")
    func variable() {
        let (_, mistakes) = Configuration.load(
            text: "reference: {warehouses: {file: w.csv}}", named: "f",
            environment: ["STOCKD_REFERENCE_PRODUCTS_FIL": "p.csv"])
        #expect(mistakes.map(\.key) == ["STOCKD_REFERENCE_PRODUCTS_FIL"])
    }

    @Test(
        "a field that the rows do not have is a mistake that names the one that was meant",
        arguments: [
            ("input: {fields: {quantty: qty}}", "quantty", "there is no such field; did you mean quantity?"),
            ("input: {fields: {qty: quantity}}", "qty", "there is no such field; the field comes first"),
            ("input: {encodings: {event_tme: us}}", "event_tme", "there is no such field; did you mean event_time?"),
            (
                "input: {encodings: {event_type: text}}", "event_type=text",
                "event_type is a text, which has no encoding"
            ),
            ("input: {encodings: {quantity: ms}}", "quantity=ms", "quantity is a number: must be text or base64:N"),
            ("input: {encodings: {event_id: s}}", "event_id=s", "event_id is a number: must be text or base64:N"),
            ("input: {encodings: {event_time: text}}", "event_time=text", "event_time is a time: must be s, ms, us"),
            ("input: {encodings: {event_time: 'base64:2'}}", "event_time=base64:2", "event_time is a time: must be"),
            ("input: {fields: {quantity: null}}", "quantity=null", "must be a column's name; remove the field"),
            ("input: {fields: {quantity: ' qty'}}", "quantity= qty", "must be a column's name, with no blanks"),
            ("input: {fields: {quantity: 'line. qty'}}", "quantity=line. qty", "must be a column's name, with no"),
            ("input: {fields: {colour: c}}", "colour", "there is no such field; the fields are event_id, event_type"),
        ])
    func fields(text: String, found: String, remedy: String) {
        let (_, mistakes) = Configuration.load(text: tables + text, named: "f")
        #expect(mistakes.map(\.found) == ["\"\(found)\""])
        #expect(mistakes.first?.remedy.hasPrefix(remedy) == true, "\(mistakes)")
    }

    @Test("a column of a reference topic that the rows do not have is a mistake with a suggestion")
    func columns() {
        let (_, mistakes) = Configuration.load(
            text: "reference: {products: {topic: p, fields: {product_nam: n}}, warehouses: {topic: w}}", named: "f")
        #expect(
            mistakes.map(\.description) == [
                "reference.products.fields: found \"product_nam\" (f:1); "
                    + "there is no such field; did you mean product_name?"
            ])
    }
}
