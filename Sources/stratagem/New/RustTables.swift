/// The part of the Rust scaffold that hands the strategy to the host: functions over raw pointers, and their tables.
enum RustTables {
    static let instance = """
        // What the host calls. Pointers that it gives are valid during the call.

        /// Puts a text into the host's buffer, with the NUL that ends it.
        unsafe fn write_text(buffer: *mut c_char, size: usize, text: &str) {
            if buffer.is_null() || size == 0 {
                return;
            }
            let count = text.len().min(size - 1);
            ptr::copy_nonoverlapping(text.as_ptr() as *const c_char, buffer, count);
            *buffer.add(count) = 0;
        }

        unsafe extern "C" fn create(
            _: *const Descriptor, config: *const Config, error: *mut c_char, size: usize,
        ) -> *mut Trend {
            if (*config).bound_count == 0 {
                write_text(error, size, "no instrument is bound");
                return ptr::null_mut();
            }
            Box::into_raw(Box::new(Trend::new(*(*config).bound)))
        }

        unsafe extern "C" fn destroy(instance: *mut Trend) {
            drop(Box::from_raw(instance));
        }

        /// Returns right after the event in which intents were written; records of type MORE belong to the one before.
        unsafe extern "C" fn process(
            instance: *mut Trend, events: *const Event, count: usize, intents: *mut Intents,
        ) -> usize {
            let mut index = 0;
            while index < count && (*intents).count == 0 {
                if let Some(order) = (*instance).on_event(&*events.add(index)) {
                    *(*intents).records = order;
                    (*intents).count = 1;
                }
                index += 1;
                while index < count && (*events.add(index)).kind == EVENT_MORE {
                    index += 1;
                }
            }
            index
        }

        unsafe extern "C" fn save(instance: *mut Trend, bytes: *mut u8, capacity: usize) -> usize {
            if capacity >= size_of::<Trend>() {
                ptr::copy_nonoverlapping(instance as *const u8, bytes, size_of::<Trend>());
            }
            size_of::<Trend>()
        }

        unsafe extern "C" fn restore(
            instance: *mut Trend, version: u32, bytes: *const u8, count: usize, error: *mut c_char, size: usize,
        ) -> i32 {
            if version != STATE_VERSION || count != size_of::<Trend>() {
                write_text(error, size, "a state of another version");
                return 1;
            }
            // The parameter in force and the instrument's index are the host's to say.
            let saved = ptr::read_unaligned(bytes as *const Trend);
            *instance = Trend { instrument: (*instance).instrument, quantity: (*instance).quantity, ..saved };
            0
        }


        """

    static let extensions = """
        // Extensions (ext/params.h, ext/state.h): parameters that strategy.yaml and operators may set, and the state.
        const PARAM_QUANTITY: u32 = 4;

        #[repr(C)]
        #[derive(Clone, Copy)]
        struct Value {
            kind: u32,
            reserved: u32,
            integer: i64,
            number: f64,
        }

        const fn quantity(integer: i64) -> Value {
            Value { kind: PARAM_QUANTITY, reserved: 0, integer, number: 0.0 }
        }

        #[repr(C)]
        struct ParamInfo {
            struct_size: u32,
            kind: u32,
            name: *const c_char,
            description: *const c_char,
            unit: *const c_char,
            choices: *const *const c_char,
            choice_count: u32,
            reserved: u32,
            minimum: Value,
            maximum: Value,
            standard: Value,
        }

        static QUANTITY: Table<ParamInfo> = Table(ParamInfo {
            struct_size: size_of::<ParamInfo>() as u32,
            kind: PARAM_QUANTITY,
            name: c"quantity".as_ptr(),
            description: c"Position to hold, long or short".as_ptr(),
            unit: c"units".as_ptr(),
            choices: ptr::null(),
            choice_count: 0,
            reserved: 0,
            minimum: quantity(QUANTITY_SCALE / 10_000),
            maximum: quantity(1000 * QUANTITY_SCALE),
            standard: quantity(QUANTITY_SCALE / 100),
        });

        unsafe extern "C" fn describe(_: *const Descriptor, index: u32) -> *const ParamInfo {
            if index == 0 { &QUANTITY.0 } else { ptr::null() }
        }

        unsafe extern "C" fn get(instance: *mut Trend, index: u32, value: *mut Value) -> i32 {
            if index != 0 {
                return 1;
            }
            *value = quantity((*instance).quantity);
            0
        }

        unsafe extern "C" fn set(
            instance: *mut Trend, index: u32, value: *const Value, error: *mut c_char, size: usize,
        ) -> i32 {
            let bounds = QUANTITY.0.minimum.integer..=QUANTITY.0.maximum.integer;
            if index != 0 || (*value).kind != PARAM_QUANTITY || !bounds.contains(&(*value).integer) {
                write_text(error, size, "outside of its bounds");
                return 1;
            }
            (*instance).quantity = (*value).integer;
            0
        }

        #[repr(C)]
        struct Params {
            struct_size: u32,
            count: u32,
            describe: unsafe extern "C" fn(*const Descriptor, u32) -> *const ParamInfo,
            get: unsafe extern "C" fn(*mut Trend, u32, *mut Value) -> i32,
            set: unsafe extern "C" fn(*mut Trend, u32, *const Value, *mut c_char, usize) -> i32,
            validate: *const c_void, // judges all values together; none here
        }

        static PARAMS: Table<Params> =
            Table(Params { struct_size: size_of::<Params>() as u32, count: 1, describe, get, set, validate: ptr::null() });

        #[repr(C)]
        struct State {
            struct_size: u32,
            schema_version: u32,
            schema_hash: u64,
            save: unsafe extern "C" fn(*mut Trend, *mut u8, usize) -> usize,
            restore: unsafe extern "C" fn(*mut Trend, u32, *const u8, usize, *mut c_char, usize) -> i32,
        }

        static STATE: Table<State> = Table(State {
            struct_size: size_of::<State>() as u32,
            schema_version: STATE_VERSION,
            schema_hash: size_of::<Trend>() as u64,
            save,
            restore,
        });

        unsafe extern "C" fn extension(_: *const Descriptor, id: *const c_char) -> *const c_void {
            match CStr::from_ptr(id).to_bytes() {
                b"params.v1" => &PARAMS.0 as *const Params as *const c_void,
                b"state.v1" => &STATE.0 as *const State as *const c_void,
                _ => ptr::null(),
            }
        }


        """
}
