import CStrategyABI

// Where every field of the tables lies and how many bytes it has: the numbers of the contract, counted from the text of
// the headers by the rules of the C ABI (natural alignment, 8-byte pointers), not taken from a compiler.

extension LayoutCheck {
    mutating func checkTables() {
        checkInstrument()
        checkConfig()
        checkDescriptor()
        checkEntry()
        checkAbiNote()
        checkValue()
        checkParamInfo()
        checkParams()
        checkState()
        checkFeaturesExt()
        checkLogExt()
        checkFunctions()
    }

    private mutating func checkFunctions() {
        record(strategy_function_value_v1_t.self, "strategy_function_value_v1_t", 40)
        field(\strategy_function_value_v1_t.number, "strategy_function_value_v1_t.number", 0, 8)
        field(\strategy_function_value_v1_t.integer, "strategy_function_value_v1_t.integer", 8, 8)
        field(\strategy_function_value_v1_t.text, "strategy_function_value_v1_t.text", 16, 8)
        field(\strategy_function_value_v1_t.numbers, "strategy_function_value_v1_t.numbers", 24, 8)
        field(\strategy_function_value_v1_t.count, "strategy_function_value_v1_t.count", 32, 8)
        record(strategy_function_v1_t.self, "strategy_function_v1_t", 56)
        field(\strategy_function_v1_t.struct_size, "strategy_function_v1_t.struct_size", 0, 4)
        field(\strategy_function_v1_t.reserved, "strategy_function_v1_t.reserved", 4, 4)
        field(\strategy_function_v1_t.name, "strategy_function_v1_t.name", 8, 8)
        field(\strategy_function_v1_t.description, "strategy_function_v1_t.description", 16, 8)
        field(\strategy_function_v1_t.signature, "strategy_function_v1_t.signature", 24, 8)
        field(\strategy_function_v1_t.function, "strategy_function_v1_t.function", 32, 8)
        field(\strategy_function_v1_t.packed, "strategy_function_v1_t.packed", 40, 8)
        field(\strategy_function_v1_t.context, "strategy_function_v1_t.context", 48, 8)
        record(strategy_functions_v1_t.self, "strategy_functions_v1_t", 16)
        field(\strategy_functions_v1_t.struct_size, "strategy_functions_v1_t.struct_size", 0, 4)
        field(\strategy_functions_v1_t.count, "strategy_functions_v1_t.count", 4, 4)
        field(\strategy_functions_v1_t.describe, "strategy_functions_v1_t.describe", 8, 8)
    }

    private mutating func checkInstrument() {
        record(strategy_instrument_v1_t.self, "strategy_instrument_v1_t", 112)
        field(\strategy_instrument_v1_t.id, "strategy_instrument_v1_t.id", 0, 32)
        field(\strategy_instrument_v1_t.quote_currency, "strategy_instrument_v1_t.quote_currency", 32, 16)
        field(\strategy_instrument_v1_t.tick, "strategy_instrument_v1_t.tick", 48, 8)
        field(\strategy_instrument_v1_t.lot, "strategy_instrument_v1_t.lot", 56, 8)
        field(\strategy_instrument_v1_t.min_quantity, "strategy_instrument_v1_t.min_quantity", 64, 8)
        field(\strategy_instrument_v1_t.max_quantity, "strategy_instrument_v1_t.max_quantity", 72, 8)
        field(\strategy_instrument_v1_t.multiplier, "strategy_instrument_v1_t.multiplier", 80, 8)
        field(\strategy_instrument_v1_t.reserved, "strategy_instrument_v1_t.reserved", 88, 24)
    }

    private mutating func checkConfig() {
        record(strategy_config_v1_t.self, "strategy_config_v1_t", 40)
        field(\strategy_config_v1_t.struct_size, "strategy_config_v1_t.struct_size", 0, 4)
        field(\strategy_config_v1_t.instrument_count, "strategy_config_v1_t.instrument_count", 4, 4)
        field(\strategy_config_v1_t.instruments, "strategy_config_v1_t.instruments", 8, 8)
        field(\strategy_config_v1_t.bound, "strategy_config_v1_t.bound", 16, 8)
        field(\strategy_config_v1_t.bound_count, "strategy_config_v1_t.bound_count", 24, 4)
        field(\strategy_config_v1_t.reserved, "strategy_config_v1_t.reserved", 28, 4)
        field(\strategy_config_v1_t.seed, "strategy_config_v1_t.seed", 32, 8)
    }

    private mutating func checkDescriptor() {
        record(strategy_descriptor_v1_t.self, "strategy_descriptor_v1_t", 88)
        field(\strategy_descriptor_v1_t.struct_size, "strategy_descriptor_v1_t.struct_size", 0, 4)
        field(\strategy_descriptor_v1_t.reserved0, "strategy_descriptor_v1_t.reserved0", 4, 4)
        field(\strategy_descriptor_v1_t.id, "strategy_descriptor_v1_t.id", 8, 8)
        field(\strategy_descriptor_v1_t.name, "strategy_descriptor_v1_t.name", 16, 8)
        field(\strategy_descriptor_v1_t.version, "strategy_descriptor_v1_t.version", 24, 8)
        field(\strategy_descriptor_v1_t.description, "strategy_descriptor_v1_t.description", 32, 8)
        field(\strategy_descriptor_v1_t.events, "strategy_descriptor_v1_t.events", 40, 8)
        field(\strategy_descriptor_v1_t.context, "strategy_descriptor_v1_t.context", 48, 8)
        field(\strategy_descriptor_v1_t.create, "strategy_descriptor_v1_t.create", 56, 8)
        field(\strategy_descriptor_v1_t.destroy, "strategy_descriptor_v1_t.destroy", 64, 8)
        field(\strategy_descriptor_v1_t.process, "strategy_descriptor_v1_t.process", 72, 8)
        field(\strategy_descriptor_v1_t.extension, "strategy_descriptor_v1_t.extension", 80, 8)
    }

    private mutating func checkEntry() {
        record(strategy_entry_v1_t.self, "strategy_entry_v1_t", 16)
        field(\strategy_entry_v1_t.struct_size, "strategy_entry_v1_t.struct_size", 0, 4)
        field(\strategy_entry_v1_t.abi_version, "strategy_entry_v1_t.abi_version", 4, 4)
        field(\strategy_entry_v1_t.descriptor, "strategy_entry_v1_t.descriptor", 8, 8)
    }

    private mutating func checkAbiNote() {
        record(strategy_abi_note_v1_t.self, "strategy_abi_note_v1_t", 40)
        field(\strategy_abi_note_v1_t.name_size, "strategy_abi_note_v1_t.name_size", 0, 4)
        field(\strategy_abi_note_v1_t.description_size, "strategy_abi_note_v1_t.description_size", 4, 4)
        field(\strategy_abi_note_v1_t.note_type, "strategy_abi_note_v1_t.note_type", 8, 4)
        field(\strategy_abi_note_v1_t.name, "strategy_abi_note_v1_t.name", 12, 12)
        field(\strategy_abi_note_v1_t.abi_major, "strategy_abi_note_v1_t.abi_major", 24, 4)
        field(\strategy_abi_note_v1_t.abi_minor, "strategy_abi_note_v1_t.abi_minor", 28, 4)
        field(\strategy_abi_note_v1_t.event_size, "strategy_abi_note_v1_t.event_size", 32, 4)
        field(\strategy_abi_note_v1_t.intent_size, "strategy_abi_note_v1_t.intent_size", 36, 4)
    }

    private mutating func checkValue() {
        record(strategy_value_v1_t.self, "strategy_value_v1_t", 24)
        field(\strategy_value_v1_t.kind, "strategy_value_v1_t.kind", 0, 4)
        field(\strategy_value_v1_t.reserved, "strategy_value_v1_t.reserved", 4, 4)
        field(\strategy_value_v1_t.integer, "strategy_value_v1_t.integer", 8, 8)
        field(\strategy_value_v1_t.number, "strategy_value_v1_t.number", 16, 8)
    }

    private mutating func checkParamInfo() {
        record(strategy_param_info_v1_t.self, "strategy_param_info_v1_t", 120)
        field(\strategy_param_info_v1_t.struct_size, "strategy_param_info_v1_t.struct_size", 0, 4)
        field(\strategy_param_info_v1_t.kind, "strategy_param_info_v1_t.kind", 4, 4)
        field(\strategy_param_info_v1_t.name, "strategy_param_info_v1_t.name", 8, 8)
        field(\strategy_param_info_v1_t.description, "strategy_param_info_v1_t.description", 16, 8)
        field(\strategy_param_info_v1_t.unit, "strategy_param_info_v1_t.unit", 24, 8)
        field(\strategy_param_info_v1_t.choices, "strategy_param_info_v1_t.choices", 32, 8)
        field(\strategy_param_info_v1_t.choice_count, "strategy_param_info_v1_t.choice_count", 40, 4)
        field(\strategy_param_info_v1_t.reserved, "strategy_param_info_v1_t.reserved", 44, 4)
        field(\strategy_param_info_v1_t.minimum, "strategy_param_info_v1_t.minimum", 48, 24)
        field(\strategy_param_info_v1_t.maximum, "strategy_param_info_v1_t.maximum", 72, 24)
        field(\strategy_param_info_v1_t.standard, "strategy_param_info_v1_t.standard", 96, 24)
    }

    private mutating func checkParams() {
        record(strategy_params_v1_t.self, "strategy_params_v1_t", 40)
        field(\strategy_params_v1_t.struct_size, "strategy_params_v1_t.struct_size", 0, 4)
        field(\strategy_params_v1_t.count, "strategy_params_v1_t.count", 4, 4)
        field(\strategy_params_v1_t.describe, "strategy_params_v1_t.describe", 8, 8)
        field(\strategy_params_v1_t.get, "strategy_params_v1_t.get", 16, 8)
        field(\strategy_params_v1_t.set, "strategy_params_v1_t.set", 24, 8)
        field(\strategy_params_v1_t.validate, "strategy_params_v1_t.validate", 32, 8)
    }

    private mutating func checkState() {
        record(strategy_state_v1_t.self, "strategy_state_v1_t", 56)
        field(\strategy_state_v1_t.struct_size, "strategy_state_v1_t.struct_size", 0, 4)
        field(\strategy_state_v1_t.schema_version, "strategy_state_v1_t.schema_version", 4, 4)
        field(\strategy_state_v1_t.schema_hash, "strategy_state_v1_t.schema_hash", 8, 8)
        field(\strategy_state_v1_t.save, "strategy_state_v1_t.save", 16, 8)
        field(\strategy_state_v1_t.restore, "strategy_state_v1_t.restore", 24, 8)
        field(\strategy_state_v1_t.snapshot, "strategy_state_v1_t.snapshot", 32, 8)
        field(\strategy_state_v1_t.write, "strategy_state_v1_t.write", 40, 8)
        field(\strategy_state_v1_t.discard, "strategy_state_v1_t.discard", 48, 8)
    }

    private mutating func checkFeaturesExt() {
        record(strategy_features_ext_v1_t.self, "strategy_features_ext_v1_t", 16)
        field(\strategy_features_ext_v1_t.struct_size, "strategy_features_ext_v1_t.struct_size", 0, 4)
        field(\strategy_features_ext_v1_t.count, "strategy_features_ext_v1_t.count", 4, 4)
        field(\strategy_features_ext_v1_t.names, "strategy_features_ext_v1_t.names", 8, 8)
    }

    private mutating func checkLogExt() {
        record(strategy_log_ext_v1_t.self, "strategy_log_ext_v1_t", 16)
        field(\strategy_log_ext_v1_t.struct_size, "strategy_log_ext_v1_t.struct_size", 0, 4)
        field(\strategy_log_ext_v1_t.reserved, "strategy_log_ext_v1_t.reserved", 4, 4)
        field(\strategy_log_ext_v1_t.set_level, "strategy_log_ext_v1_t.set_level", 8, 8)
    }
}
