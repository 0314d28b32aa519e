import Planning
import Testing

struct QEMUValueTests {
    @Test(arguments: [
        ("0", 0), ("7", 7), ("0x0", 0), ("0X1f", 31), ("01", 1), ("010", 8), ("00", 0), ("+4", 4),
        (" \t\n4", 4), (" +0x4", 4), ("18446744073709551615", UInt64.max),
        ("0xffffffffffffffff", UInt64.max),
    ])
    func `a number is read as strtoull reads it`(text: String, value: UInt64) {
        #expect(QEMUValue.number(ByteString(text)) == value)
    }

    @Test(arguments: [
        "", " ", "+", "-1", "-0", "++1", "+-1", "0x", "0x+5", "0x-5", "0+7", "08", "1 ", "1k",
        "0b1", "18446744073709551616", "0x10000000000000000", "one", "١", "1_000",
    ])
    func `what QEMU refuses is no number`(text: String) {
        #expect(QEMUValue.number(ByteString(text)) == nil)
    }

    @Test func `bytes that are not text are neither a number nor a truth value`() {
        #expect(QEMUValue.number(ByteString([0x31, 0xFF])) == nil)
        #expect(QEMUValue.truth(ByteString([0xFF])) == nil)
    }

    @Test(
        arguments: [
            ("on", true), ("yes", true), ("true", true), ("y", true), ("off", false), ("no", false),
            ("false", false), ("n", false), ("", nil), ("ON", nil), ("1", nil), ("on ", nil),
        ] as [(String, Bool?)]
    )
    func `a truth value is one of eight words`(text: String, value: Bool?) {
        #expect(QEMUValue.truth(ByteString(text)) == value)
    }

    @Test(
        arguments: [
            ("540672", 540_672), ("0x84000", 540_672), ("128K", 131_072), ("1g", 1_073_741_824),
            ("0.125M", 131_072), ("1.5k", 1536), ("1.0", 1), ("1.", 1), ("0.0001K", 0),
            ("1.5", nil), ("1.5B", nil), (".5M", nil), ("1.5MM", nil), ("1.2.3M", nil),
            ("16E", nil), ("", nil), ("M", nil), ("-1", nil),
        ] as [(ByteString, UInt64?)]
    )
    func `a size may have a unit, and then a fraction`(text: ByteString, byteCount: UInt64?) {
        #expect(QEMUValue.byteCount(text) == byteCount)
    }
}
