import Testing

/// Each host claims a core for a second or so, and tests beside these wait for answers of theirs: one at a time.
@Suite("Host", .serialized) enum HostSuites {}
