import Trading

/// GET /health and GET /readiness.
func healthOperations(version: String) -> [APIOperation] {
    [
        healthOperation(version: version),
        APIOperation(
            .get, "/readiness", id: "health.readiness", tag: "Health", summary: "Whether the host takes requests",
            description: "UP once recovery has finished and the market runs; before that 503 with DOWN.",
            access: .open, rate: .unlimited, dialect: .d000
        ) { (_: NoInput, context) in
            ReadinessAnswer(health: await context.host.health())
        },
    ]
}

func healthOperation(version: String) -> APIOperation {
    APIOperation(
        .get, "/health", id: "health.main", tag: "Health", summary: "Health of the host and of its parts",
        description: "An unhealthy host answers 503 with the same body.", access: .open, rate: .unlimited
    ) { (_: NoInput, context) in
        HealthAnswer(health: await context.host.health(), time: context.time, version: version)
    }
}

struct HealthAnswer: OperationOutput {
    var health: HostHealth
    var time: Timestamp
    var version: String

    static let grades = [HostHealth.Grade.healthy, .degraded, .unhealthy].map(\.rawValue)
    static var example: HealthAnswer {
        HealthAnswer(health: .example, time: Timestamp(nanoseconds: 0), version: "1")
    }
    var status: Int { health.grade == .unhealthy ? 503 : 200 }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.choice("status", health.grade.rawValue, of: Self.grades)
            json.field("timestamp", time)
            json.field("version", version)
            json.map("dependencies", health.parts.map { ($0.name, $0.grade.rawValue) })
        }
    }
}

struct ReadinessAnswer: OperationOutput {
    var health: HostHealth

    static var example: ReadinessAnswer { ReadinessAnswer(health: .example) }
    var status: Int { health.isReady ? 200 : 503 }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.choice("status", health.isReady ? "UP" : "DOWN", of: ["UP", "DOWN"])
            json.map("checks", health.parts.map { ($0.name, $0.text) })
        }
    }
}

extension HostHealth {
    static var example: HostHealth { HostHealth(parts: [("engine", .healthy, "runs")], isReady: true) }
}
