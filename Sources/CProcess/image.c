#define _GNU_SOURCE
#include "CProcess.h"

#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct search_t {
    uintptr_t address;
    uintptr_t base;
    process_image_part_t *parts;
    int most;
    int count;
} search_t;

/// Of a loadable segment; the dynamic linker maps whole pages, and only those that lie within it are taken.
static void take_part(search_t *search, uintptr_t start, size_t bytes) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = (start + page - 1) / page * page;
    uintptr_t end = (start + bytes) / page * page;
    if (first >= end || search->count >= search->most) {
        return;
    }
    search->parts[search->count].start = (void *)first;
    search->parts[search->count].bytes = end - first;
    search->count++;
}

static int look_into(struct dl_phdr_info *image, size_t size, void *context) {
    (void)size;
    search_t *search = context;
    int holds_address = 0;
    for (int index = 0; index < image->dlpi_phnum; index++) {
        const ElfW(Phdr) *header = &image->dlpi_phdr[index];
        uintptr_t start = image->dlpi_addr + header->p_vaddr;
        if (header->p_type == PT_LOAD && search->address >= start && search->address - start < header->p_memsz) {
            holds_address = 1;
        }
    }
    if (!holds_address) {
        return 0;
    }
    search->base = image->dlpi_addr;
    for (int index = 0; index < image->dlpi_phnum; index++) {
        const ElfW(Phdr) *header = &image->dlpi_phdr[index];
        if (header->p_type == PT_LOAD && (header->p_flags & PF_W) == 0) {
            take_part(search, image->dlpi_addr + header->p_vaddr, header->p_filesz);
        }
    }
    return 1;
}

int process_image_parts(const void *address, process_image_part_t *parts, int most, uintptr_t *base) {
    search_t search = {.address = (uintptr_t)address, .parts = parts, .most = most};
    dl_iterate_phdr(look_into, &search);
    *base = search.base;
    return search.count;
}

int process_map_apart(const process_image_part_t *part) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start = (uintptr_t)part->start / page * page;
    uintptr_t end = ((uintptr_t)part->start + part->bytes + page - 1) / page * page;
    // Advice that differs from that of the pages around them splits the mapping.
    return madvise((void *)start, end - start, MADV_RANDOM);
}

int process_drop_pages(const process_image_part_t *part) { return madvise(part->start, part->bytes, MADV_DONTNEED); }
