import Testing
import Trading

@testable import API

@Suite("One-time codes")
struct OneTimeCodeTests {
    @Test(
        "the codes of RFC 6238, appendix B",
        arguments: [
            (59, 94_287_082), (1_111_111_109, 7_081_804), (1_111_111_111, 14_050_471), (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037), (20_000_000_000, 65_353_130),
        ])
    func rfc6238(seconds: Int64, code: Int) {
        let secret = Array("12345678901234567890".utf8)
        #expect(OneTimeCode.code(secret, step: seconds / 30, digits: 8) == code)
        #expect(OneTimeCode.code(secret, step: seconds / 30) == code % 1_000_000)
    }

    @Test("base32 as in RFC 4648, section 10, without padding")
    func base32() {
        let words = [
            ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ]
        for (plain, encoded) in words { #expect(Base32.encode(Array(plain.utf8)) == encoded) }
        #expect(Base32.encode([0xFF, 0xFF, 0xFF, 0xFF, 0xFF]) == "77777777")
    }

    @Test("a code is good in its step and the ones beside it")
    func window() {
        let secret = Array("12345678901234567890".utf8)
        let time = Timestamp(nanoseconds: 1_000_000 * 30_000_000_000)
        for (step, isGood) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let code = OneTimeCode.code(secret, step: 1_000_000 + Int64(step))
            #expect((OneTimeCode.match(code, secret, at: time) == 1_000_000 + Int64(step)) == isGood, "\(step)")
        }
    }

    @Test("the address for an app names the user, whatever letters are in the name")
    func url() {
        let url = OneTimeCode.url(Array("foobar".utf8), user: "jö?&=:/ b")
        #expect(
            url == "otpauth://totp/Stratagem:j%C3%B6%3F%26%3D%3A%2F%20b?secret=MZXW6YTBOI&issuer=Stratagem"
                + "&algorithm=SHA1&digits=6&period=30")
    }

    @Test("a proof is six digits or a recovery code, with or without its dashes")
    func proofs() {
        #expect(SecondFactorProof("012345") == .code(12_345))
        let code = RecoveryCode.make()
        let plain = code.filter { $0 != "-" }
        #expect(plain.count == 16 && code.count == 19)
        for text in [code, plain, code.lowercased()] { #expect(SecondFactorProof(text) == .recovery(plain)) }
        for text in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "ABCD-EFGH-IJKL", "ABCD-EFGH-IJKL-MN01", "+12345"] {
            #expect(SecondFactorProof(text) == nil, "\(text)")
        }
        #expect(Set((0..<100).map { _ in RecoveryCode.make() }).count == 100)
    }
}
