// Writes an empty firmware volume of so many bytes to standard output, to make an image longer
// (UEFI Platform Initialization Specification, volume 3, EFI_FIRMWARE_VOLUME_HEADER).
//
// usage: volume BYTES
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct header {
    uint8_t zero[16];
    // EFI_FIRMWARE_FILE_SYSTEM2_GUID
    uint8_t file_system[16];
    uint64_t length;
    uint8_t signature[4];
    uint32_t attributes;
    uint16_t header_length, checksum, extension;
    uint8_t reserved, revision;
    uint32_t blocks, block_length, end[2];
};

int main(int count, char **words)
{
    struct header header = {
        .file_system = {0x78, 0xe5, 0x8c, 0x8c, 0x3d, 0x8a, 0x1c, 0x4f, 0x99, 0x35, 0x89, 0x61,
                        0x85, 0xc3, 0x2d, 0xd3},
        .signature = {'_', 'F', 'V', 'H'},
        .attributes = 0x0004feff,
        .header_length = sizeof header,
        .revision = 2,
        .block_length = 4096,
    };
    uint16_t sum = 0, word;
    if (count != 2)
        return 64;
    header.length = strtoull(words[1], NULL, 10);
    header.blocks = header.length / header.block_length;
    for (size_t i = 0; i < sizeof header; i += sizeof word) {
        memcpy(&word, (char *)&header + i, sizeof word);
        sum += word;
    }
    header.checksum = -sum;
    fwrite(&header, sizeof header, 1, stdout);
    for (uint64_t i = sizeof header; i < header.length; i++)
        putchar(0xff);
    return ferror(stdout);
}
