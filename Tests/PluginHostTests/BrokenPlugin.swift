import Foundation
import Testing

/// A plugin with something wrong, made from source or by patching bytes, and what is said about it.
struct BrokenPlugin: CustomTestStringConvertible, Sendable {
    var name: String
    /// A part of one reason that a check gives.
    var reason: String
    /// It comes into the host all the same: what is wrong shows only while it runs, and is contained there.
    var loads = false
    var make: @Sendable (TemporaryFolder) throws -> String

    var testDescription: String { name }

    /// Of a C source, good but for the parts that are given.
    init(
        _ name: String, _ reason: String, loads: Bool = false, create: String = "return calloc(1, 4096);",
        destroy: String = "free(instance);", process: String = "return count;",
        extension table: String = "return NULL;",
        entry: String = "return &entry;", id: String = "\"Broken\"", extra: String = "", flags: [String] = ["-shared"]
    ) {
        self.init(name, reason, loads: loads) { _ in
            try Workshop.library(
                Self.source(
                    create: create, destroy: destroy, process: process, extension: table, entry: entry, id: id,
                    extra: extra), flags: flags)
        }
    }

    init(
        _ name: String, _ reason: String, loads: Bool = false,
        make: @escaping @Sendable (TemporaryFolder) throws -> String
    ) {
        self.name = name
        self.reason = reason
        self.loads = loads
        self.make = make
    }

    /// Of a good library whose bytes are changed.
    static func patched(
        _ name: String, _ reason: String, _ change: @escaping @Sendable (inout [UInt8]) throws -> Void
    ) -> BrokenPlugin {
        BrokenPlugin(name, reason) { folder in
            var bytes = try Workshop.bytes(PluginSources.good())
            try change(&bytes)
            return try folder.write(bytes, to: "patched.so")
        }
    }

    private static func source(
        create: String, destroy: String, process: String, extension table: String, entry: String, id: String,
        extra: String
    ) -> String {
        """
        #include <errno.h>
        #include <pthread.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <unistd.h>
        #include "CStrategyABI.h"
        #ifndef NO_NOTE
        STRATEGY_ABI_NOTE;
        #endif
        #define CRASH (*(volatile int *)8 = 1)
        #define HANG for (volatile int spin = 0;;) spin++
        static const strategy_event_v1_t *seen;
        static void submit(strategy_intents_v1_t *intents, uint64_t tag) {
            strategy_submit_v1_t order = {.type = STRATEGY_INTENT_SUBMIT, .tag = tag, .quantity = STRATEGY_QUANTITY_SCALE,
                .side = STRATEGY_SIDE_BUY, .kind = STRATEGY_KIND_MARKET, .time_in_force = STRATEGY_TIF_GTC};
            memcpy(&intents->records[intents->count++], &order, sizeof order);
        }
        \(extra)
        #ifndef EVENTS
        #define EVENTS (1u << STRATEGY_EVENT_TRADE | 1u << STRATEGY_EVENT_BAR)
        #endif
        static strategy_instance_t *create(const strategy_descriptor_v1_t *self, const strategy_config_v1_t *config,
                                           char *error, size_t size) { \(create) }
        static void destroy(strategy_instance_t *instance) { \(destroy) }
        static size_t process(strategy_instance_t *instance, const strategy_event_v1_t *events, size_t count,
                              strategy_intents_v1_t *intents) { \(process) }
        static const void *extension(const strategy_descriptor_v1_t *self, const char *id) { \(table) }
        static const strategy_descriptor_v1_t descriptor = {
            sizeof descriptor, 0, \(id), "Broken", "1", "", EVENTS, NULL,
            create, destroy, process, extension};
        static const strategy_entry_v1_t entry = {sizeof entry, STRATEGY_ABI_VERSION, &descriptor};
        const strategy_entry_v1_t *strategy_entry_v1(uint32_t host) { \(entry) }
        """
    }
}
