# QEMU's words are those of 'launcherctl plan -- …'.
function __qemu_launcher_words
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    launcherctl ---completion plan -- positional@0 (math (count $words) + 2) \
        (string length -- "$current") launcherctl plan -- $words[2..] "$current" 2>/dev/null
end
complete -c qemu-launcher -f -a '(__qemu_launcher_words)'
