import Trading

/// Makes the user `admin` in a store without users, with the given password or a random one.
/// Returns the random password, to be printed once; nil when one was given or there are users already.
public func ensureAdmin(in store: any IdentityStoring, password: String?) throws -> String? {
    guard try !store.hasUsers() else { return nil }
    let chosen = password ?? Secret.text(12)
    try store.addUser(
        name: "admin", passwordHash: try PasswordHash.make(chosen), roles: [Role.admin.rawValue], at: .now)
    return password == nil ? chosen : nil
}
