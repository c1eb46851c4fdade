import Foundation
import Testing

extension BrokenPlugin {
    static let all = files + loading + creation + processing + tables + features + states + runs

    /// Judged by their bytes; none of their code runs.
    static let files: [BrokenPlugin] = [
        BrokenPlugin("empty", "is empty") { try $0.write([], to: "empty.so") },
        BrokenPlugin("a text", "is a text, not a library") { try $0.write(Array("#!/bin/sh\n".utf8), to: "text.so") },
        BrokenPlugin("a folder", "it is not a regular file") { folder in
            try FileManager.default.createDirectory(atPath: folder.path + "/a.so", withIntermediateDirectories: true)
            return folder.path + "/a.so"
        },
        BrokenPlugin("a pipe instead of a file", "it is not a regular file") { folder in
            let path = folder.path + "/pipe.so"
            try #require(mkfifo(path, 0o600) == 0)
            return path
        },
        BrokenPlugin("a link to itself", "cannot be read: Too many levels of symbolic links") { folder in
            let path = folder.path + "/loop.so"
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path)
            return path
        },
        BrokenPlugin("not there", "cannot be read: No such file") { $0.path + "/gone.so" },
        .patched("truncated", "is truncated") { $0.removeLast($0.count / 2) },
        .patched("for another machine", "this host runs on") { $0[18] = $0[18] == 183 ? 62 : 183 },
        .patched("for 32 bits", "is compiled for 32 bits") { $0[4] = 1 },
        .patched("of the other byte order", "has the other byte order") { $0[5] = $0[5] == 1 ? 2 : 1 },
        .patched("for ABI major 2", "speaks ABI version 2, this host 1") { bytes in
            bytes[try #require(ELFBytes.noteDescription(bytes))] = 2
        },
        .patched("with event records of 128 bytes", "has event records of 128") { bytes in
            bytes[try #require(ELFBytes.noteDescription(bytes)) + 8] = 128
        },
        BrokenPlugin("without the note", "carries no note", flags: ["-shared", "-DNO_NOTE"]),
        BrokenPlugin(
            "with an executable stack", "asks for an executable stack",
            flags: ["-shared", "-z", "execstack", "-Wl,-z,execstack"]),
        BrokenPlugin("an executable", "is an executable, not a library") { _ in
            try Workshop.library("int main(void) { return 0; }", flags: ["-fPIE", "-pie"])
        },
        BrokenPlugin("without the entry", "exports no function strategy_entry_v1") { _ in
            try Workshop.library("#include \"CStrategyABI.h\"\nSTRATEGY_ABI_NOTE;\n")
        },
    ]

    static let loading: [BrokenPlugin] = [
        BrokenPlugin(
            "needs a symbol that nobody has", "needs the symbol 'nowhere_to_find'",
            extra: "extern int nowhere_to_find(void); int use(void) { return nowhere_to_find(); }"),
        BrokenPlugin(
            "initialiser crashes", "it crashed with signal 11 (Segmentation fault) while it was loaded",
            extra: "__attribute__((constructor)) static void begin(void) { CRASH; }"),
        BrokenPlugin(
            "initialiser hangs", "it did not come back within 5 s while it was loaded",
            extra: "__attribute__((constructor)) static void begin(void) { HANG; }"),
        BrokenPlugin(
            "initialiser ends the process", "it ended the process (exit code 0) while it was loaded",
            extra: "__attribute__((constructor)) static void begin(void) { exit(0); }"),
        BrokenPlugin("entry crashes", "while it was asked for its entry table", entry: "CRASH; return &entry;"),
        BrokenPlugin("entry gives nothing", "says that it cannot run under this host", entry: "return NULL;"),
        BrokenPlugin(
            "entry table of another major", "speaks ABI version 2",
            entry: "static strategy_entry_v1_t other; "
                + "other = entry; other.abi_version = 2u << 16; return &other;"),
        BrokenPlugin("entry table nowhere", "the entry table lies at an address", entry: "return (void *)64;"),
    ]

    static let creation: [BrokenPlugin] = [
        BrokenPlugin(
            "create gives nothing", "could not create an instance: out of luck", loads: true,
            create: "snprintf(error, size, \"out of luck\"); return NULL;"),
        BrokenPlugin(
            "create crashes", "it crashed with signal 11 (Segmentation fault) while it made an instance",
            create: "CRASH; return NULL;"),
        BrokenPlugin("create hangs", "it did not come back within 5 s while it made an instance", create: "HANG;"),
        BrokenPlugin(
            "create aborts", "it crashed with signal 6 (Aborted) while it made an instance", create: "abort();"),
        BrokenPlugin(
            "create wants 10 GB and does not look", "it crashed with signal 11 (Segmentation fault) while it made",
            create:
                "char *all = malloc(10ull << 30); for (size_t i = 0; i < 10ull << 30; i += 4096) all[i] = 1; return all;"
        ),
        BrokenPlugin("destroy crashes", "while it destroyed its instances", destroy: "CRASH;"),
        BrokenPlugin(
            "destroy frees twice", "while it destroyed its instances", destroy: "free(instance); free(instance);"),
    ]

    static let processing: [BrokenPlugin] = [
        BrokenPlugin(
            "process crashes", "while it processed ordinary events", loads: true, process: "CRASH; return count;"),
        BrokenPlugin("process hangs", "5 s while it processed ordinary events", loads: true, process: "HANG;"),
        BrokenPlugin(
            "process ends the process", "it ended the process (exit code 0) while it processed", loads: true,
            process: "_exit(0);"),
        BrokenPlugin("consumes nothing", "it says that it consumed 0 of", loads: true, process: "return 0;"),
        BrokenPlugin(
            "consumes more than there is", "of 100 events", loads: true, process: "return count + (count == 100);"),
        BrokenPlugin(
            "stops without a reason", "without having written an intent", loads: true,
            process: "return count > 1 ? 1 : count;"),
        BrokenPlugin(
            "writes an intent of an unknown type", "it wrote an intent of the unknown type 77", loads: true,
            process: "submit(intents, 1); intents->records[0].type = 77; return 1;"),
        BrokenPlugin(
            "says that it wrote too much", "intents into a buffer of 64", loads: true,
            process: "intents->count = 1000000; return 1;"),
        BrokenPlugin(
            "writes beyond the buffer", "it wrote beyond the end of the host's buffer", loads: true,
            process: "memset(&intents->records[64], 7, 128); return count;"),
        BrokenPlugin(
            "sends orders of no quantity, with tag 0", "it sent an order with the tag 0", loads: true,
            process: "submit(intents, 0); return 1;"),
        BrokenPlugin(
            "divides by a price", "while it processed prices and quantities of zero", loads: true,
            process: "for (size_t i = 0; i < count; i++) if (events[i].type == STRATEGY_EVENT_TRADE) "
                + "((volatile int64_t *)instance)[0] = 1000 / (int64_t)events[i].payload[0]; return count;"),
        BrokenPlugin(
            "cannot bear what is not a number", "while it processed a signal whose strength is not a number",
            loads: true,
            process: "for (size_t i = 0; i < count; i++) if (events[i].type == STRATEGY_EVENT_SIGNAL) { "
                + "double s; memcpy(&s, &events[i].payload[1], 8); if (s != s) abort(); } return count;"),
        BrokenPlugin(
            "knows all event types by a table", "while it processed events of unknown types", loads: true,
            process: "for (size_t i = 0; i < count; i++) if (events[i].type > 20) CRASH; return count;"),
        BrokenPlugin(
            "trusts the clock", "while it processed events out of order", loads: true,
            process: "for (size_t i = 0; i < count; i++) { int64_t *last = instance; "
                + "if (events[i].time < *last) abort(); *last = events[i].time; } return count;"),
    ]

    static let tables: [BrokenPlugin] = [
        BrokenPlugin("id is not UTF-8", "the id is not UTF-8", id: "\"\\xff\\xfe\""),
        BrokenPlugin("id points nowhere", "the id lies at an address that cannot be read", id: "(const char *)8"),
        BrokenPlugin("extension crashes", "while it described itself", extension: "CRASH; return NULL;"),
        BrokenPlugin("extension hangs", "5 s while it described itself", extension: "HANG;"),
        BrokenPlugin(
            "a table at a wild address", "the table state.v1 lies at an address that cannot be read",
            extension: "return strcmp(id, STRATEGY_EXT_STATE) ? NULL : (void *)4096;"),
        BrokenPlugin(
            "functions of a table are missing", "the function params.v1 set is missing",
            extension: "return strcmp(id, STRATEGY_EXT_PARAMS) ? NULL : &params;",
            extra: "static const strategy_params_v1_t params = {sizeof params, 0, NULL, NULL, NULL, NULL};"),
        BrokenPlugin(
            "a parameter whose minimum is above its maximum",
            "parameter size: its default does not lie within its bounds",
            extension: "return strcmp(id, STRATEGY_EXT_PARAMS) ? NULL : &params;", extra: parameters("size", 9, 1)),
        BrokenPlugin(
            "two parameters of one name", "two parameters have the name 'size'",
            extension: "return strcmp(id, STRATEGY_EXT_PARAMS) ? NULL : &params;",
            extra: parameters("size", 1, 9, count: 2)),
        BrokenPlugin(
            "a function with a wrong signature", "the signature '(f64 x) -> f64' of function f cannot be read",
            extension: "return strcmp(id, STRATEGY_EXT_FUNCTIONS) ? NULL : &functions;",
            extra: function("f", "(f64 x) -> f64", "static double f(double x) { return x; }")),
        BrokenPlugin(
            "a function that crashes", "while it ran a function without arguments", loads: true,
            extension: "return strcmp(id, STRATEGY_EXT_FUNCTIONS) ? NULL : &functions;",
            extra: function("f", "() -> f64", "static double f(void) { CRASH; return 1; }")),
        BrokenPlugin(
            "a function that gives back garbage", "f gave back garbage: the text lies at an address", loads: true,
            extension: "return strcmp(id, STRATEGY_EXT_FUNCTIONS) ? NULL : &functions;",
            extra: function("f", "() -> string", "static const char *f(void) { return (const char *)99; }")),
    ]

    private static func parameters(_ name: String, _ minimum: Int, _ maximum: Int, count: Int = 1) -> String {
        """
        static const strategy_param_info_v1_t info = {sizeof info, 1, "\(name)", "", "", NULL, 0, 0,
            {.kind = 1, .integer = \(minimum)}, {.kind = 1, .integer = \(maximum)}, {.kind = 1, .integer = 5}};
        static const strategy_param_info_v1_t *describe(const strategy_descriptor_v1_t *self, uint32_t i) { return &info; }
        static int32_t set(strategy_instance_t *i, uint32_t n, const strategy_value_v1_t *v, char *e, size_t s) { return 0; }
        static const strategy_params_v1_t params = {sizeof params, \(count), describe, NULL, set, NULL};
        """
    }

    private static func function(_ name: String, _ signature: String, _ code: String) -> String {
        """
        \(code)
        static const strategy_function_v1_t entries[] = {STRATEGY_FUNCTION("\(name)", "", "\(signature)", \(name))};
        static const strategy_function_v1_t *list(const strategy_descriptor_v1_t *self, uint32_t i) { return &entries[i]; }
        static const strategy_functions_v1_t functions = {sizeof functions, 1, list};
        """
    }
}
