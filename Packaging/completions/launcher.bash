# Comes after what launcherctl generates for bash, and completes qemu-launcher as well.
#
# Bash ends a word at every colon and every '=', but each volume has a colon. Here blanks end a word.

# Sets words to those of the command line up to the cursor; the last one is what is being typed.
_launcher_words() {
    local rest=${COMP_LINE:0:COMP_POINT} text word joins
    local -i index
    words=()
    for ((index = 0; index <= COMP_CWORD; index++)); do
        text=${rest#"${rest%%[![:space:]]*}"}
        [[ $text = "$rest" ]] && joins=yes || joins=
        word=$text
        if ((index < COMP_CWORD)); then
            word=${COMP_WORDS[index]}
            text=${text#"$word"}
        fi
        if ((index > 0)) && [[ $joins ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        rest=$text
    done
}

# Bash replaces only what comes after the last colon.
_launcher_trim_colons() {
    [[ ${COMPREPLY[*]} = *:* ]] || return 0
    # What has a colon is no file, and a blank after a directory's name is in the way.
    compopt +o filenames 2>/dev/null
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} = */ ]] && compopt -o nospace 2>/dev/null
    [[ $1 = *:* && $COMP_WORDBREAKS = *:* ]] || return 0
    local start=${1%"${1##*:}"}
    COMPREPLY=("${COMPREPLY[@]#"$start"}")
}

_launcherctl_by_blanks() {
    local -a words
    _launcher_words
    # --option=value is two words for what follows.
    local -a parted=()
    local word
    for word in "${words[@]}"; do
        if [[ $word =~ ^(--[a-z0-9-]+)=(.*)$ ]]; then
            parted+=("${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}")
        else
            parted+=("$word")
        fi
    done
    local -a COMP_WORDS=("${parted[@]}")
    local -i COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    local COMP_LINE
    printf -v COMP_LINE '%s ' "${COMP_WORDS[@]}"
    COMP_LINE=${COMP_LINE% }
    local -i COMP_POINT=${#COMP_LINE}
    local current=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    _launcherctl "${COMP_WORDS[0]}" "$current" "${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
    _launcher_trim_colons "$current"
}

# QEMU's words are those of 'launcherctl plan -- …', which offers only plain characters.
_qemu_launcher() {
    local -a words
    _launcher_words
    local current=${words[${#words[@]} - 1]} IFS=$'\n'
    local -a call=(launcherctl plan -- "${words[@]:1}")
    local -i last=$((${#call[@]} - 1))
    # shellcheck disable=SC2207
    COMPREPLY=($(compgen -W "$(launcherctl ---completion plan -- positional@0 "$last" "${#current}" \
        "${call[@]}" 2>/dev/null)" -- "$current"))
    _launcher_trim_colons "$current"
}

complete -o filenames -F _launcherctl_by_blanks launcherctl
complete -o filenames -F _qemu_launcher qemu-launcher
