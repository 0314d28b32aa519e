# Shared by the scripts that look at instructions; source it behind common.sh.

# Valgrind knows openat2 since 3.21; Debian 12 has an older one.
need_callgrind() {
    need_packages debian-archive-keyring
    tools=$PWD/.build/valgrind
    [ -x "$tools/usr/bin/valgrind.bin" ] || fetch_packages "$tools" trixie valgrind
}

# callgrind OPTIONS... PROGRAM ARGUMENTS...: the same instructions every time.
callgrind() {
    env -i SWIFT_DETERMINISTIC_HASHING=1 VALGRIND_LIB="$tools/usr/libexec/valgrind" \
        "$tools/usr/bin/valgrind.bin" --tool=callgrind "$@"
}

# Builds these products of the release with the names of their functions.
build_release_with_names() {
    build_release "$@"
    local product
    for product in "$@"; do
        swift build -c release --product "$product" "${release_flags[@]/--strip-all/--strip-debug}" >/dev/null
    done
}
