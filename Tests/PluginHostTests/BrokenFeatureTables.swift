import Testing

extension BrokenPlugin {
    /// Tables features.v1 that cannot be used.
    static let features: [BrokenPlugin] = [
        feature("an unknown feature", "'rsi_13' is no feature; did you mean rsi_", "\"rsi_14\", \"rsi_13\"", 2),
        feature("a feature twice", "the feature rsi_14 is named twice", "\"rsi_14\", \"rsi_14\"", 2),
        feature("a feature without a name", "the name of feature 1 is missing", "\"rsi_14\", NULL", 2),
        feature("a feature's name nowhere", "the name of feature 0 lies at an address", "(const char *)8", 1),
        feature("more features than there are", "172 features are above the limit of 171", "\"rsi_14\"", 172),
        BrokenPlugin(
            "no names of features", "the names of its features lie at an address that cannot be read",
            extension: table, extra: events + "static const strategy_features_ext_v1_t features = {16, 2, NULL};"),
        BrokenPlugin(
            "a table of features that is too short", "the table features.v1 has a struct_size of 8, below 16",
            extension: table, extra: events + "static const strategy_features_ext_v1_t features = {8, 2, NULL};"),
        feature(
            "features without their bit", "its events lack the bit of BAR, FEATURES or both", "\"rsi_14\"", 1,
            events: ""),
    ]

    private static let table = "return strcmp(id, STRATEGY_EXT_FEATURES) ? NULL : &features;"
    private static let events =
        "#define EVENTS (1u << STRATEGY_EVENT_BAR | 1u << STRATEGY_EVENT_FEATURES)\n"

    private static func feature(
        _ name: String, _ reason: String, _ names: String, _ count: Int, events: String = BrokenPlugin.events
    ) -> BrokenPlugin {
        BrokenPlugin(
            name, reason, extension: table,
            extra: events + "static const char *const names[] = {\(names)};\n"
                + "static const strategy_features_ext_v1_t features = {sizeof features, \(count), names};")
    }
}
