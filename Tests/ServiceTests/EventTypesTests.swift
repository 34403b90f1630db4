import Testing

@testable import Service

@Suite("The event types of the configuration")
struct EventTypesTests {
    private func mistakes(_ types: String) -> [String] {
        let text = """
            events:
              types: {\(types)}
            reference:
              products: { file: products.csv }
              warehouses: { file: warehouses.csv }

            """
        return Configuration.load(text: text, named: "stockd.yaml").1.map(\.description)
    }

    @Test("An event type stands once, blanks at its end aside.")
    func paddedTwice() throws {
        #expect(mistakes(#"RECEIVED: +1, "SHIPPED  ": -1"#) == [])
        let mistakes = mistakes(#"RECEIVED: +1, SHIPPED: -1, "SHIPPED  ": +1"#)
        #expect(mistakes.count == 1)
        #expect(mistakes.first?.contains("each type once; SHIPPED also stands with blanks at its end") == true)
    }
}
