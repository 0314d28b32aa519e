import Planning
import Testing

struct LoaderDeviceTests {
    private func danger(_ value: ByteString, fileByteCount: UInt64? = nil) -> String? {
        LoaderDevice.all(in: commandLine("-device", value)).compactMap {
            $0.danger(fileByteCount: fileByteCount)
        }.first
    }

    @Test(
        arguments: [
            "loader,file=/b,addr=0xffc84100,force-raw=on",
            "driver=loader,file=/b,addr=0xffc84100,force-raw=on",
            "e1000,driver=loader,file=/b,addr=0xffc84100,force-raw=on",
            #"{"driver":"loader","file":"/b","addr":4291313920,"force-raw":true}"#,
            #"{'dri\u0076er':'loader','file':'/b','addr':'0xffc84100','force-raw':true}"#,
            "loader,data=1,data-len=8,addr=0xfffffff0", "loader,data=1,data-len=8,addr=0xffff8",
            "loader,file=/b,addr=0xe0000,force-raw=on", "loader,file=/b,addr=0xdffff,force-raw=on",
            "loader,file=/b", "loader,file=/b,addr=0x100000000", "loader,file=/b,force-raw=off",
            "loader,cpu-num=0,addr=0x100000000", "loader,file=/b,addr=zero,force-raw=on",
            "loader,file=/b,addr=0x1,addr=0xffff0000,force-raw=on",
            "guest-loader,addr=0x100000000,kernel=/k", "loader,data=1,data-len=8,addr=-16",
            "loader,data=1,data-len=8,addr=0xfffffffffffffffc",
        ] as [ByteString]
    )
    func `what can reach the firmware is named`(value: ByteString) {
        #expect(danger(value, fileByteCount: 0x10000) != nil)
    }

    @Test(
        arguments: [
            "loader,file=/b,addr=0x100000000,force-raw=on",
            "loader,file=/b,addr=0x1000,force-raw=on",
            "loader,data=1,data-len=8,addr=0x7000", "loader,file=/b,addr=0x100000,force-raw=yes",
            "e1000,file=loader", "loaderx,file=/b",
        ] as [ByteString]
    )
    func `what stays clear of it is not`(value: ByteString) {
        #expect(danger(value, fileByteCount: 0x10000) == nil)
    }

    @Test func `a file of unknown size is trusted far above the firmware only`() {
        #expect(danger("loader,file=/b,addr=0x1000,force-raw=on") != nil)
        #expect(danger("loader,file=/b,addr=0x100000000,force-raw=on") == nil)
        // QEMU goes on at address 0 behind the end of 64 bits.
        #expect(danger("loader,file=/b,addr=0xfffffffffff00000,force-raw=on") != nil)
    }

    @Test func `a file that runs over the end of 64 bits reaches the firmware`() {
        #expect(
            danger(
                "loader,file=/b,addr=0xfffffffffff00000,force-raw=on",
                fileByteCount: 0x20_0000
            ) != nil
        )
    }

    @Test func `an id is known, so that -set can be judged`() {
        let devices = LoaderDevice.all(
            in: commandLine(
                "-device",
                "loader,id=a,id=b",
                "-device",
                #"{"driver":"loader","id":"c"}"#
            )
        )
        #expect(devices.map(\.identifier) == ["a", "c"])
    }
}
