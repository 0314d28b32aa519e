# Part of ./Scripts/stress race; source it after scene.sh. Launches while others write to the memory file that
# the image is copied into, before its seals are on: as root, as the user who launches, and as a QEMU that
# was taken over, from inside the launcher's own filter.

memory_ways="memory-write memory-flip memory-map memory-maps"

# as WHO COMMAND...: runs it as root or as nobody.
as() {
    local who=$1
    shift
    if [ "$who" = user ]; then set -- setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; fi
    exec "$@"
}

# memory_scene WHO: what that user launches, in $race/WHO, with programs that are nobody's build folder.
memory_scene() {
    local scene=$race/$1
    make_scene "$scene" "$scene/store"
    ln -sfn "$race/bin/qemu-stand-in" "$scene/kvm"
    [ "$1" != user ] || chown -R 65534:65534 "$scene"
}

# start_attacker WHO WAY PROGRAM: into $attacker.
start_attacker() {
    if [ "$1" = filter ]; then
        # What the launcher takes for QEMU is the attacker; its words are no options.
        "$race/bin/qemu-launcher" -launcher-config "$race/vm.conf" "$2" "$3" &
    else
        (as "$1" "$race/bin/image-attacker" "$2" "$3") &
    fi
    attacker=$!
    sleep 0.3
    kill -0 "$attacker" 2>/dev/null || fail "the attacker '$2' gave up ($1)"
    [ "$1" != filter ] || grep -qx 'Seccomp:	2' "/proc/$attacker/status" ||
        fail "the attacker is not under the launcher's filter"
}

stop_attacker() {
    kill "$attacker" 2>/dev/null || fail "the attacker gave up"
    wait "$attacker" 2>/dev/null || true
    attacker=
}

# attacked WHO WAY COUNT PROGRAM ARGUMENT...: what launch-storm prints about so many starts of it.
attacked() {
    local who=$1 way=$2 count=$3
    shift 3
    start_attacker "$who" "$way" "$1"
    [ "$who" != filter ] || who=root
    (as "$who" "$race/bin/launch-storm" "$count" 2 "$@" 2>>"$race/complaints")
    stop_attacker
}

race_for_memory() {
    local all=$1 who way scene each rows=0 total=0 wrong=0 started=0 deceived=0 careless=0
    local known='checksum differs|seal of the memory file|memory file|changed while it was read|hint:'
    mkdir "$race/bin"
    cp "$launcher" "$tools"/{qemu-stand-in,launch-storm,image-attacker} "$race/bin/"
    cp "$tools/image-attacker" "$race/bin/careless"
    ln -s image-attacker "$race/bin/kvm"
    printf 'launcher: defaults\n\tqemu %s\n\tlog none\n' "$race/bin/kvm" >"$race/vm.conf"
    local contexts="root filter"
    if [ "$(id -u)" = 0 ]; then contexts="root user filter"; fi
    each=$((all / ($(wc -w <<<"$contexts") * $(wc -w <<<"$memory_ways"))))
    each=$((each > 0 ? each : 1))

    printf '%-8s %-13s %9s %9s %9s %7s %10s\n' from attack launches started refused wrong careless
    for who in $contexts; do
        [ "$who" = filter ] || memory_scene "$who"
        scene=$race/$who
        [ "$who" != filter ] || scene=$race/root
        for way in $memory_ways; do
            : >"$race/complaints"
            local result good refused=0 bad status taken
            # That the attack is one: a launcher that compares before it seals takes what comes after.
            result=$(attacked "$who" "$way" 20 "$race/bin/careless" careless \
                "$scene/store/template/efi-firmware/a.fd" "$scene/store/template/efi-firmware.good" "$scene/kvm")
            taken=$(fact "status 80" <<<"$result")
            result=$(attacked "$who" "$way" "$each" "$race/bin/qemu-launcher" \
                -launcher-config "$scene/launcher.conf" -efi-firmware test:efi-firmware/a.fd -name race -m 1)
            good=$(fact "status 0" <<<"$result")
            for status in 65 71; do refused=$((refused + $(fact "status $status" <<<"$result"))); done
            bad=$((each - good - refused))
            printf '%-8s %-13s %9d %9d %9d %7d %10s\n' "$who" "$way" "$each" "$good" "$refused" "$bad" \
                "$taken of 20"
            [ "$bad" = 0 ] || printf '%s\n' "$result" | grep -E '^(status|signal)' >&2
            if grep '^qemu-launcher: ' "$race/complaints" | grep -vE "$known" | sort | uniq -c | grep . >&2; then
                wrong=$((wrong + 1))
            fi
            total=$((total + each)) wrong=$((wrong + bad)) started=$((started + good))
            deceived=$((deceived + taken)) careless=$((careless + 20)) rows=$((rows + 1))
        done
    done
    say
    say "memory races: $total launches, $started started with the pinned bytes, $wrong with others or otherwise" \
        "wrong; a launcher that compares before it seals was deceived in $deceived of $careless"
    [ "$deceived" -gt 0 ] || fail "the attackers did nothing"
    [ "$wrong" = 0 ] || fail "a race was lost"
}
