import Foundation
import Inventory
import TestSupport
import Testing

@testable import Notify

@Suite("Texts")
struct TextsTests {
    @Test("the default texts say what happened to what, and for how long")
    func defaults() throws {
        let texts = try Texts(pageURL: "https://stock.example.com/")
        func line(_ item: Notification.Item) -> String { texts.line(of: item, at: Items.time) }
        let link = " https://stock.example.com/?product=3"
        #expect(
            line(Items.item())
                == "Laptop Stand (3), East Coast Hub (1): low; stock 15, threshold 30, for 2 h 5 min" + link)
        let empty = Items.alert(stock: 0, level: .outOfStock)
        #expect(line(Items.item(.escalated, empty, previous: .low)).contains(": out of stock, was low; stock 0"))
        let oversold = Items.alert(stock: -5_000, level: .oversold)
        #expect(line(Items.item(.began, oversold)).contains(": oversold by 5,000; stock -5,000"))
        #expect(line(Items.item(.reminder)).contains(": still low;"))
        let gone = Items.alert(name: nil, stock: nil, threshold: nil, level: nil, category: nil)
        #expect(
            line(Items.item(.ended, gone, previous: .critical))
                == "product 3, East Coast Hub (1): over, was critical, for 2 h 5 min" + link)
        #expect(texts.title(of: Items.one()) == "Laptop Stand (3): low")
        // The newest message is of the next alert.
        #expect(texts.title(of: Items.one(.ended, previous: .critical)) == "Laptop Stand (3): over, was critical")
    }

    @Test("a digest's title counts by level, the most urgent first")
    func digest() {
        let title = Texts.standard.title(of: Items.many(10_000))
        #expect(
            title
                == "10,000 stock alerts: 2,000 oversold, 2,000 out of stock, 2,000 critical, 2,000 low, 2,000 warning")
    }

    @Test("how long is said in two units at most")
    func durations() {
        func said(_ seconds: Double) -> String? {
            Words.duration(of: Items.item(), at: Items.began.addingTimeInterval(seconds))
        }
        #expect(said(-5) == nil && said(59) == nil && said(.infinity) == nil)
        #expect(said(60) == "1 min" && said(3_600) == "1 h" && said(3_660) == "1 h 1 min")
        #expect(said(86_400 * 4 + 3_600 * 3 + 60) == "4 d 3 h" && said(86_400 + 60) == "1 d")
    }

    @Test("every variable that is documented is one, and each stands in the table")
    func variables() throws {
        let source = try Repository.text("Sources/Notify/Receivers/Text/Texts.swift")
        let rows = source.split(separator: "\n").filter { $0.hasPrefix("/// | `") }
        let documented = rows.flatMap { row in
            let names = row.split(separator: "|")[1]
            return names.matches(of: /`(\w+)`/).map { String($0.output.1) }
        }
        #expect(Set(documented) == TextTemplate.variables && documented.count == TextTemplate.variables.count)
        let title = TextTemplate.variables.sorted().map { "\($0)={{\($0)}}" }.joined(separator: " ")
        let texts = try Texts(title: title, pageURL: "https://s/?a=b")
        let said = texts.title(of: Items.one(.escalated, Items.alert(level: .critical), previous: .low))
        #expect(said.contains("began=2026-03-30T12:30:00Z category=Accessories change=escalated count=1"))
        #expect(said.contains("level=critical link=https://s/?a=b&product=3 news=critical, was low over= "))
    }

    @Test(
        "a template that is wrong is refused in a sentence",
        arguments: [
            ("{{prodct}}", "holds {{prodct}}, which is no variable; there are began, category"),
            ("{{#several}}x{{/several}}", "holds {{several}}, which is no variable"),
            ("{{{nme}}}", "holds {{nme}}"), ("{{&nme}}", "holds {{nme}}"),
            ("{{uppercased(product)}}", "which is no variable"), ("{{.}}", "which is no variable"),
            ("{{#stock}}x", "does not close a section"), ("{{#stock}}x{{/level}}", "closes a section of another name"),
            ("{{#stock}}x{{/stoc}}", "which is no variable"), ("{{> other}}", "must not hold {{> other}}"),
            ("{{=<% %>=}}", "must not hold"), ("{{% CONTENT_TYPE:HTML }}", "must not hold"),
            ("{{$block}}x{{/block}}", "must not hold"), ("{{product", "tag that is not closed"),
            ("", "must not be empty"), (" \n", "must not be empty"),
        ])
    func wrong(_ template: String, _ words: String) {
        let error = #expect(throws: ReceiverSettingsError.self) { try Texts(line: template) }
        #expect(error?.setting == "line" && error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test("a page's address is checked, and a product's id is escaped in it")
    func links() throws {
        for wrong in ["stock.example.com", "javascript:alert(1)", "https://s/#top", "https://s/ x"] {
            #expect(throws: ReceiverSettingsError.self) { try Texts(pageURL: wrong) }
        }
        let texts = try Texts(pageURL: "https://s/")
        #expect(texts.link(to: Items.alert("a/b&c=ü <x>")) == "https://s/?product=a%2Fb%26c%3D%C3%BC%20%3Cx%3E")
        #expect(Texts.standard.link(to: Items.alert()) == nil)
    }

    @Test(
        "a name cannot be a template, hide text or begin a line", arguments: HostileText.samples + ["{{line}}{{>x}}"])
    func hostile(_ name: String) {
        let line = Texts.standard.line(of: Items.item(.began, Items.alert(name, name: name)), at: Items.time)
        #expect(HostileText.found(in: line).isEmpty && !line.contains("\n"))
        #expect(line.contains(": low; stock 15, threshold 30"))
        if name.hasPrefix("{{") { #expect(line.hasPrefix("{{line}}{{>x}} ({{line}}{{>x}}), ")) }
    }

    @Test("a name of any length is cut")
    func long() {
        let alert = Items.alert(name: String(repeating: "🧦", count: 100_000))
        let line = Texts.standard.line(of: Items.item(.began, alert), at: Items.time)
        #expect(line.utf16.count < 300 && line.contains("🧦… (3)"))
        #expect(Texts.standard.title(of: Items.one(.began, alert)).utf16.count <= Texts.mostOfTitle)
    }

    @Test("Slack's text is cut at no escape and at no link")
    func cut() {
        let text = String(repeating: "&amp;", count: 30) + "<https://s/?product=3|show>"
        for most in 1..<text.utf16.count {
            let cut = SlackText.cut(text, most: most)
            #expect(cut.utf16.count <= most && cut.hasSuffix("…"))
            #expect(!cut.contains("<") && cut.dropLast().replacing("&amp;", with: "").isEmpty)
        }
        #expect(SlackText.cut(text, most: text.utf16.count) == text)
    }
}
