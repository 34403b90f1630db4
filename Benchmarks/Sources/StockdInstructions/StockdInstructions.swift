/// The parts of the processing loop whose instructions are counted, each on a fixed input.
///
/// `instructions.sh` runs this under callgrind, which counts inside one of the functions below at a time.
/// Prints each part with how many events or messages it was about.
@main
struct StockdInstructions {
    static func main() {
        let subject = Subject()
        countedDecode(subject)
        countedApply(subject)
        countedEncode(subject)
        let texts = Subject(hasTexts: true)
        countedTexts(texts)
        let shop = Subject(isShop: true)
        countedShop(shop)
        let changes = ChangeSubject()
        countedChanges(changes)
        precondition(subject.changes.count > 100 && subject.bytes > 0, "the fixed input does too little")
        precondition(texts.changes.count == subject.changes.count, "texts change what happens")
        precondition(shop.changes.count > 100, "the shop has too few alerts")
        print(
            """
            Decode \(subject.decoded.count)
            Apply \(subject.decoded.count)
            Encode \(subject.changes.count)
            Texts \(texts.decoded.count)
            Shop \(shop.decoded.count)
            Changes \(changes.count)
            """)
    }
}

@inline(never)
func countedDecode(_ subject: Subject) { subject.decode() }

@inline(never)
func countedApply(_ subject: Subject) { subject.apply() }

@inline(never)
func countedEncode(_ subject: Subject) { subject.encode() }

/// Decode and apply where all ids are texts.
@inline(never)
func countedTexts(_ subject: Subject) {
    subject.decode()
    subject.apply()
}

/// Everything that the worker does with the events of a shop with many alerts.
@inline(never)
func countedShop(_ subject: Subject) {
    subject.decode()
    subject.apply()
    subject.encode()
}

/// Decode, apply and consolidate of a database's changes.
@inline(never)
func countedChanges(_ subject: ChangeSubject) { subject.follow() }
