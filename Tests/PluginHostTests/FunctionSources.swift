extension PluginSources {
    /// A plugin with functions of every type; `extra` is put before the table, `entries` into it.
    static func functions(_ extra: String = "", entries: String? = nil, count: String = "COUNT") -> String {
        bare(
            """
            #include <math.h>
            #include <stdbool.h>
            #include <stdio.h>
            #include <unistd.h>
            static double half(double x) { return x / 2; }
            static int64_t less(int64_t a, int64_t b) { return a - b; }
            static uint64_t twice(uint64_t a) { return 2 * a; }
            static bool not_(bool a) { return !a; }
            static double mean(const double *v, size_t n) {
                double sum = 0;
                for (size_t i = 0; i < n; i++) sum += v[i];
                return sum / (double)n;
            }
            static const char *greet(const char *name, const char *title) {
                static char text[200];
                snprintf(text, sizeof text, "hello %s%s", title ? title : "", name);
                return text;
            }
            static int64_t count(strategy_instance_t *instance, int64_t by) { return *(int64_t *)instance += by; }
            static double mixed(strategy_instance_t *instance, double a, int64_t b, const double *v, size_t n, bool c,
                                uint64_t d, const char *e, double f, double g, double h, double i, double j) {
                return *(int64_t *)instance + a + (double)b + v[n - 1] + c + (double)d + (double)strlen(e) + f + g + h + i + j;
            }
            static const char *nothing(void) { return NULL; }
            \(extra)
            static const strategy_function_v1_t table[] = {
                \(entries ?? Self.everyType)
            };
            enum { COUNT = sizeof table / sizeof *table };
            static const strategy_function_v1_t *describe(const strategy_descriptor_v1_t *self, uint32_t index) {
                return index < COUNT ? &table[index] : NULL;
            }
            static const strategy_functions_v1_t functions = {sizeof functions, \(count), describe};
            static const void *extension(const strategy_descriptor_v1_t *self, const char *id) {
                return strcmp(id, STRATEGY_EXT_FUNCTIONS) ? NULL : &functions;
            }
            static strategy_instance_t *zeroed(const strategy_descriptor_v1_t *self, const strategy_config_v1_t *config,
                                               char *error, size_t size) { return calloc(1, 64); }
            static const strategy_descriptor_v1_t descriptor = {
                sizeof descriptor, 0, "Callable", "n", "v", NULL, 0, NULL, zeroed, destroy, process, extension};
            """)
    }

    private static let everyType = """
        STRATEGY_FUNCTION("half", "Half of x", "(x: f64) -> f64", half),
        STRATEGY_FUNCTION("less", "", "(a: i64, b: i64) -> i64", less),
        STRATEGY_FUNCTION("twice", "", "(a: u64) -> u64", twice),
        STRATEGY_FUNCTION("not", "", "(a: bool) -> bool", not_),
        STRATEGY_FUNCTION("mean", "", "(values: [f64]) -> f64", mean),
        STRATEGY_FUNCTION("greet", "", "(name: string, title: string?) -> string", greet),
        STRATEGY_FUNCTION("count", "", "(instance, by: i64) -> i64", count),
        STRATEGY_FUNCTION("mixed", "", "(instance, a: f64, b: i64, v: [f64], c: bool, d: u64, e: string, f: f64, g: f64, h: f64, i: f64, j: f64) -> f64", mixed),
        STRATEGY_FUNCTION("nothing", "", "() -> string", nothing),
        """
}
