import Testing

@testable import Service

@Suite("The HTTP settings")
struct WebSettingsTests {
    private static let reference = "reference: {products: {file: p.csv}, warehouses: {file: w.csv}}\n"

    private static func load(_ text: String, _ environment: [String: String] = [:]) -> (
        Configuration?, [String]
    ) {
        let (configuration, mistakes) = Configuration.load(
            text: reference + text, named: "stockd.yaml", environment: environment)
        return (configuration, mistakes.map(\.description))
    }

    @Test("HTTP listens on loopback by default and is off with null")
    func defaults() throws {
        let standard = try #require(Self.load("").0)
        #expect(standard.webSettings?.host == "127.0.0.1" && standard.webSettings?.port == 8080)
        #expect(standard.webSettings?.token == nil)
        #expect(try #require(Self.load("http: {listen: ~}").0).webSettings == nil)
    }

    @Test(
        "an HTTP address that other machines reach needs a token",
        arguments: ["0.0.0.0:80", "[::]:80", "stock.example:80", "10.0.0.1:80"])
    func beyondLoopback(address: String) {
        let text = "http: {listen: \"\(address)\"}"
        let (refused, mistakes) = Self.load(text)
        #expect(refused == nil)
        #expect(
            mistakes.count == 1 && mistakes[0].contains("set STOCKD_HTTP_TOKEN or the credential http.token"))
        let (configuration, none) = Self.load(text, ["STOCKD_HTTP_TOKEN": "0123456789abcdef"])
        #expect(none == [] && configuration?.webSettings?.token == "0123456789abcdef")
    }

    @Test(
        "a loopback address in any form needs no HTTP token", arguments: ["127.0.0.2:1", "[::1]:8080", "localhost:0"])
    func loopback(address: String) {
        #expect(Self.load("http: {listen: \"\(address)\"}").1 == [])
    }

    @Test(
        "an invalid HTTP address, an invalid token and a token in the file are rejected",
        arguments: ["8080", "127.0.0.1", "[::1]", "a:b", "host:70000", "http://x:1"])
    func mistakes(address: String) {
        #expect(Self.load("http: {listen: \"\(address)\"}").1.count == 1)
        #expect(Self.load("", ["STOCKD_HTTP_TOKEN": "short"]).1.count == 1)
        #expect(Self.load("", ["STOCKD_HTTP_TOKEN": "0123456789abcdef é"]).1.count == 1)
        #expect(Self.load("http: {token: 0123456789abcdef}").1.count == 1, "no secret in the file")
    }

    @Test("a changed HTTP address is reported as needing a restart")
    func reload() throws {
        let one = try #require(Self.load("").0)
        let other = try #require(Self.load("http: {listen: \"127.0.0.1:9\"}").0)
        #expect(one.changes(to: other).map(\.description).first?.hasSuffix("needs a restart") == true)
    }
}
