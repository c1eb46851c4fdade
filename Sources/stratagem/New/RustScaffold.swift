/// The file of a strategy in Rust: std alone, no crate. It declares the part of the C contract that it uses, and its tests.
enum RustScaffold {
    static func source(_ scaffold: Scaffold) -> Scaffold.File {
        Scaffold.File(
            path: "\(scaffold.stem).rs",
            text: head(scaffold) + contract + state + rules + tables(scaffold) + test)
    }

    private static func head(_ scaffold: Scaffold) -> String {
        """
        //! Follows the trend: long while the fast average of closes is above the slow one, short while it is below.
        //!
        //! The host compiles this file where rustc is installed; `stratagem build \(scaffold.id)` shows what the compiler says,
        //! with --test it runs the tests below. By hand, for a machine without rustc:
        //!     rustc --crate-type cdylib --edition 2021 -C opt-level=3 -C panic=abort \(scaffold.stem).rs -o lib\(scaffold.stem).so
        //! Put that library in a folder of its own, beside the strategy.yaml.

        use std::ffi::{c_char, c_void, CStr};
        use std::mem::size_of;
        use std::ptr;


        """
    }

    private static let contract = """
        // The part of strategy_abi.h, events.h and intents.h that is used here. Prices are integers of 1e-9, quantities of
        // 1e-8. Records have 64 bytes, whatever is in them.
        const ABI_VERSION: u32 = 1 << 16;
        const PRICE_SCALE: f64 = 1e9;
        const QUANTITY_SCALE: i64 = 100_000_000;
        const EVENT_MORE: u16 = 1;
        const EVENT_BAR: u16 = 5;
        const EVENT_ORDER: u16 = 6;
        const EVENT_DENIAL: u16 = 7;
        const EVENT_POSITION: u16 = 8;
        const ORDER_FILLED: u8 = 3; // this state and those above are final
        const INTENT_SUBMIT: u16 = 2;
        const SIDE_BUY: u8 = 1;
        const SIDE_SELL: u8 = 2;
        const KIND_MARKET: u8 = 1;
        const GOOD_TILL_CANCELLED: u8 = 2;

        #[repr(C)]
        #[derive(Clone, Copy)]
        struct Event {
            kind: u16,
            flags: u16,
            instrument: u32,
            time: i64,
            payload: [i64; 6], // of a bar: open, high, low, close, volume, interval
        }
        const _: () = assert!(size_of::<Event>() == 64);

        impl Event {
            /// ORDER: the tag, and the state in the first byte of the last word.
            fn order(&self) -> (u64, u8) {
                (self.payload[0] as u64, self.payload[5].to_le_bytes()[0])
            }
        }

        #[repr(C)]
        #[derive(Clone, Copy)]
        struct Submit {
            kind: u16,
            flags: u16,
            instrument: u32,
            tag: u64,
            quantity: i64,
            price: i64,
            stop_price: i64,
            expire_time: i64,
            side: u8,
            order_kind: u8,
            time_in_force: u8,
            options: u8,
            reserved0: u32,
            reserved1: u64,
        }
        const _: () = assert!(size_of::<Submit>() == 64);

        #[repr(C)]
        struct Intents {
            records: *mut Submit,
            capacity: usize,
            count: usize,
        }

        #[repr(C)]
        struct Config {
            struct_size: u32,
            instrument_count: u32,
            instruments: *const c_void,
            bound: *const u32,
            bound_count: u32,
            reserved: u32,
            seed: u64,
        }

        #[repr(C)]
        struct Descriptor {
            struct_size: u32,
            reserved0: u32,
            id: *const c_char,
            name: *const c_char,
            version: *const c_char,
            description: *const c_char,
            events: u64,
            context: *mut c_void,
            create: unsafe extern "C" fn(*const Descriptor, *const Config, *mut c_char, usize) -> *mut Trend,
            destroy: unsafe extern "C" fn(*mut Trend),
            process: unsafe extern "C" fn(*mut Trend, *const Event, usize, *mut Intents) -> usize,
            extension: unsafe extern "C" fn(*const Descriptor, *const c_char) -> *const c_void,
        }

        #[repr(C)]
        pub struct Entry {
            struct_size: u32,
            abi_version: u32,
            descriptor: *const Descriptor,
        }

        /// Tables are written once, by the compiler.
        struct Table<T>(T);
        unsafe impl<T> Sync for Table<T> {}

        /// The note by which the host judges a file without running it.
        #[repr(C)]
        struct Note {
            sizes: [u32; 3],
            name: [u8; 12],
            major_minor_event_intent: [u32; 4],
        }
        const _: () = assert!(size_of::<Note>() == 40);

        #[used]
        #[link_section = ".note.strategy_abi"]
        static NOTE: Note =
            Note { sizes: [9, 16, 1], name: *b"StratABI\\0\\0\\0\\0", major_minor_event_intent: [1, 0, 64, 64] };


        """

    private static let state = """
        /// All that an instance remembers. It is saved as it stands, so it holds no references.
        #[repr(C)]
        #[derive(Clone, Copy)]
        struct Trend {
            instrument: u32,
            reserved: u32,
            quantity: i64, // the parameter
            position: i64, // as the host told it last
            bars: i64,     // seen so far
            fast: f64,
            slow: f64,
            last_tag: u64,    // orders are numbered by the strategy
            working_tag: u64, // 0 = no order works
        }
        const FAST_BARS: f64 = 5.0;
        const SLOW_BARS: i64 = 20;
        /// Raise it with every change of Trend, and read the older layouts in `restore`.
        const STATE_VERSION: u32 = 1;

        impl Trend {
            fn new(instrument: u32) -> Trend {
                let (quantity, position, bars, last_tag, working_tag) = (QUANTITY_SCALE / 100, 0, 0, 0, 0);
                Trend { instrument, reserved: 0, quantity, position, bars, fast: 0.0, slow: 0.0, last_tag, working_tag }
            }
        }


        """

    private static let rules = """
        impl Trend {
            /// What an event makes the strategy want.
            fn on_event(&mut self, event: &Event) -> Option<Submit> {
                if event.instrument != self.instrument {
                    return None;
                }
                match event.kind {
                    EVENT_BAR => return self.on_bar(event.payload[3] as f64 / PRICE_SCALE),
                    EVENT_POSITION => self.position = event.payload[0],
                    EVENT_ORDER if event.order().0 == self.working_tag && event.order().1 >= ORDER_FILLED => {
                        self.working_tag = 0
                    }
                    EVENT_DENIAL if event.payload[0] as u64 == self.working_tag => self.working_tag = 0,
                    _ => {} // types that came after this file was written
                }
                None
            }

            fn on_bar(&mut self, close: f64) -> Option<Submit> {
                if self.bars == 0 {
                    (self.fast, self.slow) = (close, close);
                }
                self.fast += (close - self.fast) * 2.0 / (FAST_BARS + 1.0);
                self.slow += (close - self.slow) * 2.0 / (SLOW_BARS as f64 + 1.0);
                self.bars += 1;
                if self.bars < SLOW_BARS {
                    return None;
                }
                self.move_to(if self.fast > self.slow { self.quantity } else { -self.quantity })
            }

            /// One market order of what is missing; the answer comes as an ORDER or a DENIAL event.
            fn move_to(&mut self, wanted: i64) -> Option<Submit> {
                let missing = wanted - self.position;
                if missing == 0 || self.working_tag != 0 {
                    return None;
                }
                self.last_tag += 1;
                self.working_tag = self.last_tag;
                Some(Submit {
                    kind: INTENT_SUBMIT,
                    flags: 0,
                    instrument: self.instrument,
                    tag: self.last_tag,
                    quantity: missing.abs(),
                    price: 0,
                    stop_price: 0,
                    expire_time: 0,
                    side: if missing > 0 { SIDE_BUY } else { SIDE_SELL },
                    order_kind: KIND_MARKET,
                    time_in_force: GOOD_TILL_CANCELLED,
                    options: 0,
                    reserved0: 0,
                    reserved1: 0,
                })
            }
        }


        """

    private static func tables(_ scaffold: Scaffold) -> String {
        RustTables.instance
            + RustTables.extensions
                + """
                static DESCRIPTOR: Table<Descriptor> = Table(Descriptor {
                    struct_size: size_of::<Descriptor>() as u32,
                    reserved0: 0,
                    id: c"\(scaffold.pluginID)".as_ptr(),
                    name: c"\(scaffold.title)".as_ptr(),
                    version: c"1.0.0".as_ptr(),
                    description: c"Long while the fast average of closes is above the slow one, short while it is below".as_ptr(),
                    events: 1 << EVENT_BAR,
                    context: ptr::null_mut(),
                    create,
                    destroy,
                    process,
                    extension,
                });

                static ENTRY: Table<Entry> =
                    Table(Entry { struct_size: size_of::<Entry>() as u32, abi_version: ABI_VERSION, descriptor: &DESCRIPTOR.0 });

                #[no_mangle]
                pub extern "C" fn strategy_entry_v1(host_abi: u32) -> *const Entry {
                    if host_abi >> 16 == ABI_VERSION >> 16 { &ENTRY.0 } else { ptr::null() }
                }


                """
    }

    private static let test = """
        #[cfg(test)]
        mod tests {
            use super::*;

            fn bar(close: f64) -> Event {
                let payload = [0, 0, 0, (close * PRICE_SCALE) as i64, 0, 0];
                Event { kind: EVENT_BAR, flags: 0, instrument: 0, time: 0, payload }
            }

            #[test]
            fn is_long_in_a_rising_market() {
                let mut trend = Trend::new(0);
                for step in 0..SLOW_BARS - 1 {
                    assert!(trend.on_event(&bar(100.0 + step as f64)).is_none());
                }
                let order = trend.on_event(&bar(200.0)).expect("an order");
                assert_eq!((order.side, order.quantity), (SIDE_BUY, QUANTITY_SCALE / 100));
                assert!(trend.on_event(&bar(201.0)).is_none(), "the order works: no second one");
            }

            #[test]
            fn remembers_what_it_saved() {
                let mut trend = Trend::new(0);
                trend.on_event(&bar(100.0));
                let mut bytes = [0u8; size_of::<Trend>()];
                let mut fresh = Trend::new(0);
                unsafe {
                    assert_eq!(save(&mut trend, bytes.as_mut_ptr(), bytes.len()), bytes.len());
                    let read = restore(&mut fresh, STATE_VERSION, bytes.as_ptr(), bytes.len(), ptr::null_mut(), 0);
                    assert_eq!((read, fresh.bars), (0, 1));
                    assert_ne!(restore(&mut fresh, 9, bytes.as_ptr(), bytes.len(), ptr::null_mut(), 0), 0);
                }
            }
        }

        """
}
