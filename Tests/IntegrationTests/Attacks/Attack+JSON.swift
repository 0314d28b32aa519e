import Planning

/// JSON that QEMU reads and a stricter or weaker reader does not.
extension Attack {
    static let json = readable + unreadable

    /// A loader in JSON that QEMU takes.
    private static let readable: [Attack] = [
        loading(
            "a NUL in the id",
            #"{"driver":"loader","id":"a\u0000b","file":"$vector","addr":4294967280,"#
                + #""force-raw":true}"#
        ),
        loading(
            "single quotes",
            "{'driver':'loader','file':'$vector','addr':4294967280,'force-raw':true}"
        ),
        loading(
            "both quotes, and one escaped in the other",
            #"{'driver':"loader",'file':"$store/vector\"'",'addr':4294967280,'force-raw':true}"#
        ),
        loading(
            "an escape that only QEMU knows",
            #"{"driver":"loader","file":"$store/vector\"\'","addr":4294967280,"force-raw":true}"#
        ),
        loading(
            "white space of every kind",
            "{ \n\t\"driver\" :\r\"loader\",\"file\":\"$vector\",\"addr\":4294967280,"
                + "\"force-raw\":true}\n "
        ),
        loading(
            "a per cent sign, which QEMU's own code puts values behind",
            #"{"driver":"loader","file":"$store/vector%s","addr":4294967280,"force-raw":true}"#
        ),
        loading(
            "surrogates",
            #"{"driver":"loader","file":"$store/vector\ud83d\ude00","addr":4294967280,"#
                + #""force-raw":true}"#
        ),
        Attack(
            "flash below seventy formats",
            ["-blockdev", ByteString(nested(70)), "-machine", "pflash0=n"],
            .either,
            .bringsOther
        ),
        Attack(
            "flash in single quotes",
            [
                "-blockdev",
                """
                {'driver':'raw','node-name':'n','read-only':true,\
                'file':{'driver':'file','filename':'$other'}}
                """,
                "-machine", "pflash0=n",
            ],
            .either,
            .bringsOther
        ),
    ]

    private static func loading(_ name: String, _ json: String) -> Attack {
        Attack(name, ["-device", ByteString(json)], .refused(quoting: ["-device {"]), .beatsFlash)
    }

    /// What this QEMU does not take; another one may.
    private static let unreadable: [Attack] = [
        trying(
            "a NUL in the driver",
            #"{"driver":"loader\u0000x","file":"$vector","addr":4294967280,"force-raw":true}"#
        ),
        trying(
            "a key given twice",
            #"{"driver":"e1000","driver":"loader","file":"$vector","addr":4294967280}"#
        ),
        trying(
            "half a surrogate",
            #"{"driver":"loader","id":"\ud83d","file":"$vector","addr":4294967280}"#
        ),
        trying(
            "a comment",
            #"{"driver":"loader",/*x*/"file":"$vector","addr":4294967280,"force-raw":true}"#
        ),
        trying("two values", #"{"driver":"e1000"}{"driver":"loader","file":"$vector"}"#),
        trying(
            "a form feed",
            "{\"driver\":\"loader\",\u{C}\"file\":\"$vector\",\"addr\":4294967280}"
        ),
        trying(
            "an address as text",
            #"{"driver":"loader","file":"$vector","addr":"0xfffffff0","force-raw":true}"#
        ),
        trying(
            "an address with a fraction",
            #"{"driver":"loader","file":"$vector","addr":4294967280.0,"force-raw":true}"#
        ),
        trying(
            "a thousand levels below a key that no device has",
            #"{"driver":"loader","file":"$vector","addr":4294967280,"force-raw":true,"x":"#
                + String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000) + "}"
        ),
        trying(
            "more levels than QEMU takes",
            #"{"driver":"loader","file":"$vector","x":"# + String(repeating: "[", count: 1100)
                + String(repeating: "]", count: 1100) + "}"
        ),
        Attack(
            "bytes that are not UTF-8",
            [
                "-device",
                ByteString(
                    Array(#"{"driver":"loader","file":"$vector","addr":4294967280,"id":""#.utf8)
                        + [0xFF, 0x22, 0x7D]
                ),
            ],
            .either,
            .none(because: "QEMU reads UTF-8 only")
        ),
        Attack(
            "a slash in two bytes",
            [
                "-device",
                ByteString(Array(#"{"driver":"loader","file":""#.utf8) + [0xC0, 0xAF, 0x22, 0x7D]),
            ],
            .either,
            .none(because: "QEMU knows overlong forms")
        ),
        Attack(
            "a byte order mark",
            ["-device", "\u{FEFF}{\"driver\":\"loader\",\"file\":\"$vector\"}"],
            .either,
            .none(because: "QEMU takes JSON from the first byte on only")
        ),
    ]

    private static func trying(_ name: String, _ json: String) -> Attack {
        Attack(name, ["-device", ByteString(json)], .either, .none(because: "QEMU refuses it"))
    }

    private static func nested(_ levels: Int) -> String {
        #"{"driver":"raw","node-name":"n","read-only":true,"file":"#
            + String(repeating: #"{"driver":"raw","file":"#, count: levels)
            + #"{"driver":"file","filename":"$other"}"# + String(repeating: "}", count: levels + 1)
    }
}
